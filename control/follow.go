package control

import (
	"context"
	"errors"
	"io"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

const opFollow = "follow the engine"

// Follow begins the stream of snapshots, which lasts as long as the client, and
// returns when the first is there.
func (c *Client) Follow(ctx context.Context) error { return c.begin(ctx, false) }

// FollowState is Follow without the events and without the samples of the load:
// a tenth of the work for who shows neither.
func (c *Client) FollowState(ctx context.Context) error { return c.begin(ctx, true) }

func (c *Client) begin(ctx context.Context, stateOnly bool) error {
	c.follow.Do(func() { go c.run(stateOnly) })
	limited, cancel := context.WithTimeout(ctx, firstPatience)
	defer cancel()
	select {
	case <-c.first:
		return nil
	case <-c.ended:
		return c.reason
	case <-limited.Done():
	}
	if ctx.Err() != nil {
		return engine.Errorf(engine.KindTransient, opFollow, 0, "%w", ctx.Err())
	}
	return engine.Errorf(engine.KindTransient, opFollow, 0, "%w", errSilent)
}

// Latest is the newest snapshot, nil before Follow. It never blocks.
func (c *Client) Latest() *engine.Snapshot { return c.latest.Load() }

// Changed is a bell with room for one ring: Latest has something newer. It is for
// one listener.
func (c *Client) Changed() <-chan struct{} { return c.bell }

// Heard is when the engine last gave a sign of life.
func (c *Client) Heard() time.Time { return *c.heard.Load() }

// Ended waits until the stream of snapshots is over and says why: ErrEnded if the
// engine ended in order, ErrLost, or ErrClosed.
func (c *Client) Ended(ctx context.Context) error {
	select {
	case <-c.ended:
		return c.reason
	case <-ctx.Done():
		return engine.Errorf(engine.KindTransient, opFollow, 0, "%w", ctx.Err())
	}
}

func (c *Client) hear() {
	now := time.Now()
	c.heard.Store(&now)
}

// over tells everybody that the stream is over.
func (c *Client) over(reason error) {
	c.reason = reason
	close(c.ended)
}

// run is the goroutine that owns the stream of snapshots and the events.
func (c *Client) run(stateOnly bool) {
	var events recent
	stream, err := c.api.Snapshots(c.life, &agentproto.SnapshotsRequest{StateOnly: stateOnly})
	for err == nil {
		var message *agentproto.SnapshotMessage
		if message, err = stream.Recv(); err == nil {
			c.hear()
			err = c.take(message, &events)
		}
	}
	switch {
	case c.life.Err() != nil:
		c.over(errClosed(opFollow))
	case errors.Is(err, io.EOF):
		c.over(errEnded(opFollow))
	default:
		c.over(callError(c.life, opFollow, err))
	}
}

// take merges one message: events come ahead of the snapshot that holds them.
func (c *Client) take(message *agentproto.SnapshotMessage, events *recent) error {
	if body := message.GetEvents(); len(body) > 0 {
		var newer []engine.Event
		if err := decode(opFollow, body, &newer); err != nil {
			return err
		}
		events.add(newer)
	}
	if len(message.GetSnapshot()) == 0 {
		return nil
	}
	next := &engine.Snapshot{}
	if err := decode(opFollow, message.GetSnapshot(), next); err != nil {
		return err
	}
	last := c.latest.Load()
	if last != nil && next.Rev < last.Rev {
		return nil
	}
	next.Cluster.Events = events.newest()
	c.latest.Store(next)
	if last == nil {
		close(c.first)
	}
	select {
	case c.bell <- struct{}{}:
	default:
	}
	return nil
}
