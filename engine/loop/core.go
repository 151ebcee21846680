package loop

import (
	"cmp"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
)

// Core is the state of one cluster's reconciliation, as a pure machine: Handle
// takes an event and says what is to be done. It reads no clock, and whatever it
// has given away (views, plans, effects) it does not change again. Nor does it
// change what a copy of it refers to, so that a copy can be put back. It belongs
// to one goroutine.
type Core struct {
	config      Config
	maxAttempts int

	// What is wanted. Maps and slices here are replaced, never changed.
	desired  engine.Spec
	first    engine.Spec // what this engine began with
	revision engine.Revision
	of       engine.Revision // the revision whose content desired is
	history  []engine.Spec   // earlier contents, see State
	notices  []engine.Notice
	restarts map[engine.NodeID]uint64
	written  uint64 // the last entry of the journal
	writing  writing
	log      eventLog

	world world
	run   run
	tries tries

	state  engine.ReconciliationState
	reason string
	report engine.Report
	faults int      // under way
	unseen []uint64 // requests for faults that happened and were not looked at since

	// What the event being handled leads to.
	now     time.Time
	effects []Effect
	replies []Effect // after the Publish: who is answered sees what the answer speaks of
	changed bool
}

// NewCore makes the state machine of a cluster. A desired state that is not legal
// is refused with KindDenied, wrapping engine.Problems. Start comes next.
func NewCore(config Config) (*Core, error) {
	c := &Core{
		config:      config,
		maxAttempts: cmp.Or(config.MaxAttempts, engine.MaxAttempts),
		written:     config.State.Seq,
		log:         eventLog{last: config.LastEvent},
		state:       engine.WorkingTowards,
		reason:      "the cluster has not been looked at yet",
	}
	if problems := c.takeOver(); len(problems) > 0 {
		return nil, denied(problems)
	}
	return c, nil
}

// Start gives the first effects: what is new to the journal is recorded, and a
// look is taken. It is called once, before any Handle.
func (c *Core) Start(now time.Time) []Effect {
	c.begin(now)
	c.recordTakeOver()
	c.effect(Observe{})
	return c.end()
}

// Handle takes one event. The effects are to be performed in their order, none
// before a JournalAppend in front of it has succeeded; see Unrecorded.
func (c *Core) Handle(now time.Time, event Event) []Effect {
	c.begin(now)
	if unrecorded, ok := event.(Unrecorded); ok {
		c.cannotWrite(unrecorded.Err)
		event = unrecorded.Event
	}
	switch event := event.(type) {
	case Observed:
		c.observed(event)
	case Asked:
		c.asked(event)
	case StepMoved:
		c.stepMoved(event)
	case RunEnded:
		c.runEnded(event)
	case Faulted:
		c.faulted(event)
	case Noted:
		c.note(event.Event)
		return c.end() // it is for showing, never for deciding
	case Unrecorded, Tick:
	}
	c.reconcile()
	return c.end()
}

func (c *Core) begin(now time.Time) {
	c.now, c.effects, c.replies, c.changed = now, nil, nil, false
	c.writing.never = false
}

func (c *Core) end() []Effect {
	if c.changed {
		c.effect(Publish{})
	}
	return append(c.effects, c.replies...)
}

func (c *Core) effect(effect Effect) { c.effects = append(c.effects, effect) }

func (c *Core) reply(id uint64, err error) { c.replies = append(c.replies, Reply{id, err}) }

// input is what a plan is made from now. Leases are judged by the time of the
// look: both are of the driver's clock, which a simulation lets run faster.
func (c *Core) input() plan.Input {
	return plan.Input{
		Spec:     c.desired,
		Revision: c.revision,
		Observed: c.world.seen,
		Restarts: c.restarts,
		Now:      c.world.seen.At,
	}
}

// reconcile compares what is wanted with what was seen and begins the next run,
// unless one is under way, the last look is too old to plan on, or failures
// demand a pause.
func (c *Core) reconcile() {
	if c.run.active {
		c.cutShort()
		return
	}
	if !c.world.fresh() {
		return
	}
	if c.state == engine.ErrorState && !c.writing.stuck && !c.worldMoved() {
		return
	}
	if c.now.Before(c.tries.next) {
		c.effect(WakeAt{c.tries.next})
		return
	}
	in := c.input()
	next, report := plan.Make(in)
	c.report = report
	if next.Empty() {
		c.settle(in)
		return
	}
	if problems := plan.Lint(next, in); len(problems) > 0 {
		c.giveUp("the planner made a plan it must not: " + problems.Error())
		return
	}
	if !c.mayRecord() {
		c.stall()
		return
	}
	if c.judge(&next) {
		c.startRun(next)
	}
}

// settle takes note that there is nothing to do: because everything is as it is
// wanted, or because something has to happen first.
func (c *Core) settle(in plan.Input) {
	c.run.ended = endedQuiet
	if plan.Satisfied(in) {
		c.tries = tries{}
		c.setState(engine.AtDesiredState, "")
		return
	}
	waiting := c.report.Waiting()
	if len(waiting) == 0 {
		c.giveUp("the planner has no step to make and does not say what it waits for")
		return
	}
	c.setState(engine.WorkingTowards, waiting[0])
}

// setState moves between the reconciliation states.
func (c *Core) setState(state engine.ReconciliationState, reason string) {
	c.writing.stuck = false
	if state == c.state && reason == c.reason {
		return
	}
	entered := state != c.state
	c.state, c.reason, c.changed = state, reason, true
	switch {
	case !entered:
	case state == engine.ErrorState:
		c.say(engine.SeverityError, 0, string(state)+": "+reason)
	case state == engine.AtDesiredState:
		c.say(engine.SeverityInfo, 0, string(state)+", revision "+formatRevision(c.revision))
	default:
		c.say(engine.SeverityInfo, 0, string(state))
	}
}
