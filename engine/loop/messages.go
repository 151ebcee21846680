package loop

import (
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/exec"
)

// Event is something that happened to the Core. The set is sealed.
type Event interface{ isEvent() }

// Observed is one look at the world, or why it failed. Stale marks a look that
// began before the last Observe effect: it is shown, but nothing is planned on it.
type Observed struct {
	World engine.Observed
	Err   error
	Stale bool
}

// Asked is a request. The Core answers it with one Reply of the same id.
type Asked struct {
	ID      uint64
	Request engine.Request
}

// StepMoved is a new state of one step of a run.
type StepMoved struct {
	Run  uint64
	Step engine.StepID
	View engine.StepView
}

// RunEnded is the end of a run.
type RunEnded struct {
	Run    uint64
	Result exec.Result
}

// Faulted is the outcome of a Fault effect.
type Faulted struct {
	Fault Fault
	Err   error
}

// Noted is an event that somebody else wants in the log. Its number is given by
// the Core, and its time where it has none.
type Noted struct{ Event engine.Event }

// Unrecorded is an event whose entries could not be written. The Core must be put
// back to what it was before that event; it then takes the event in again without
// anything that would have to be recorded.
type Unrecorded struct {
	Event Event
	Err   error
}

// Tick is only the time passing; a WakeAt asks for one.
type Tick struct{}

func (Observed) isEvent()   {}
func (Asked) isEvent()      {}
func (StepMoved) isEvent()  {}
func (RunEnded) isEvent()   {}
func (Faulted) isEvent()    {}
func (Noted) isEvent()      {}
func (Unrecorded) isEvent() {}
func (Tick) isEvent()       {}

// Effect is something the Core wants done. The set is sealed.
type Effect interface{ isEffect() }

// Observe asks for a look that begins after this effect.
type Observe struct{}

// Run asks for a plan to be executed: StepMoved for every change of a step, then
// one RunEnded. At most one run is under way at a time.
type Run struct {
	ID   uint64
	Plan engine.Plan
}

// Supersede asks for a run to stop at its next safe point. RunEnded follows.
type Supersede struct{ Run uint64 }

// FaultVerb is what a Fault does to its nodes.
type FaultVerb string

// The verbs of faults.
const (
	FaultKill    FaultVerb = "kill" // all of them at the same moment
	FaultPause   FaultVerb = "pause"
	FaultResume  FaultVerb = "resume"
	FaultIsolate FaultVerb = "isolate"
	FaultHeal    FaultVerb = "heal" // without targets: of every node
)

// Fault asks for nodes to be broken, or for a lasting fault of theirs to end. One
// Faulted follows.
type Fault struct {
	ID      uint64
	Do      FaultVerb
	Targets []engine.NodeID // ascending
	Lease   time.Duration   // of a pause or an isolation
}

// JournalAppend asks for an entry to be made durable before any later effect. All
// entries of one event belong together: if they cannot be written, the event has
// to be handed in again as Unrecorded.
type JournalAppend struct{ Entry Entry }

// Publish says that View has changed.
type Publish struct{}

// Reply answers a request; a nil error accepts it.
type Reply struct {
	ID  uint64
	Err error
}

// WakeAt asks for a Tick at a moment. A later WakeAt replaces an earlier one.
type WakeAt struct{ At time.Time }

func (Observe) isEffect()       {}
func (Run) isEffect()           {}
func (Supersede) isEffect()     {}
func (Fault) isEffect()         {}
func (JournalAppend) isEffect() {}
func (Publish) isEffect()       {}
func (Reply) isEffect()         {}
func (WakeAt) isEffect()        {}
