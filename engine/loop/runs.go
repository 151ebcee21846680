package loop

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rondb-tui/engine"
)

// ending is how the last run ended, as far as it has not been judged yet.
type ending uint8

const (
	endedQuiet  ending = iota // nothing to judge: none ran, it was superseded, or it was judged
	endedDone                 // every step succeeded
	endedFailed               // a step failed
)

// run is the plan that runs, or the last that ran.
type run struct {
	id         uint64
	plan       engine.Plan
	steps      []engine.StepView // replaced, never changed
	active     bool
	superseded bool      // it was asked to stop
	why        string    // it was
	lost       bool      // it was because the run had failed already
	failedAt   time.Time // the first failure of a step; zero if there is none
	ended      ending
	failure    string // of the step that failed
	attempt    int
	started    time.Time
	finished   time.Time
}

// tries counts the runs in a row that have not brought the desired state nearer.
type tries struct {
	failed   int
	shortest int       // steps of the shortest plan since the row began
	next     time.Time // no run before
	digest   uint64    // in ERROR_STATE: the world in which the engine gave up
}

// startRun begins a plan.
func (c *Core) startRun(next engine.Plan) {
	steps := make([]engine.StepView, len(next.Steps))
	for i := range steps {
		steps[i].State = engine.StepWaiting
	}
	c.run = run{id: c.run.id + 1, plan: next, steps: steps, active: true, attempt: c.tries.failed, started: c.now}
	c.setState(engine.WorkingTowards, fmt.Sprintf("%s, %s", next.Steps[0].Action, next.Steps[0].Cause))
	c.say(engine.SeverityInfo, 0, describePlan(&next))
	c.record(Entry{Kind: EntryRun, Fingerprint: next.Fingerprint, Plan: next.String()})
	c.effect(Run{ID: c.run.id, Plan: next})
}

// supersede asks the running plan, if there is one, to stop at its next safe
// point. The next plan is made when it has.
func (c *Core) supersede(why string) {
	if !c.run.active || c.run.superseded {
		return
	}
	c.run.superseded, c.run.why = true, why
	c.effect(Supersede{c.run.id})
}

func (c *Core) stepMoved(moved StepMoved) {
	if !c.run.active || moved.Run != c.run.id {
		return
	}
	c.changed = true
	c.run.steps = slices.Clone(c.run.steps)
	c.run.steps[moved.Step-1] = moved.View
	if state := moved.View.State; state == engine.StepDone || state == engine.StepFailed {
		text := string(state)
		if moved.View.Err != "" {
			text += ": " + moved.View.Err
		}
		c.recordForPeople(Entry{Kind: EntryStep, Fingerprint: c.run.plan.Fingerprint, Step: moved.Step, Text: text})
	}
	if moved.View.State == engine.StepFailed && c.run.failedAt.IsZero() {
		c.run.failedAt = c.now
	}
}

// cutShort ends a run that has failed and would only wait on. What it waits for
// may depend on what failed: in a system restart every data node waits for the
// others. A node that did not start is reason enough to look again at once;
// after other failures, waits that are nearly over get a moment.
func (c *Core) cutShort() {
	if c.run.superseded || c.run.failedAt.IsZero() {
		return
	}
	until := c.run.failedAt.Add(afterFailure)
	for i, view := range c.run.steps {
		action := c.run.plan.Steps[i].Action
		if view.State == engine.StepRunning && !engine.IsAwait(action) {
			return
		}
		if _, start := action.(engine.AwaitStarted); start && view.State == engine.StepFailed {
			until = c.now
		}
	}
	if c.now.Before(until) {
		c.effect(WakeAt{until})
		return
	}
	c.run.lost = true
	c.supersede("a step failed, and all others only wait")
}

// runEnded takes note of the end. What it is worth shows in the plan that is
// needed next, so a look comes first.
func (c *Core) runEnded(ended RunEnded) {
	if !c.run.active || ended.Run != c.run.id {
		return
	}
	c.run.active, c.run.finished, c.run.steps = false, c.now, ended.Result.Steps
	took := c.now.Sub(c.run.started).Seconds()
	severity, text := engine.SeverityInfo, fmt.Sprintf("plan done in %.1f s", took)
	failure := c.run.failureOf(ended.Result.Failed, ended.Result.Err)
	switch {
	case ended.Result.Superseded && !c.run.lost:
		text = "plan superseded: " + c.run.why
	case failure != "" || c.run.lost:
		c.run.ended, c.run.failure = endedFailed, cmp.Or(failure, c.run.why)
		severity, text = engine.SeverityWarning, "plan failed: "+c.run.failure
	default:
		c.run.ended = endedDone
	}
	c.say(severity, 0, text)
	c.recordForPeople(Entry{Kind: EntryEnd, Fingerprint: c.run.plan.Fingerprint, Text: text})
	c.world.awaits = true
	c.effect(Observe{})
}

// failureOf puts a failure in words, "" if there was none. No step is named if
// the plan was refused or the run was cancelled.
func (r *run) failureOf(id engine.StepID, err error) string {
	switch {
	case err == nil:
		return ""
	case id == 0:
		return err.Error()
	}
	return fmt.Sprintf("%s: %v", r.plan.Steps[id-1].Action, err)
}

// judge decides, knowing the plan that is needed next, whether the run before it
// was worth something, and so whether the plan may begin now. A failed run that
// left less to do made progress. One that succeeded and is needed again word for
// word did not: without this, a driver that only says that it acts would keep
// the engine spinning.
func (c *Core) judge(next *engine.Plan) bool {
	ended := c.run.ended
	c.run.ended = endedQuiet
	steps := len(next.Steps)
	progress := c.tries.shortest == 0 || steps < c.tries.shortest
	if progress {
		c.tries.shortest = steps
	}
	failure := c.run.failure
	switch {
	case ended == endedFailed:
	case ended == endedDone && next.Fingerprint == c.run.plan.Fingerprint:
		failure, progress = "the plan ran to its end and is needed again", false
	default:
		return true
	}
	c.tries.failed++
	if progress {
		c.tries.failed = 0
	}
	if c.tries.failed >= c.maxAttempts {
		c.giveUp(fmt.Sprintf("%d runs in a row failed, the last one because: %s", c.tries.failed, failure))
		return false
	}
	pause := betweenRuns().Pause(max(1, c.tries.failed))
	c.tries.next = c.now.Add(pause)
	c.setState(engine.WorkingTowards, failure)
	c.say(engine.SeverityInfo, 0, fmt.Sprintf("next attempt (%d of %d) in %s", c.tries.failed+1, c.maxAttempts, pause))
	c.effect(WakeAt{c.tries.next})
	return false
}

// giveUp enters ERROR_STATE, until somebody acts or the world moves.
func (c *Core) giveUp(reason string) {
	c.run.ended = endedQuiet
	c.tries.digest = c.world.digest
	c.setState(engine.ErrorState, reason)
}

// worldMoved says whether the world is another one than that in which the engine
// gave up, and if so takes it as a new beginning.
func (c *Core) worldMoved() bool {
	if c.world.digest == c.tries.digest {
		return false
	}
	c.tryAnew("the cluster has changed")
	return true
}

// tryAnew forgets earlier failures.
func (c *Core) tryAnew(why string) {
	c.tries, c.run.ended = tries{}, endedQuiet
	if c.state == engine.ErrorState {
		c.setState(engine.WorkingTowards, why)
	}
}

// disruption finds a node that the plan counts on and that went down between two
// looks, nil if there is none. A node that the plan itself takes down, or is about
// to start, is not counted on. A node whose fault has ended and that is down is
// one as well: the plan left it alone, and may be waiting for it by now.
func (r *run) disruption(before, after *engine.Observed) *engine.NodeObservation {
	for i := range before.Nodes {
		was := &before.Nodes[i]
		now, found := after.Node(was.ID)
		if !found {
			now = &engine.NodeObservation{Slot: was.Slot, Status: engine.StatusAbsent}
		}
		wasUp := was.Status == engine.StatusStarted || was.Status == engine.StatusStarting || was.Status == engine.StatusPaused
		if faultEnded := was.Lease != nil && now.Lease == nil; !wasUp && !faultEnded {
			continue
		}
		down := now.Status == engine.StatusDead || now.Status == engine.StatusStopped || now.Status == engine.StatusAbsent
		if down && r.countsOn(now.Slot, now.Status) {
			return now
		}
	}
	return nil
}

// starts says whether the plan has started a node. If such a node goes down, the
// run has failed: a node that dies again and again in its start, or soon after,
// must lead to pauses and to ERROR_STATE, not to one plan after another.
func (r *run) starts(id engine.NodeID) bool {
	for i, view := range r.steps {
		action, start := r.plan.Steps[i].Action.(engine.StartNode)
		if start && action.Slot.ID == id && (view.State == engine.StepRunning || view.State == engine.StepDone) {
			return true
		}
	}
	return false
}

// countsOn says whether a node's going down is news to the plan. The last step
// begun that concerns the node tells: after an effect it may be down in order.
// While its start is awaited only a crash is news, because a look that is a
// moment old may still show it stopped.
func (r *run) countsOn(slot engine.Slot, status engine.NodeStatus) bool {
	news := true
	for i, view := range r.steps {
		if view.State != engine.StepRunning && view.State != engine.StepDone {
			continue
		}
		switch action := r.plan.Steps[i].Action.(type) {
		case engine.StopAllDataNodes:
			if slot.Kind == engine.KindData {
				news = false
			}
		case engine.AwaitStarted:
			if action.Slot.ID == slot.ID {
				news = view.State == engine.StepDone || status == engine.StatusDead
			}
		default:
			if action.Node() == slot.ID {
				news = false
			}
		}
	}
	return news
}

func formatRevision(r engine.Revision) string { return strconv.FormatInt(int64(r), 10) }
