package host

import (
	"fmt"
	"strings"

	"rondb-tui/engine"
)

// faultOf names a fault as incident cards do, and says whom it hits; no targets
// if the request is none.
func faultOf(intent engine.Intent, c *engine.ClusterView) (words string, targets []engine.NodeID) {
	switch fault := intent.(type) {
	case engine.KillNode:
		words, targets = "kill -9 ", fault.Targets
	case engine.PauseNode:
		words, targets = "pause ", fault.Targets
	case engine.IsolateNode:
		words, targets = "isolate ", fault.Targets
	}
	names := make([]string, len(targets))
	for i, id := range targets {
		names[i] = id.String()
		if n, ok := c.Observed.Node(id); ok {
			names[i] = n.Slot.String()
		}
	}
	return words + strings.Join(names, ", "), targets
}

// loadWords says what a change of the load was: "load: 50 operations/s, stopped".
func loadWords(change engine.SetLoad) string {
	var parts []string
	if change.Rate != nil {
		parts = append(parts, fmt.Sprintf("%d operations/s", *change.Rate))
	}
	if change.Clients != nil {
		parts = append(parts, fmt.Sprintf("%d clients", *change.Clients))
	}
	if change.Running != nil {
		parts = append(parts, map[bool]string{true: "started", false: "stopped"}[*change.Running])
	}
	if len(parts) == 0 {
		return "load: as it was"
	}
	return "load: " + strings.Join(parts, ", ")
}

// auditEvent tells what a full audit found.
func auditEvent(l engine.LedgerView) engine.Event {
	event := engine.Event{
		Actor: engine.ActorLoad,
		Text:  fmt.Sprintf("audit %s: %d acknowledged, LOST %d", l.Verdict, l.Acked, l.Lost),
	}
	if l.Verdict == engine.VerdictFail {
		event.Severity = engine.SeverityAlert
	}
	return event
}
