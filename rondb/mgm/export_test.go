package mgm

import (
	"bufio"
	"bytes"
	"context"
	"net"
)

// Raw sends a request that the client has no method for.
func (c *Client) Raw(ctx context.Context, command string, arguments []Token, header string) error {
	r := newRequest(command)
	for _, a := range arguments {
		r = r.with(a.Name, a.Value)
	}
	return c.simple(ctx, command, r, header)
}

// Reader reads replies from bytes.
type Reader struct{ conn *conn }

// NewReader reads as from a connection.
func NewReader(b []byte) *Reader {
	return &Reader{&conn{reader: bufio.NewReaderSize(bytes.NewReader(b), MaxLine)}}
}

// Status reads a status reply.
func (r *Reader) Status() ([]NodeStatus, error) {
	b, err := r.conn.plain("node status")
	if err != nil {
		return nil, err
	}
	return parseStatus(b)
}

// Config reads a configuration.
func (r *Reader) Config() (Config, error) {
	if err := r.conn.header("show config reply"); err != nil {
		return Config{}, err
	}
	lines, err := r.conn.rest()
	if err != nil {
		return Config{}, err
	}
	return parseConfig(lines)
}

// Version reads a version.
func (r *Reader) Version() (ServerVersion, error) {
	b, err := r.conn.plain("version")
	if err != nil {
		return ServerVersion{}, err
	}
	return parseVersion(b)
}

// Sessions reads a list of sessions.
func (r *Reader) Sessions() ([]Session, error) {
	b, err := r.conn.headless()
	if err != nil {
		return nil, err
	}
	return parseSessions(b)
}

// Event reads an event.
func (r *Reader) Event() (Event, error) {
	if err := r.conn.header(eventHeader); err != nil {
		return Event{}, err
	}
	return r.conn.event()
}

// Reply reads any reply with a result.
func (r *Reader) Reply(header string) error {
	_, err := r.conn.reply(header)
	return err
}

// DialTo is Options.Dial for one end of a pipe.
func DialTo(socket net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return socket, nil }
}

// EventTypes are those that are decoded.
func EventTypes() []EventType {
	var all []EventType
	for t := range eventNames() {
		all = append(all, t)
	}
	return all
}

// NewBody makes the empty body of a type.
func NewBody(t EventType) Body { return newBody(t) }

// Ended is closed when the stream's goroutine is done.
func (s *Stream) Ended() <-chan struct{} { return s.ended }
