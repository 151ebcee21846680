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

// Killed is the outcome of a Kill effect.
type Killed struct {
	ID      uint64
	Targets []engine.NodeID
	Err     error
}

// Tick is only the time passing; a WakeAt asks for one.
type Tick struct{}

func (Observed) isEvent()  {}
func (Asked) isEvent()     {}
func (StepMoved) isEvent() {}
func (RunEnded) isEvent()  {}
func (Killed) isEvent()    {}
func (Tick) isEvent()      {}

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

// Kill asks for a SIGKILL of nodes at the same moment. One Killed follows.
type Kill struct {
	ID      uint64
	Targets []engine.NodeID // ascending
}

// JournalAppend asks for an entry to be made durable before any later effect.
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
func (Kill) isEffect()          {}
func (JournalAppend) isEffect() {}
func (Publish) isEffect()       {}
func (Reply) isEffect()         {}
func (WakeAt) isEffect()        {}
