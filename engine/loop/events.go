package loop

import (
	"slices"

	"rondb-tui/engine"
)

// eventLog numbers events without gaps and keeps the newest. It only ever
// appends to an array, and moves to a fresh one when that has grown enough: the
// slices it has given away therefore never change.
type eventLog struct {
	events []engine.Event
	last   uint64
}

// add numbers and keeps one event.
func (l *eventLog) add(event engine.Event) {
	if len(l.events) == 2*engine.MaxRecentEvents {
		l.events = l.recent() // clipped, so that the next append moves it
	}
	l.last++
	event.Seq = l.last
	l.events = append(l.events, event)
}

// recent gives the newest events, oldest first, at most engine.MaxRecentEvents.
// Nobody may append to it.
func (l *eventLog) recent() []engine.Event {
	return slices.Clip(l.events[max(0, len(l.events)-engine.MaxRecentEvents):])
}

// say records an event of the engine's own.
func (c *Core) say(severity engine.Severity, node engine.NodeID, text string) {
	c.log.add(engine.Event{At: c.now, Actor: engine.ActorEngine, Node: node, Severity: severity, Text: text})
	c.changed = true
}

// note takes in an event of somebody else's.
func (c *Core) note(event engine.Event) {
	if event.At.IsZero() {
		event.At = c.now
	}
	c.log.add(event)
	c.changed = true
}

// sayFor records what somebody outside did. Whoever is not one of the known
// actors is a person at a keyboard or behind a script.
func (c *Core) sayFor(by string, node engine.NodeID, text string) {
	actor := engine.ActorYou
	if by == engine.ActorChaos || by == engine.ActorLoad {
		actor = by
	}
	c.log.add(engine.Event{At: c.now, Actor: actor, Node: node, Text: text})
	c.changed = true
}
