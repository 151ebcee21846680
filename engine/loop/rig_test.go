package loop

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/exec"
)

// rig drives a Core over a fakeWorld synchronously, as a simulation does: it
// performs the effects, one step of the plan at a time, when the test says so.
type rig struct {
	t       *testing.T
	core    *Core
	world   *fakeWorld
	journal MemoryJournal
	full    error // why nothing can be recorded, nil if it can
	tries   int   // to record something all the same
	faults  []Fault
	now     time.Time

	run        *exec.Walk // under way
	runID      uint64
	superseded bool
	failed     engine.StepID
	failure    error
	steps      []engine.StepView

	asked     uint64
	replies   map[uint64]error
	looks     int // asked for
	runs      int
	published int
	wake      time.Time
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigOf(t, Config{Name: "demo", Spec: engine.DefaultSpec()})
}

func newRigOf(t *testing.T, config Config) *rig {
	t.Helper()
	core, err := NewCore(config)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, core: core, world: newWorld(), replies: make(map[uint64]error),
		now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	}
	r.journal.state = config.State
	r.perform(core.Start(r.now))
	return r
}

// running gives a rig whose cluster is at its desired state.
func running(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.converge()
	return r
}

func (r *rig) handle(event Event) {
	r.t.Helper()
	r.now = r.now.Add(time.Millisecond)
	before := *r.core
	effects := r.core.Handle(r.now, event)
	if r.full != nil && records(effects) {
		*r.core = before
		r.tries++
		effects = r.core.Handle(r.now, Unrecorded{Event: event, Err: r.full})
		if records(effects) {
			r.t.Fatalf("%T: recorded although nothing can be", event)
		}
	}
	r.perform(effects)
}

func records(effects []Effect) bool {
	return slices.ContainsFunc(effects, func(effect Effect) bool { _, entry := effect.(JournalAppend); return entry })
}

func (r *rig) perform(effects []Effect) {
	r.t.Helper()
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Observe:
			r.looks++
		case Run:
			walk, err := exec.NewWalk(effect.Plan)
			if err != nil {
				r.t.Fatal(err)
			}
			if r.run != nil {
				r.t.Fatal("a second run while one is under way")
			}
			r.runs++
			r.run, r.runID, r.superseded, r.failed, r.failure = walk, effect.ID, false, 0, nil
			r.steps = make([]engine.StepView, len(effect.Plan.Steps))
		case Supersede:
			if r.run == nil || effect.Run != r.runID || r.superseded {
				r.t.Fatalf("superseded run %d, run %d is under way (superseded %v)", effect.Run, r.runID, r.superseded)
			}
			r.superseded = true
			r.run.Supersede()
		case Fault:
			r.faults = append(r.faults, effect)
			if effect.Do == FaultKill {
				r.world.kill(effect.Targets...)
			}
			r.handle(Faulted{Fault: effect})
		case JournalAppend:
			if err := r.journal.Append(effect.Entry); err != nil {
				r.t.Fatal(err)
			}
		case Publish:
			r.published++
		case Reply:
			r.replies[effect.ID] = effect.Err
		case WakeAt:
			r.wake = effect.At
		}
	}
}

// look gives the Core a fresh look.
func (r *rig) look() {
	r.t.Helper()
	r.handle(Observed{World: r.world.observe(r.now)})
}

// step performs the first ready step of the run, or ends it.
func (r *rig) step() {
	r.t.Helper()
	if r.run.Done() {
		result := exec.Result{Steps: r.steps, Failed: r.failed, Err: r.failure, Superseded: r.superseded}
		r.run = nil
		r.handle(RunEnded{Run: r.runID, Result: result})
		return
	}
	id := r.next()
	r.run.Begin(id)
	r.tell(id, nil)
	err := r.world.do(r.run.Step(id))
	r.run.Finish(id, err)
	if err != nil && r.failure == nil {
		r.failed, r.failure = id, err
	}
	r.tell(id, err)
}

// next chooses the step to perform: effects before awaits, since a wait may be
// for what another step does.
func (r *rig) next() engine.StepID {
	ready := r.run.Ready()
	for _, id := range ready {
		if !engine.IsAwait(r.run.Step(id).Action) {
			return id
		}
	}
	return ready[0]
}

func (r *rig) tell(id engine.StepID, err error) {
	r.t.Helper()
	r.steps[id-1] = engine.StepView{State: r.run.State(id)}
	if err != nil {
		r.steps[id-1].Err = err.Error()
	}
	r.handle(StepMoved{Run: r.runID, Step: id, View: r.steps[id-1]})
}

// stepUntil performs steps up to and including the first with this text.
func (r *rig) stepUntil(action string) {
	r.t.Helper()
	for r.run != nil && !r.run.Done() {
		next := r.run.Step(r.next()).Action.String()
		r.step()
		if next == action {
			return
		}
	}
	r.t.Fatalf("no step %q in the plan:\n%s", action, r.core.View().Run.Plan.String())
}

// tellRunning begins a ready step and leaves it running.
func (r *rig) tellRunning(action string) {
	r.t.Helper()
	id := r.stepOf(action)
	r.run.Begin(id)
	r.tell(id, nil)
}

// tellSkipped ends such a step as an executor does that is superseded.
func (r *rig) tellSkipped(action string) {
	r.t.Helper()
	id := r.stepOf(action)
	r.run.Finish(id, exec.ErrInterrupted)
	r.tell(id, exec.ErrInterrupted)
}

// stepOf finds the first step with this text.
func (r *rig) stepOf(action string) engine.StepID {
	r.t.Helper()
	for _, step := range r.core.View().Run.Plan.Steps {
		if step.Action.String() == action {
			return step.ID
		}
	}
	r.t.Fatalf("no step %q in the plan:\n%s", action, r.core.View().Run.Plan.String())
	return 0
}

// finish performs the run to its end.
func (r *rig) finish() {
	r.t.Helper()
	for r.run != nil {
		r.step()
	}
}

// converge looks and runs until the desired state is reached.
func (r *rig) converge() {
	r.t.Helper()
	for range 10 {
		r.look()
		if r.core.View().State == engine.AtDesiredState {
			return
		}
		r.finish()
		r.now = later(r.now, r.wake)
	}
	view := r.core.View()
	r.t.Fatalf("not at the desired state but %s: %s\n%v\n%s", view.State, view.Reason, view.Waiting, view.Run.Plan.String())
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ask submits a request and gives the answer; that of a fault that happened comes
// with the next look, and is nil.
func (r *rig) ask(request engine.Request) error {
	r.t.Helper()
	r.asked++
	r.handle(Asked{ID: r.asked, Request: request})
	err, answered := r.replies[r.asked]
	if !answered && !slices.Contains(r.core.unseen, r.asked) {
		r.t.Fatalf("%+v was not answered", request)
	}
	return err
}

func (r *rig) mustAsk(intent engine.Intent) {
	r.t.Helper()
	if err := r.ask(engine.Request{Intent: intent, By: engine.ActorYou}); err != nil {
		r.t.Fatalf("%T: %v", intent, err)
	}
}

// said tells whether an event with this text was recorded.
func (r *rig) said(text string) bool {
	for _, event := range r.core.View().Events {
		if strings.Contains(event.Actor+": "+event.Text, text) {
			return true
		}
	}
	return false
}

func (r *rig) wantState(state engine.ReconciliationState) {
	r.t.Helper()
	if view := r.core.View(); view.State != state {
		r.t.Fatalf("in %s (%s), want %s", view.State, view.Reason, state)
	}
}

func (r *rig) wantSaid(texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		if !r.said(text) {
			r.t.Errorf("no event says %q:\n%s", text, eventTexts(r.core.View().Events))
		}
	}
}

func eventTexts(events []engine.Event) string {
	var b strings.Builder
	for _, event := range events {
		b.WriteString(event.Actor + ": " + event.Text + "\n")
	}
	return b.String()
}

// wantJournal checks that the journal replays to what the Core knows.
func (r *rig) wantJournal() {
	r.t.Helper()
	state, b := r.journal.State(), r.core.basis()
	if state.Revision != b.revision || difference(state.Spec, &b.desired) != "nothing new" || len(state.Restarts) != len(b.restarts) {
		r.t.Errorf("the journal gives revision %d and restarts %v, the core has %d and %v",
			state.Revision, state.Restarts, b.revision, b.restarts)
	}
	if state.Of != b.of || !reflect.DeepEqual(state.History, b.history) {
		r.t.Errorf("the journal gives content %d after %v, the core has %d after %v",
			state.Of, revisions(state.History), b.of, revisions(b.history))
	}
	if state.Seq != r.core.written {
		r.t.Errorf("the journal ends with entry %d, the core with %d", state.Seq, r.core.written)
	}
}
