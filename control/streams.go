package control

import (
	"context"
	"errors"
	"io"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Events gives the events with a number above after, oldest first, in batches;
// after 0 begins with the oldest there is. With follow it goes on with new ones
// until ctx, the engine (ErrEnded) or an error of each ends it. missed is how many
// between the last given and the first of these are gone for good.
func (c *Client) Events(ctx context.Context, after uint64, follow bool, each func(events []engine.Event, missed uint64) error) error {
	const op = "read the events"
	ctx, cancel := context.WithCancel(ctx) // ends the stream if each does
	defer cancel()
	stream, err := c.api.Events(ctx, &agentproto.EventsRequest{After: after, Follow: follow})
	if err != nil {
		return callError(ctx, op, err)
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return streamEnd(ctx, op, follow, err)
		}
		var events []engine.Event
		if err := decode(op, message.GetEvents(), &events); err != nil {
			return err
		}
		if err := each(events, message.GetMissed()); err != nil {
			return err
		}
	}
}

// Logs gives the newest lines of a node's log, at most tail of them, oldest
// first, and with follow the new ones as they come, until ctx, the engine
// (ErrEnded) or an error of each ends it.
func (c *Client) Logs(ctx context.Context, node engine.NodeID, tail int, follow bool, each func([]engine.LogLine) error) error {
	const op = "read the log of node"
	tail = min(tail, engine.MaxLogLines)
	ctx, cancel := context.WithCancel(ctx) // ends the stream if each does
	defer cancel()
	stream, err := c.api.Logs(ctx, &agentproto.LogsRequest{Node: int32(node), Tail: int32(tail), Follow: follow}) //nolint:gosec // both are small
	if err != nil {
		return callError(ctx, op, err)
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return streamEnd(ctx, op, follow, err)
		}
		var lines []engine.LogLine
		if err := decode(op, message.GetLines(), &lines); err != nil {
			return err
		}
		if err := each(lines); err != nil {
			return err
		}
	}
}

// streamEnd says why a stream is over. A stream that was not to follow ends by
// itself.
func streamEnd(ctx context.Context, op string, follow bool, err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return callError(ctx, op, err)
	case follow:
		return errEnded(op)
	default:
		return nil
	}
}
