package control

import (
	"slices"

	"rondb-tui/engine"
)

// recent keeps the newest events. It only ever appends to an array, and moves to
// a fresh one when that is full: the slices it has given away never change.
type recent struct{ events []engine.Event }

// add appends events, oldest first. Those it has are left out; if some are
// missing before them, it begins afresh, so that the numbers have no gaps.
func (r *recent) add(newer []engine.Event) {
	if len(r.events) > 0 {
		last := r.events[len(r.events)-1].Seq
		newer = newer[After(newer, last):]
		if len(newer) > 0 && newer[0].Seq != last+1 {
			r.events = nil
		}
	}
	newer = newer[max(0, len(newer)-engine.MaxRecentEvents):]
	if len(r.events)+len(newer) > cap(r.events) {
		kept := r.newest()
		r.events = append(make([]engine.Event, 0, 2*engine.MaxRecentEvents), kept...)
	}
	r.events = append(r.events, newer...)
}

// newest gives the events, oldest first, at most engine.MaxRecentEvents. Nobody
// may append to it.
func (r *recent) newest() []engine.Event {
	return slices.Clip(r.events[max(0, len(r.events)-engine.MaxRecentEvents):])
}

// After is the index of the first event with a number above seq.
func After(events []engine.Event, seq uint64) int {
	at, _ := slices.BinarySearchFunc(events, seq, func(e engine.Event, seq uint64) int {
		if e.Seq <= seq {
			return -1
		}
		return 1
	})
	return at
}
