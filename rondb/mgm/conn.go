package mgm

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
)

// conn is a connection that reads lines and keeps to the limits.
type conn struct {
	socket net.Conn
	reader *bufio.Reader
	lines  int // of the reply that is being read
	bytes  int
	over   bool // not to be used again
}

func connect(ctx context.Context, address string, o Options) (*conn, error) {
	socket, err := o.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, err //nolint:wrapcheck // explain words it
	}
	return newConn(socket), nil
}

func newConn(socket net.Conn) *conn {
	return &conn{socket: socket, reader: bufio.NewReaderSize(socket, MaxLine)}
}

// send writes a request whole and begins to count its reply.
func (c *conn) send(r request) error {
	c.begin()
	if _, err := c.socket.Write(r.wire()); err != nil {
		return lostError(err)
	}
	return nil
}

// begin starts the count of a new reply, or of a new event.
func (c *conn) begin() { c.lines, c.bytes = 0, 0 }

// line reads a line, without its end.
func (c *conn) line() (string, error) {
	raw, err := c.reader.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", protocolErrorf("a line has more than %d bytes", MaxLine)
	case err != nil:
		return "", lostError(err)
	}
	c.lines++
	c.bytes += len(raw)
	if c.lines > MaxLines || c.bytes > MaxReply {
		return "", protocolErrorf("a reply has more than %d lines or %d bytes", MaxLines, MaxReply)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// header reads the first line of a reply, which must be the wanted one.
func (c *conn) header(want string) error {
	for {
		line, err := c.line()
		switch {
		case err != nil:
			return err
		case line == "": // stray, as after the reply to a request before
			continue
		case line == want:
			return nil
		}
		return c.otherHeader(want, line)
	}
}

// otherHeader is what the server says when it does not answer the request.
func (c *conn) otherHeader(want, line string) error {
	if reason, ok := strings.CutPrefix(line, "result:"); ok {
		return parserError(strings.TrimSpace(reason))
	}
	if line != "Authorization failed" {
		return protocolErrorf("the reply begins with %.80q, not with %q", line, want)
	}
	b, err := c.block()
	if err != nil {
		return err
	}
	text, _ := b.get("Error")
	return refusal(strings.TrimSuffix(line+": "+text, ": "))
}

// parserError is a request that the server could not read. What else it had read
// of it is answered as a request of its own, so the connection is of no use.
func parserError(reason string) *Error {
	kind := KindInvalid
	if strings.HasPrefix(reason, "Unknown command") || strings.HasPrefix(reason, "Unknown argument") {
		kind = KindUnsupported
	}
	return &Error{Kind: kind, Text: reason}
}

// block reads the lines up to the next empty one.
func (c *conn) block() (block, error) {
	var b block
	for {
		line, err := c.line()
		if err != nil || line == "" {
			return b, err
		}
		if name, value, ok := strings.Cut(line, ":"); ok { // others are not for us
			b = append(b, field{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
}

// rest reads the lines up to the next empty one, as they are.
func (c *conn) rest() ([]string, error) {
	var lines []string
	for {
		line, err := c.line()
		if err != nil || line == "" {
			return lines, err
		}
		lines = append(lines, line)
	}
}

// reply reads a header, a block, and its result, which must be Ok.
func (c *conn) reply(header string) (block, error) {
	if err := c.header(header); err != nil {
		return nil, err
	}
	b, err := c.block()
	if err != nil {
		return nil, err
	}
	return b, b.result()
}
