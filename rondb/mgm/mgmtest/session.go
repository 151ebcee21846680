package mgmtest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"rondb-tui/rondb/mgm"
)

// session is a connection and the goroutine that answers it.
type session struct {
	ctx    context.Context //nolint:containedctx // the life of the session, which is what it is
	server *Server
	id     int64
	socket net.Conn
	reader *bufio.Reader
	over   bool // after this reply
}

func newSession(ctx context.Context, server *Server, id int64, socket net.Conn) *session {
	return &session{ctx: ctx, server: server, id: id, socket: socket, reader: bufio.NewReaderSize(socket, maxLine)}
}

// run reads and answers one request after the other.
func (s *session) run() {
	defer func() { _ = s.socket.Close() }()
	stop := context.AfterFunc(s.ctx, func() { _ = s.socket.Close() })
	defer stop()
	for !s.over {
		line, err := s.line()
		if err != nil {
			return
		}
		if line == "" { // asks for nothing
			continue
		}
		name, reply := s.request(line)
		if name == "listen event" && reply == nil {
			return // it has been a stream
		}
		if reply != nil && !s.send(s.server.fault(name), reply) {
			return
		}
	}
}

func (s *session) line() (string, error) {
	raw, err := s.reader.ReadSlice('\n')
	if err != nil {
		return "", fmt.Errorf("read a line: %w", err)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

func (s *session) write(b []byte) bool {
	_, err := s.socket.Write(b)
	return err == nil
}

// request reads the arguments of a command and carries it out.
func (s *session) request(line string) (string, []byte) {
	command, ok := findCommand(line)
	if !ok || (command.rondb && s.server.cluster.setup.Version.Flavour != mgm.RonDB) {
		return line, parserError("Unknown command", line)
	}
	args := arguments{}
	for {
		line, err := s.line()
		if err != nil {
			s.over = true
			return command.name, nil
		}
		if line == "" {
			break
		}
		if reply := args.add(command, line); reply != nil {
			return command.name, reply // what is left of it is read as requests
		}
	}
	for _, a := range command.arguments {
		if _, given := args[a.name]; a.mandatory && !given {
			return command.name, parserError("Missing arg.", "\n")
		}
	}
	return command.name, command.run(s, args)
}

func parserError(reason, token string) []byte {
	return []byte("result: " + reason + ", '" + token + "'\n\n")
}

// arguments are a request's, by name. Numbers were looked at.
type arguments map[string]string

// add reads a line of arguments; its reply is nil if that is all right.
func (a arguments) add(c command, line string) []byte {
	i := strings.IndexAny(line, ":=")
	if i < 0 {
		return parserError("Invalid arg. format", line)
	}
	name, value := strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
	known, ok := c.find(name)
	if !ok || len(a) == maxArgs {
		return parserError("Unknown argument", name)
	}
	if _, given := a[name]; given {
		return parserError("Argument given twice", name)
	}
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	if known.number {
		if _, err := strconv.ParseUint(value, 10, 32); err != nil {
			return parserError("Type mismatch", value)
		}
	}
	a[name] = value
	return nil
}

func (a arguments) number(name string) int64 {
	n, err := strconv.ParseInt(a[name], 10, 64)
	if err != nil {
		return 0 // it was not given
	}
	return n
}

func (a arguments) on(name string) bool { return a.number(name) != 0 }

func (a arguments) node(name string) mgm.NodeID { return mgm.NodeID(a.number(name)) }

func (a arguments) nodes(name string) ([]mgm.NodeID, error) {
	var ids []mgm.NodeID
	for word := range strings.FieldsSeq(a[name]) {
		id, err := strconv.Atoi(word)
		if err != nil || id < 1 || id > mgm.MaxNodes || len(ids) == mgm.MaxNodes {
			return nil, &refusal{0, "Invalid node list"}
		}
		ids = append(ids, mgm.NodeID(id))
	}
	return ids, nil
}

// stream sends events until the listener is dropped or gone.
func (s *session) stream(l *listener) {
	defer s.server.cluster.unsubscribe(l)
	fault := s.server.fault("listen event")
	if !s.send(fault, []byte("listen event\nresult: 0\n\n")) {
		return
	}
	ticker := time.NewTicker(s.server.ping)
	defer ticker.Stop()
	gone := make(chan struct{})
	go func() { // whatever a listener sends, only its end counts
		defer close(gone)
		_, _ = s.reader.WriteTo(discard{})
	}()
	defer func() {
		_ = s.socket.Close() // wakes the reader
		<-gone
	}()
	for {
		select {
		case event, ok := <-l.queue:
			if !ok || !s.send(s.server.fault("event"), event) {
				return
			}
		case <-ticker.C:
			if s.server.pings() && !s.write([]byte("<PING>\n")) {
				return
			}
		case <-gone:
			return
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
