package simdrv

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"rondb-tui/engine"
)

// World is a simulated cluster. All its methods may be called from any
// goroutine.
type World struct {
	mu      sync.Mutex
	profile Profile
	chances Faults
	rng     *rand.Rand
	trace   func(line string)
	seed    uint64

	now      time.Duration // since birth
	eventSeq uint64
	queue    eventQueue
	base     time.Time
	speed    float64 // virtual over real time, for stamping

	// clock says where virtual time should be; nil where only Advance moves it.
	// earlier is told when the next event moves forward, ring when anything
	// changed that an observer may care for. The driver sets them.
	clock   func() time.Duration
	earlier func()
	ring    func()

	dirty     bool          // something changed since the last settle
	changed   chan struct{} // closed at the next change; nil while nobody waits
	runnable  []*wait       // waits whose lock was granted
	waiting   []*wait       // every blocked operation, oldest first
	frontWork []frontOrder  // what the front has to do, in order
	fronted   bool          // there is a front to do it

	config  *engine.ClusterConfig
	nodes   []*node   // in the order of the ids
	groups  [][]*node // the data nodes of each node group
	cluster cluster
	broken  []*fault
	log     eventLog
	data    dictionary
	locks   map[rowKey]*rowLock
	txs     []*Tx // open ones, oldest first
	txSeq   uint64
}

// cluster is what the started data nodes know together.
type cluster struct {
	serving    bool
	formed     bool
	joins      uint64     // counts joins, for seniority
	formation  *formation // a start of many nodes under way
	waitSince  time.Duration
	waitTimer  bool // the partial start timer runs
	arbitrator arbitrator
	checkpoint checkpoint
	undo       []undoRecord
	restarts   int
}

// New makes a world without any node: a configuration comes first.
func New(cfg Config) *World {
	if cfg.Profile == (Profile{}) {
		cfg.Profile = DemoProfile()
	}
	return &World{
		profile: cfg.Profile,
		chances: cfg.Faults,
		rng:     rand.New(rand.NewPCG(cfg.Seed, 0)), //nolint:gosec // a repeatable world, no secret
		trace:   cfg.Trace,
		seed:    cfg.Seed,
		base:    cfg.Base,
		speed:   1,
		data:    newDictionary(),
		locks:   map[rowKey]*rowLock{},
	}
}

// Seed is what the world was made from.
func (w *World) Seed() uint64 { return w.seed }

// Now is the virtual time since birth.
func (w *World) Now() time.Duration {
	w.enter()
	defer w.leave()
	return w.now
}

// NextEventAt tells when something will happen by itself, if anything.
func (w *World) NextEventAt() (at time.Duration, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return 0, false
	}
	return w.queue[0].at, true
}

// Advance moves virtual time to the moment to and lets everything happen that is
// due by then. It never goes back.
func (w *World) Advance(to time.Duration) {
	w.mu.Lock()
	defer w.leave()
	w.advanceTo(to)
}

// SetFaults changes the chances of things going wrong by themselves.
func (w *World) SetFaults(chances Faults) {
	w.enter()
	defer w.leave()
	w.chances = chances
}

// enter takes the lock and brings the world to the present.
func (w *World) enter() {
	w.mu.Lock()
	if w.clock != nil {
		w.advanceTo(w.clock())
	}
}

// leave lets the consequences of a call happen and gives the lock back.
func (w *World) leave() {
	w.settle()
	w.mu.Unlock()
}

// touch notes a change that others may have waited for.
func (w *World) touch() { w.dirty = true }

// settle lets everything happen that a change made possible.
func (w *World) settle() {
	rang := false
	for w.dirty || len(w.runnable) > 0 {
		for len(w.runnable) > 0 {
			next := w.runnable[0]
			w.runnable = w.runnable[1:]
			w.attempt(next)
		}
		if !w.dirty {
			break
		}
		w.dirty, rang = false, true
		w.reviewStarts()
		w.reviewArbitrator()
		w.reviewCommits()
		for _, waiting := range slices.Clone(w.waiting) {
			w.attempt(waiting)
		}
	}
	if !rang {
		return
	}
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	if w.ring != nil {
		w.ring()
	}
}

// change gives the channel that is closed at the next change.
func (w *World) change() <-chan struct{} {
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// between draws a duration.
func (w *World) between(least, most time.Duration) time.Duration {
	if most <= least {
		return least
	}
	return least + time.Duration(w.rng.Int64N(int64(most-least)))
}

// chance draws whether something of that probability happens. It draws nothing
// where it cannot.
func (w *World) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }
