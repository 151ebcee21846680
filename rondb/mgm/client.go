package mgm

import (
	"context"
	"errors"
	"time"
)

// Client sends requests to a management server. Its methods may be called by many
// goroutines; they take turns. See the package comment.
type Client struct {
	address string
	options Options
	turn    chan struct{} // of one: who holds it owns the fields below
	conn    *conn         // nil while not connected
	closed  bool
}

// Dial connects to a management server. Close the client in the end.
func Dial(ctx context.Context, address string, options Options) (*Client, error) {
	c := &Client{address: address, options: options.withDefaults(), turn: make(chan struct{}, 1)}
	limited, cancel := context.WithTimeout(ctx, c.options.Patience)
	defer cancel()
	opened, err := connect(limited, address, c.options)
	if err != nil {
		return nil, explain(ctx, limited, "connect to "+address, false, err)
	}
	c.conn = opened
	return c, nil
}

// Address is the server's.
func (c *Client) Address() string { return c.address }

// Close gives the connection up. It waits for a call that is under way.
func (c *Client) Close() error {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	c.closed = true
	return c.drop()
}

// drop gives the connection up; the next call connects anew.
func (c *Client) drop() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.socket.Close()
	c.conn = nil
	return err //nolint:wrapcheck // nothing to add
}

// call sends a request and has its reply read, within a time.
func (c *Client) call(ctx context.Context, op string, patience time.Duration, r request, read func(*conn) error) error {
	if bad := r.check(); bad != nil {
		bad.Op = op
		return bad
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-limited.Done():
		return explain(ctx, limited, op, false, limited.Err())
	}
	if c.closed {
		return &Error{Kind: KindClosed, Op: op, Err: errors.New("the client was closed")}
	}
	if c.conn == nil {
		opened, err := connect(limited, c.address, c.options)
		if err != nil {
			return explain(ctx, limited, op, false, err)
		}
		c.conn = opened
	}
	if err := c.exchange(limited, r, read); err != nil {
		return explain(ctx, limited, op, true, err)
	}
	return nil
}

// exchange sends and reads. Only after a whole reply the connection is kept.
func (c *Client) exchange(ctx context.Context, r request, read func(*conn) error) error {
	socket := c.conn.socket
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() }) // wakes whoever reads
	err := c.conn.send(r)
	if err == nil {
		err = read(c.conn)
	}
	intact := stop()
	if kind, known := KindOf(err); err == nil || (known && kind == KindRefused) {
		if intact && !c.conn.over && c.conn.reader.Buffered() == 0 {
			return err
		}
	}
	_ = c.drop() // err says more
	return err
}

// simple is a call whose reply has nothing but a result.
func (c *Client) simple(ctx context.Context, op string, r request, header string) error {
	_, err := c.ask(ctx, op, c.options.Patience, r, header)
	return err
}

// ask is a call whose reply is a header and a block with a result.
func (c *Client) ask(ctx context.Context, op string, patience time.Duration, r request, header string) (block, error) {
	var b block
	err := c.call(ctx, op, patience, r, func(n *conn) (err error) {
		b, err = n.reply(header)
		return err
	})
	return b, err
}
