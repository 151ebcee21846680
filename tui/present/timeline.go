package present

import (
	"fmt"
	"slices"
	"strings"

	"rondb-tui/engine"
)

// TimelineRows is the newest events in the order of their time, newest last, in
// w columns and at most h rows; back scrolls towards older ones. The last row
// says why the desired state is not reached, or once it is and there is room,
// what of it is not acted on.
func TimelineRows(s *engine.Snapshot, w, h, back int) []Line {
	total := len(s.Cluster.Events)
	last := whyRows(s, w, 1)
	if last == nil && h > minNoticeHeight {
		last = noticeRows(s, w, 1)
	}
	room := max(h-len(last), 0)
	end := min(max(total-back, min(room, total)), total)
	var rows []Line
	for _, e := range inTime(s.Cluster.Events, max(end-room, 0), end) {
		rows = append(rows, eventRow(e, w))
	}
	return firstRows(append(rows, last...), h)
}

// minNoticeHeight is from how many rows on a timeline has one for the notices.
const minNoticeHeight = 4

// lateness bounds by how many places an event can be listed too late: what the
// nodes did is told with the next look at them, after what the engine did
// meanwhile.
const lateness = 128

// inTime gives the events from place `from` up to `to` in the order of their
// time. Only those near the places asked for are looked at.
func inTime(events []engine.Event, from, to int) []*engine.Event {
	low, high := max(from-lateness, 0), min(to+lateness, len(events))
	near := make([]*engine.Event, high-low)
	for i := range near {
		near[i] = &events[low+i]
	}
	slices.SortStableFunc(near, func(a, b *engine.Event) int { return a.At.Compare(b.At) })
	return near[from-low : to-low]
}

func eventRow(e *engine.Event, w int) Line {
	format := "15:04:05  "
	if w >= 100 {
		format = "15:04:05.000  "
	}
	line := Words(Dim, e.At.Format(format)).Add(Strong, Pad(actorWords(e), 9))
	var role Role
	switch e.Severity {
	case engine.SeverityInfo:
		role = Plain
	case engine.SeverityWarning:
		role = Warn
	case engine.SeverityError, engine.SeverityAlert:
		role = Bad
	}
	return line.Add(role, Clip(eventWords(e), max(w-line.Width(), 0)))
}

// eventWords is an event's text. The cluster log names the node that writes; who
// an event is from stands beside it anyway.
func eventWords(e *engine.Event) string {
	text := Clean(e.Text)
	if e.Actor != engine.ActorNode {
		return text
	}
	return strings.TrimPrefix(text, fmt.Sprintf("Node %d: ", e.Node))
}

// actorWords says who an event is from.
func actorWords(e *engine.Event) string {
	if e.Actor != engine.ActorNode {
		return Clean(e.Actor)
	}
	if e.Node == 0 {
		return "cluster"
	}
	return fmt.Sprintf("node %d", e.Node)
}

// ClusterLogRows is the newest h lines that the nodes themselves wrote.
func ClusterLogRows(s *engine.Snapshot, w, h int) []Line {
	var rows []Line
	for i := len(s.Cluster.Events) - 1; i >= 0 && len(rows) < h; i-- {
		e := &s.Cluster.Events[i]
		if e.Actor != engine.ActorNode {
			continue
		}
		text := fmt.Sprintf("%-9s%-8s%s", actorWords(e), e.Severity, eventWords(e))
		rows = append(rows, Words(eventRow(e, w)[2].Role, Clip(text, w)))
	}
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	if len(rows) == 0 && h > 0 {
		rows = append(rows, Words(Dim, Clip("the nodes have not logged anything yet", w)))
	}
	return rows
}
