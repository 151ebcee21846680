package loop

import (
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/exec"
)

// Limits and intervals of the loop.
const (
	// defaultObserveEvery is the longest time without a look when no bell rings.
	defaultObserveEvery = 2 * time.Second
	// observeRunning is the same while a plan runs.
	observeRunning = 250 * time.Millisecond
	// observeGap is the shortest time between two looks, so that a burst of bells
	// costs one look.
	observeGap = 20 * time.Millisecond
	// afterFailure is how long a run in which a step has failed may go on when all
	// that it still does is wait.
	afterFailure = 5 * time.Second
	// maxFaults is how many faults may be under way at the same moment.
	maxFaults = 16
	// maxNotes is how many notes may wait for the loop.
	maxNotes = 64
	// rewriteEvery is the pause between two tries to record the begin of a plan
	// while the journal cannot be written.
	rewriteEvery = 5 * time.Second
	// maxCauses is how many different causes the event of a plan's start names.
	maxCauses = 2
)

// Config says whose state a loop owns and how. Driver, Journal, Clock and
// ObserveEvery are for the Loop; a Core reads the rest.
type Config struct {
	Name       engine.ClusterName
	DriverName string // "sim", "docker"
	Simulated  bool
	Seed       uint64

	// Spec is the desired state of a new cluster. If State holds one, that counts
	// and Spec is not looked at.
	Spec  engine.Spec
	State State
	// Next is the desired state to go on with where State holds another one, as a
	// new revision; nil keeps State's. NextSource says where it came from. Without
	// a desired state in State neither is looked at.
	Next       *engine.Spec
	NextSource string
	// Fresh says that the world which State speaks of is gone, as a simulated one
	// is with its engine: its nodes count their incarnations from 1 again.
	Fresh bool
	// LastEvent is the number of the newest event of an earlier engine.
	LastEvent uint64
	// MaxAttempts is how many runs in a row may fail, without bringing the desired
	// state nearer, before ERROR_STATE; 0 means engine.MaxAttempts.
	MaxAttempts int

	Driver  engine.Driver    // required
	Journal Journal          // required
	Clock   func() time.Time // nil means time.Now
	// ObserveEvery is the longest time between two looks while no plan runs; 0
	// means 2 s.
	ObserveEvery time.Duration
}

// betweenRuns is the pause after a failed run, the same each time: 250 ms,
// doubled up to 30 s.
func betweenRuns() exec.Policy {
	return exec.Policy{Base: 250 * time.Millisecond, Max: 30 * time.Second}
}
