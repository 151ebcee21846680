package present

import (
	"fmt"

	"rondb-tui/engine"
)

// TimelineRows is the newest events, newest last, in w columns and at most h
// rows; back scrolls towards older ones. Where the desired state is not reached
// the last row says why.
func TimelineRows(s *engine.Snapshot, v *View, w, h, back int) []Line {
	events := s.Cluster.Events
	why := WhyNot(s)
	room := h
	if why != "" {
		room--
	}
	end := min(max(len(events)-back, min(room, len(events))), len(events))
	var rows []Line
	for i := max(end-room, 0); i < end; i++ {
		rows = append(rows, eventRow(&events[i], w))
	}
	return firstRows(append(rows, whyRows(s, w, 1)...), h)
}

func eventRow(e *engine.Event, w int) Line {
	format := "15:04:05  "
	if w >= 100 {
		format = "15:04:05.000  "
	}
	line := Words(Dim, e.At.Format(format)).Add(Strong, Pad(actorWords(e), 9))
	role := Plain
	switch e.Severity {
	case engine.SeverityWarning:
		role = Warn
	case engine.SeverityError, engine.SeverityAlert:
		role = Bad
	}
	return line.Add(role, Clip(Clean(e.Text), max(w-line.Width(), 0)))
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
		text := fmt.Sprintf("%-9s%-8s%s", actorWords(e), e.Severity, Clean(e.Text))
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
