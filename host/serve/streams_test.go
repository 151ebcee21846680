package serve_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rondb-tui/control"
	"rondb-tui/engine"
)

var errEnough = errors.New("enough")

// seen is what a reader of events was given.
type seen struct {
	first, last, missed uint64
	count               int
}

// take is for Client.Events: it stops once event number until was given, 0 never.
func (s *seen) take(until uint64) func([]engine.Event, uint64) error {
	return func(events []engine.Event, missed uint64) error {
		s.missed += missed
		for _, e := range events {
			if s.count == 0 {
				s.first = e.Seq
			} else if e.Seq != s.last+1+missed {
				return errors.New("out of order")
			}
			missed, s.last = 0, e.Seq
			s.count++
		}
		if until > 0 && s.last >= until {
			return errEnough
		}
		return nil
	}
}

func TestEventsAreNumberedAndResumable(t *testing.T) {
	r := run(t)
	c := r.dial()
	if err := c.Events(t.Context(), 0, false, (&seen{}).take(0)); err != nil {
		t.Errorf("no events: %v", err)
	}
	r.publish(engine.MaxRecentEvents + 100)
	for _, tc := range []struct {
		after uint64
		want  seen
	}{
		{0, seen{first: 101, last: 2100, count: 2000}},
		{2000, seen{first: 2001, last: 2100, count: 100}},
		{100, seen{first: 101, last: 2100, count: 2000}},
		{40, seen{first: 101, last: 2100, count: 2000, missed: 60}},
		{2100, seen{}},
	} {
		var got seen
		if err := c.Events(t.Context(), tc.after, false, got.take(0)); err != nil || got != tc.want {
			t.Errorf("after %d: %+v, %v; want %+v", tc.after, got, err, tc.want)
		}
	}
}

func TestEventsAreFollowed(t *testing.T) {
	r := run(t)
	r.publish(10)
	c := r.dial()
	var got seen
	begun := make(chan struct{})
	ended := make(chan error)
	go func() {
		take := got.take(1010)
		ended <- c.Events(t.Context(), 4, true, func(events []engine.Event, missed uint64) error {
			if got.count == 0 {
				close(begun)
			}
			return take(events, missed)
		})
	}()
	<-begun
	for range 100 {
		r.publish(10)
	}
	if err := <-ended; !errors.Is(err, errEnough) || got != (seen{first: 5, last: 1010, count: 1006}) {
		t.Errorf("%+v, %v", got, err)
	}
	eventually(t, "the stream is gone", func() bool { return r.listeners() == 0 })
}

func TestFollowersOfEventsHearTheLastAndTheEnd(t *testing.T) {
	for range 10 { // the last event and the end come at the same time
		r := run(t)
		c := r.dial()
		var got seen
		ended := make(chan error)
		begun := make(chan struct{}, 2)
		go func() {
			ended <- c.Events(t.Context(), 0, true, func(events []engine.Event, missed uint64) error {
				begun <- struct{}{}
				return got.take(0)(events, missed)
			})
		}()
		r.publish(1)
		<-begun // now it pauses before it looks again
		r.publish(4)
		r.end()
		if err := <-ended; !errors.Is(err, control.ErrEnded) || got.last != 5 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestLogsBeginWithTheTailAndGoOn(t *testing.T) {
	r := run(t)
	r.write(2, 50)
	c := r.dial()
	for _, tc := range []struct{ tail, first, count int }{{10, 41, 10}, {500, 1, 50}, {5000, 1, 50}, {0, 0, 0}, {1, 50, 1}} {
		var got []engine.LogLine
		err := c.Logs(t.Context(), 2, tc.tail, false, func(lines []engine.LogLine) error {
			got = append(got, lines...)
			return nil
		})
		if err != nil || len(got) != tc.count || tc.count > 0 && (int(got[0].Seq) != tc.first || got[0].Text == "") {
			t.Errorf("tail %d: %d lines, %v", tc.tail, len(got), err)
		}
	}
	next := uint64(46)
	err := c.Logs(t.Context(), 2, 5, true, func(lines []engine.LogLine) error {
		for _, line := range lines {
			if line.Seq != next {
				return errors.New("out of order")
			}
			next++
		}
		if next < 300 {
			r.write(2, 100) // more, as soon as the last were read
			return nil
		}
		return errEnough
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("at line %d: %v", next, err)
	}
}

func TestLogsThatCannotBeReadSaySo(t *testing.T) {
	r := run(t)
	r.write(2, 1)
	c := r.dial()
	none := func([]engine.LogLine) error { return errors.New("there is no line") }
	err := c.Logs(t.Context(), 7, 10, true, none)
	var got *engine.Error
	if !errors.As(err, &got) || got.Kind != engine.KindNotFound || got.Node != 7 || got.Error() != "read the log of node 7: it has none" {
		t.Errorf("no such log: %v", err)
	}
	if err := c.Logs(t.Context(), 2, -1, false, none); engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), "from 0 to 1000") {
		t.Errorf("a negative tail: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = c.Logs(ctx, 2, 1, true, func([]engine.LogLine) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gives up: %v", err)
	}
}

func TestFollowersOfLogsHearTheEnd(t *testing.T) {
	r := run(t)
	r.write(2, 1)
	c := r.dial()
	err := c.Logs(t.Context(), 2, 1, true, func([]engine.LogLine) error {
		go r.end()
		return nil
	})
	if !errors.Is(err, control.ErrEnded) {
		t.Error(err)
	}
}

// TestLongEventsFitIntoMessages: what is more than one message may hold comes in
// several.
func TestLongEventsFitIntoMessages(t *testing.T) {
	r := run(t)
	r.mu.Lock()
	for i := range 22 {
		r.events = append(r.events, engine.Event{Seq: uint64(i + 1), Text: strings.Repeat("x", control.MaxReply/20)})
	}
	r.mu.Unlock()
	r.publish(1)
	c := r.follow()
	if got := len(c.Latest().Cluster.Events); got != 23 {
		t.Errorf("%d events in the snapshot", got)
	}
	var got seen
	if err := c.Events(t.Context(), 0, false, got.take(0)); err != nil || got.count != 23 {
		t.Errorf("%+v, %v", got, err)
	}
}
