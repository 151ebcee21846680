package mgm

import (
	"context"
	"errors"
)

// UpdateKind is what Follow tells.
type UpdateKind uint8

// The kinds of updates.
const (
	Subscribed UpdateKind = iota + 1 // events come from now on: read Status
	Happened                         // Event
	Missed                           // Count events were lost: read Status
	Cut                              // Err; no events until the next Subscribed
)

// Update is what Follow tells.
type Update struct {
	Kind   UpdateKind
	Server string // the address, of Subscribed and Cut
	Event  Event
	Count  uint64
	Err    error
}

// Follow keeps a subscription to events up until its context ends, at one server
// after the other, with pauses that double. It returns the error of each, or nil
// when the context ended. A server that refuses the filter ends it too.
func Follow(ctx context.Context, servers []string, filter Filter, options Options, each func(Update) error) error {
	o := options.withDefaults()
	if len(servers) == 0 {
		return &Error{Kind: KindInvalid, Op: opListen, Text: "no management server is named"}
	}
	for attempt, pause := 0, firstBackoff; ctx.Err() == nil; attempt++ {
		server := servers[attempt%len(servers)]
		heard, err := followOne(ctx, server, filter, o, each)
		var told *tellError
		switch kind, _ := KindOf(err); {
		case errors.As(err, &told):
			return told.err
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it ended as it was told to
		case kind == KindRefused || kind == KindUnsupported || kind == KindInvalid:
			return err
		}
		if err := each(Update{Kind: Cut, Server: server, Err: err}); err != nil {
			return err
		}
		if heard {
			pause = firstBackoff
		}
		if o.Clock.Wait(ctx, pause) != nil {
			return nil //nolint:nilerr // the context ended
		}
		pause = min(2*pause, lastBackoff)
	}
	return nil
}

// tellError is an error of who is told.
type tellError struct{ err error }

func (e *tellError) Error() string { return e.err.Error() }

// followOne tells what one server says, until that ends. heard says that it said
// anything after its first reply.
func followOne(ctx context.Context, server string, filter Filter, o Options, each func(Update) error) (heard bool, err error) {
	stream, err := Listen(ctx, server, filter, o)
	if err != nil {
		return false, err
	}
	defer func() { _ = stream.Close() }() // err says more
	if err := each(Update{Kind: Subscribed, Server: server}); err != nil {
		return true, &tellError{err}
	}
	var missed uint64
	for {
		event, err := stream.Next(ctx)
		if err != nil {
			return heard || stream.Pings() > 0, err
		}
		heard = true
		if now := stream.Missed(); now > missed {
			if err := each(Update{Kind: Missed, Count: now - missed}); err != nil {
				return true, &tellError{err}
			}
			missed = now
		}
		if err := each(Update{Kind: Happened, Event: event}); err != nil {
			return true, &tellError{err}
		}
	}
}
