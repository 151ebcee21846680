package mgm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

const (
	opListen = "listen to the events"
	opNext   = "wait for an event"
	ping     = "<PING>"
)

// Level is how much of a category to tell: the events whose threshold is at most
// Max, 0 to MaxLevel.
type Level struct {
	Category Category
	Max      int
}

// Filter says which events to tell. A category that is not there tells nothing.
type Filter []Level

// DefaultFilter leaves out what comes every few seconds or with every fragment.
func DefaultFilter() Filter {
	return Filter{
		{CategoryStartup, MaxLevel},
		{CategoryShutdown, MaxLevel},
		{CategoryStatistics, 5},
		{CategoryCheckpoint, 7},
		{CategoryNodeRestart, MaxLevel},
		{CategoryConnection, MaxLevel},
		{CategoryInfo, 7},
		{CategoryError, MaxLevel},
		{CategoryCongestion, MaxLevel},
		{CategoryBackup, MaxLevel},
	}
}

// String is the filter on the wire.
func (f Filter) String() string {
	items := make([]string, 0, len(f))
	for _, l := range f {
		items = append(items, fmt.Sprintf("%d=%d", l.Category, l.Max))
	}
	return strings.Join(items, " ")
}

// Stream is a subscription to events. A goroutine of its own reads them at once,
// since a server drops who does not; what nobody takes in time is counted and
// lost.
type Stream struct {
	conn   *conn
	clock  Clock
	wait   time.Duration
	queue  chan Event
	missed atomic.Uint64
	pings  atomic.Uint64
	ended  chan struct{} // closed when the reader is done
	reason error         // why; written before ended is closed
	closed atomic.Bool
}

// Listen subscribes on a connection of its own. Close the stream in the end.
func Listen(ctx context.Context, address string, filter Filter, options Options) (*Stream, error) {
	o := options.withDefaults()
	limited, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	c, err := connect(limited, address, o)
	if err != nil {
		return nil, explain(ctx, limited, opListen, false, err)
	}
	stop := context.AfterFunc(limited, func() { _ = c.socket.Close() })
	if err := subscribe(c, filter); err != nil {
		_ = c.socket.Close() // err says more
		return nil, explain(ctx, limited, opListen, true, err)
	}
	if !stop() {
		return nil, explain(ctx, limited, opListen, true, limited.Err())
	}
	s := &Stream{conn: c, clock: o.Clock, wait: o.Silence, queue: make(chan Event, MaxQueue), ended: make(chan struct{})}
	go s.read()
	return s, nil
}

func subscribe(c *conn, filter Filter) error {
	if err := c.send(newRequest("listen event").number("parsable", 1).with("filter", filter.String())); err != nil {
		return err
	}
	if err := c.header("listen event"); err != nil {
		return err
	}
	b, err := c.block()
	if err != nil {
		return err
	}
	result, err := b.number("result")
	if err != nil {
		return err
	}
	if result != 0 {
		text, _ := b.get("msg")
		return refusal(fmt.Sprintf("%s (result %d)", text, result))
	}
	return nil
}

// Next gives the next event. Events that were read before the stream ended are
// given first; then its error stays the same. KindTimeout with a context that did
// not end: the server was silent for too long. An ended context leaves the stream
// as it is.
func (s *Stream) Next(ctx context.Context) (Event, error) {
	select {
	case e := <-s.queue:
		return e, nil
	default:
	}
	select {
	case e := <-s.queue:
		return e, nil
	case <-ctx.Done():
		return Event{}, explain(ctx, ctx, opNext, false, &Error{Kind: KindLost, Err: ctx.Err()})
	case <-s.ended:
		select {
		case e := <-s.queue: // it came just before
			return e, nil
		default:
			return Event{}, s.reason
		}
	}
}

// Missed counts the events that came while MaxQueue others waited to be taken.
func (s *Stream) Missed() uint64 { return s.missed.Load() }

// Pings counts the server's signs of life.
func (s *Stream) Pings() uint64 { return s.pings.Load() }

// Close ends the stream and waits for its goroutine.
func (s *Stream) Close() error {
	s.closed.Store(true)
	err := s.conn.socket.Close()
	<-s.ended
	return err //nolint:wrapcheck // nothing to add
}

// read is the stream's goroutine: it owns the connection.
func (s *Stream) read() {
	defer close(s.ended)
	for {
		event, isEvent, err := s.item()
		if err != nil {
			s.reason = s.why(err)
			_ = s.conn.socket.Close() // no more will be read
			return
		}
		if !isEvent {
			s.pings.Add(1)
			continue
		}
		event.At = s.clock.Now()
		select {
		case s.queue <- event:
		default:
			s.missed.Add(1)
		}
	}
}

// item reads what comes next: an event, or a sign of life.
func (s *Stream) item() (Event, bool, error) {
	s.conn.begin()
	for {
		if err := s.conn.socket.SetReadDeadline(time.Now().Add(s.wait)); err != nil {
			return Event{}, false, lostError(err)
		}
		line, err := s.conn.line()
		switch {
		case err != nil:
			return Event{}, false, err
		case line == "": // stray
			continue
		case line == ping:
			return Event{}, false, nil
		case line != eventHeader:
			return Event{}, false, protocolErrorf("%.80q is neither an event nor a sign of life", line)
		}
		event, err := s.conn.event()
		return event, true, err
	}
}

// why words the end of the stream.
func (s *Stream) why(err error) *Error {
	out := &Error{Kind: KindLost, Err: err}
	_ = errors.As(err, &out) // else it stays what the line above made it
	out.Op = opNext
	var timeout interface{ Timeout() bool }
	switch {
	case s.closed.Load():
		out.Kind, out.Err = KindClosed, errors.New("the stream was closed")
	case out.Kind == KindLost && errors.As(err, &timeout) && timeout.Timeout():
		out.Kind, out.Err = KindTimeout, fmt.Errorf("the management server was silent for %v", s.wait)
	}
	return out
}
