package serve_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"rondb-tui/control"
	"rondb-tui/engine"
)

// recording is an engine that knows more events than its snapshots have.
type recording struct {
	*fake
	record []engine.Event
	err    error
	reads  atomic.Int32
}

func (e *recording) Recorded(after uint64) ([]engine.Event, error) {
	e.reads.Add(1)
	return e.record[control.After(e.record, after):], e.err
}

// numbers makes events from first to last.
func numbers(first, last uint64) []engine.Event {
	var all []engine.Event
	for seq := first; seq <= last; seq++ {
		all = append(all, engine.Event{Seq: seq, Text: "recorded"})
	}
	return all
}

// runRecording serves an engine that came after another: its own events are from
// first to last, none if last is 0.
func runRecording(t *testing.T, record []engine.Event, first, last uint64) (*rig, *recording) {
	t.Helper()
	e := &recording{fake: newFake(), record: record}
	if last > 0 {
		e.events = numbers(first, last)
	}
	e.publish(0)
	return runAs(t, e.fake, e), e
}

func TestRecordedEventsComeFirst(t *testing.T) {
	whole, holes := numbers(1, 12), append(numbers(3, 4), numbers(7, 8)...)
	for name, tc := range map[string]struct {
		record      []engine.Event
		first, last uint64
		after       uint64
		want        seen
		reads       int32
	}{
		"all":                     {whole, 11, 12, 0, seen{first: 1, last: 12, count: 12}, 1},
		"after one of another":    {whole, 11, 12, 3, seen{first: 4, last: 12, count: 9}, 1},
		"just before its own":     {whole, 11, 12, 10, seen{first: 11, last: 12, count: 2}, 0},
		"nothing new":             {whole, 11, 12, 12, seen{}, 0},
		"some are gone":           {numbers(5, 12), 11, 12, 2, seen{first: 5, last: 12, count: 8, missed: 2}, 1},
		"gone at the beginning":   {numbers(5, 12), 11, 12, 0, seen{first: 5, last: 12, count: 8}, 1},
		"gone in between":         {holes, 11, 12, 2, seen{first: 3, last: 12, count: 6, missed: 4}, 1},
		"no record":               {nil, 11, 12, 3, seen{first: 11, last: 12, count: 2, missed: 7}, 1},
		"no event of its own yet": {numbers(1, 10), 0, 0, 3, seen{first: 4, last: 10, count: 7}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r, e := runRecording(t, tc.record, tc.first, tc.last)
			var got seen
			if err := r.dial().Events(t.Context(), tc.after, false, got.take(0)); err != nil || got != tc.want {
				t.Errorf("%+v, %v; want %+v", got, err, tc.want)
			}
			if reads := e.reads.Load(); reads != tc.reads {
				t.Errorf("the record was read %d times, want %d", reads, tc.reads)
			}
		})
	}
}

// The record is history: what can be read of it is given, the rest is gone.
func TestARecordThatCannotBeRead(t *testing.T) {
	r, e := runRecording(t, numbers(5, 6), 11, 12)
	e.err = errors.New("a bad disk")
	var got seen
	want := seen{first: 5, last: 12, count: 4, missed: 2 + 4}
	if err := r.dial().Events(t.Context(), 2, false, got.take(0)); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestFollowersBeginWithRecordedEvents(t *testing.T) {
	r, e := runRecording(t, numbers(1, 10), 9, 10)
	var got seen
	c, begun, ended := r.dial(), make(chan struct{}), make(chan error)
	go func() {
		take := got.take(20)
		ended <- c.Events(t.Context(), 2, true, func(events []engine.Event, missed uint64) error {
			if got.count == 0 {
				close(begun)
			}
			return take(events, missed)
		})
	}()
	<-begun
	for range 10 {
		r.publish(1)
	}
	if err := <-ended; !errors.Is(err, errEnough) || got != (seen{first: 3, last: 20, count: 18}) {
		t.Errorf("%+v, %v", got, err)
	}
	if reads := e.reads.Load(); reads != 1 {
		t.Errorf("the record was read %d times", reads)
	}
}

func TestANumberThatNoEventHasYetIsRefused(t *testing.T) {
	plain := run(t)
	plain.publish(7)
	recorded, _ := runRecording(t, numbers(1, 7), 0, 0)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for name, r := range map[string]*rig{"in memory": plain, "recorded": recorded} {
		for _, follow := range []bool{false, true} {
			err := r.dial().Events(ctx, 9, follow, func([]engine.Event, uint64) error { return errEnough })
			if engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), "the newest is 7") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := r.dial().Events(t.Context(), 7, false, (&seen{}).take(0)); err != nil {
			t.Errorf("%s, after the newest: %v", name, err)
		}
	}
}
