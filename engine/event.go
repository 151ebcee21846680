package engine

import "time"

// Severity ranks events as the cluster log does.
type Severity uint8

// The severities, in rising order.
const (
	SeverityInfo Severity = iota
	SeverityWarning
	SeverityError
	SeverityAlert
)

func (s Severity) String() string {
	names := [...]string{"INFO", "WARNING", "ERROR", "ALERT"}
	if int(s) < len(names) {
		return names[s]
	}
	return "INFO"
}

// Who caused or told an event.
const (
	ActorYou    = "you"
	ActorEngine = "engine"
	ActorNode   = "node"
	ActorLoad   = "load"
	ActorChaos  = "chaos"
)

// Event is something that happened: for showing and for the record, never for
// deciding.
type Event struct {
	Seq      uint64 // numbered without gaps by whoever publishes it
	At       time.Time
	Actor    string // one of the Actor constants
	Node     NodeID `json:",omitzero"` // 0 where none is concerned
	Severity Severity
	Text     string
}
