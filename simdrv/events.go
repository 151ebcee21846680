package simdrv

import (
	"fmt"
	"time"

	"rondb-tui/engine"
)

// eventLog is the cluster log: the last maxLoggedEvents entries, numbered from 1
// without gaps.
type eventLog struct {
	entries []engine.Event
	next    uint64
}

// report writes a line of the cluster log.
func (w *World) report(id engine.NodeID, severity engine.Severity, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	own := text
	if id != 0 {
		text = fmt.Sprintf("Node %d: %s", id, text)
	}
	w.log.next++
	event := engine.Event{
		Seq: w.log.next, At: w.stamp(w.now), Actor: engine.ActorNode, Node: id, Severity: severity, Text: text,
	}
	w.log.entries = append(w.log.entries, event)
	w.record(&event, own)
	if len(w.log.entries) >= 2*maxLoggedEvents {
		w.log.entries = append([]engine.Event(nil), w.log.entries[maxLoggedEvents:]...)
	}
	w.note("%s", text)
}

// note writes a line of the trace only.
func (w *World) note(format string, args ...any) {
	if w.trace != nil {
		w.trace(fmt.Sprintf("t=%012.6f ", w.now.Seconds()) + fmt.Sprintf(format, args...))
	}
}

// stamp gives the wall-clock time of a virtual moment.
func (w *World) stamp(at time.Duration) time.Time {
	return w.base.Add(time.Duration(float64(at) / w.speed))
}

// EventsSince lists the entries of the cluster log after the one numbered seq,
// oldest first, as far as they are kept.
func (w *World) EventsSince(seq uint64) []engine.Event {
	w.enter()
	defer w.leave()
	return w.eventsSince(seq)
}

func (w *World) eventsSince(seq uint64) []engine.Event {
	fresh := int(min(w.log.next-min(seq, w.log.next), uint64(len(w.log.entries)))) //nolint:gosec // at most that length
	return append([]engine.Event(nil), w.log.entries[len(w.log.entries)-fresh:]...)
}
