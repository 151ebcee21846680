package simtest

import (
	"errors"
	"fmt"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/exec"
	"rondb-tui/engine/loop"
	"rondb-tui/simdrv"
)

const (
	// lookEvery is how often the rig looks at the world in virtual time.
	lookEvery = 100 * time.Millisecond
	// maxRetries is how often one step is tried again after a transient error.
	maxRetries = 8
)

// Rig is an engine on a simulated world, stepped by hand.
type Rig struct {
	World *simdrv.World
	core  *loop.Core

	base    time.Time
	walk    *exec.Walk
	run     loop.Run
	views   []engine.StepView
	retries map[engine.StepID]int
	stop    bool

	nextLook time.Duration
	wakeAt   time.Duration // 0: none
	replies  map[uint64]error
	asked    uint64
	entries  []loop.Entry

	// BeforeEffect, if set, sees each effect and the world right before it; its
	// error ends the run.
	BeforeEffect func(engine.Step, *engine.Observed) error
	broken       error
}

// NewRig makes an engine for a new cluster.
func NewRig(world *simdrv.World, base time.Time, wanted engine.Spec) (*Rig, error) {
	core, err := loop.NewCore(loop.Config{Name: "sim", DriverName: "sim", Simulated: true, Spec: wanted})
	if err != nil {
		return nil, err
	}
	r := &Rig{World: world, core: core, base: base, replies: map[uint64]error{}}
	r.perform(core.Start(r.now()))
	return r, r.broken
}

// View is what the engine knows.
func (r *Rig) View() *engine.ClusterView { return r.core.View() }

// Entries are what was journalled.
func (r *Rig) Entries() []loop.Entry { return r.entries }

// Ask hands a request to the engine and returns its answer.
func (r *Rig) Ask(intent engine.Intent) error {
	r.asked++
	r.perform(r.core.Handle(r.now(), loop.Asked{ID: r.asked, Request: engine.Request{Intent: intent, By: engine.ActorYou}}))
	return errors.Join(r.replies[r.asked], r.broken)
}

// RunFor lets virtual time pass.
func (r *Rig) RunFor(d time.Duration) error {
	end := r.World.Now() + d
	for r.World.Now() < end && r.broken == nil {
		r.advance(end)
	}
	return r.broken
}

// RunUntil lets virtual time pass until the engine says that the condition
// holds; an error names what it was waiting for when the limit is reached.
func (r *Rig) RunUntil(what string, limit time.Duration, holds func(*engine.ClusterView) bool) error {
	end := r.World.Now() + limit
	for !holds(r.View()) {
		if r.broken != nil {
			return r.broken
		}
		if r.World.Now() >= end {
			v := r.View()
			return fmt.Errorf("not %s within %v: %s, %s; waiting %q; plan:\n%s", what, limit, v.State, v.Reason, v.Waiting, v.Run.Plan.String())
		}
		r.advance(end)
	}
	return r.broken
}

func (r *Rig) now() time.Time { return r.base.Add(r.World.Now()) }

// advance moves virtual time to the next thing that happens, at most to end.
func (r *Rig) advance(end time.Duration) {
	next := min(end, r.nextLook)
	if at, ok := r.World.NextEventAt(); ok {
		next = min(next, at)
	}
	if r.wakeAt > 0 {
		next = min(next, r.wakeAt)
	}
	r.World.Advance(max(next, r.World.Now()))
	r.walkOn()
	if r.wakeAt > 0 && r.World.Now() >= r.wakeAt {
		r.wakeAt = 0
		r.perform(r.core.Handle(r.now(), loop.Tick{}))
	}
	if r.World.Now() >= r.nextLook {
		r.look()
	}
}

func (r *Rig) look() {
	r.nextLook = r.World.Now() + lookEvery
	r.perform(r.core.Handle(r.now(), loop.Observed{World: r.World.Observe()}))
}

func (r *Rig) perform(effects []loop.Effect) {
	for _, effect := range effects {
		switch effect := effect.(type) {
		case loop.Observe:
			r.nextLook = r.World.Now() // at once, but not inside this event
		case loop.Run:
			r.begin(effect)
		case loop.Supersede:
			r.stop = r.run.ID == effect.Run && r.walk != nil
		case loop.Fault:
			r.perform(r.core.Handle(r.now(), loop.Faulted{Fault: effect, Err: r.inject(effect)}))
		case loop.JournalAppend:
			r.entries = append(r.entries, effect.Entry)
		case loop.Reply:
			r.replies[effect.ID] = effect.Err
		case loop.WakeAt:
			r.wakeAt = max(effect.At.Sub(r.base), r.World.Now()+1)
		case loop.Publish:
		}
	}
}

// inject breaks the world as a request asked for.
func (r *Rig) inject(fault loop.Fault) error {
	if fault.Do != loop.FaultKill {
		return engine.Errorf(engine.KindUnsupported, "inject fault", 0, "scenarios ask for kills only, not %s", fault.Do)
	}
	return r.World.Kill(fault.Targets...)
}

func (r *Rig) begin(run loop.Run) {
	walk, err := exec.NewWalk(run.Plan)
	if err != nil {
		r.broken = err
		return
	}
	r.walk, r.run, r.stop = walk, run, false
	r.retries = map[engine.StepID]int{}
	r.views = make([]engine.StepView, len(run.Plan.Steps))
	for i := range r.views {
		r.views[i].State = engine.StepWaiting
	}
}

// walkOn takes every step of the running plan as far as the world lets it.
func (r *Rig) walkOn() {
	for moved := true; moved && r.walk != nil && r.broken == nil; {
		moved = false
		if r.stop {
			r.supersede()
		}
		for _, id := range r.walk.Ready() {
			r.walk.Begin(id)
			r.tell(id, engine.StepRunning, nil)
			moved = true
		}
		for i := range r.views {
			id := engine.StepID(i + 1)
			if r.walk != nil && r.walk.State(id) == engine.StepRunning && r.try(id) {
				moved = true
			}
		}
		r.endIfDone()
	}
}

// try performs one step and says whether it has ended.
func (r *Rig) try(id engine.StepID) bool {
	step := r.walk.Step(id)
	done, err := false, r.demand(step)
	if err == nil {
		done, err = r.World.Do(step)
	}
	if err != nil && engine.KindOf(err) == engine.KindTransient && r.retries[id] < maxRetries {
		r.retries[id]++
		return false
	}
	if err == nil && !done {
		return false
	}
	r.finish(id, err)
	return true
}

// demand checks what the step requires of the world, as the executor does.
func (r *Rig) demand(step engine.Step) error {
	if engine.IsAwait(step.Action) {
		return nil
	}
	seen := r.World.Observe()
	for _, requirement := range step.Require {
		if why, ok := requirement.Check(&seen); !ok {
			return engine.Errorf(engine.KindConflict, step.Action.String(), 0, "%s", why)
		}
	}
	if r.BeforeEffect != nil {
		if err := r.BeforeEffect(step, &seen); err != nil {
			r.broken = fmt.Errorf("before %q: %w", step.Action, err)
			return r.broken
		}
	}
	return nil
}

func (r *Rig) finish(id engine.StepID, err error) {
	skipped := r.walk.Finish(id, err)
	r.tell(id, r.walk.State(id), err)
	for _, other := range skipped {
		r.tell(other, engine.StepSkipped, nil)
	}
}

// supersede is the safe point: effects happen at once here, so only awaits run.
func (r *Rig) supersede() {
	for i := range r.views {
		if id := engine.StepID(i + 1); r.walk.State(id) == engine.StepRunning {
			r.finish(id, exec.ErrInterrupted)
		}
	}
	for _, id := range r.walk.Supersede() {
		r.tell(id, engine.StepSkipped, nil)
	}
}

func (r *Rig) tell(id engine.StepID, state engine.StepState, err error) {
	view := &r.views[id-1]
	view.State = state
	switch state {
	case engine.StepRunning:
		view.Started = r.now()
	default:
		view.Finished = r.now()
	}
	if err != nil {
		view.Err = err.Error()
	}
	r.perform(r.core.Handle(r.now(), loop.StepMoved{Run: r.run.ID, Step: id, View: *view}))
}

func (r *Rig) endIfDone() {
	if r.walk == nil || !r.walk.Done() {
		return
	}
	result := exec.Result{Steps: r.views, Superseded: r.stop}
	for i := range r.views {
		if r.views[i].State == engine.StepFailed {
			result.Failed = engine.StepID(i + 1)
			result.Err = errors.New(r.views[i].Err)
			break
		}
	}
	run := r.run
	r.walk = nil
	r.perform(r.core.Handle(r.now(), loop.RunEnded{Run: run.ID, Result: result}))
}
