package exec

import (
	"errors"
	"fmt"
	"slices"

	"rondb-tui/engine"
)

// ErrInterrupted ends a step that was waiting, or had not acted yet, when its
// run was stopped. Such a step counts as skipped, not as failed.
var ErrInterrupted = errors.New("the run was stopped first")

// Walk follows a plan: it says which steps may begin and learns how they ended.
// A step may begin only when every step it comes after has succeeded. One that
// fails takes all that depend on it, near and far, out of the run. A Walk is
// deterministic and belongs to one goroutine.
type Walk struct {
	plan       engine.Plan
	states     []engine.StepState
	unmet      []int             // for each step, how many edges have not succeeded yet
	dependents [][]engine.StepID // for each step, the steps right after it
	open       int               // steps that wait or run
}

// NewWalk begins a walk. A plan that is not well formed, or whose text is not
// the one its fingerprint was made of, is refused with KindInternal.
func NewWalk(plan engine.Plan) (*Walk, error) {
	if err := check(plan); err != nil {
		return nil, err
	}
	w := &Walk{
		plan:       plan,
		states:     make([]engine.StepState, len(plan.Steps)),
		unmet:      make([]int, len(plan.Steps)),
		dependents: make([][]engine.StepID, len(plan.Steps)),
		open:       len(plan.Steps),
	}
	for i, step := range plan.Steps {
		w.states[i] = engine.StepWaiting
		w.unmet[i] = len(step.After)
		for _, before := range step.After {
			w.dependents[before-1] = append(w.dependents[before-1], step.ID)
		}
	}
	return w, nil
}

// check is the executor's own look at what the planner promises. The edges may
// only point backwards, which also excludes cycles.
func check(plan engine.Plan) error {
	const op = "check plan"
	if len(plan.Steps) > engine.MaxPlanSteps {
		return engine.Errorf(engine.KindInternal, op, 0, "%d steps are more than %d", len(plan.Steps), engine.MaxPlanSteps)
	}
	for i, step := range plan.Steps {
		switch {
		case step.ID != engine.StepID(i+1):
			return engine.Errorf(engine.KindInternal, op, 0, "step %d stands at position %d", step.ID, i+1)
		case step.Action == nil:
			return engine.Errorf(engine.KindInternal, op, 0, "step %d has no action", step.ID)
		case step.Cause == "":
			return engine.Errorf(engine.KindInternal, op, 0, "step %d has no cause", step.ID)
		}
		for _, before := range step.After {
			if before < 1 || before >= step.ID {
				return engine.Errorf(engine.KindInternal, op, 0, "step %d cannot come after step %d", step.ID, before)
			}
		}
	}
	sealed := plan
	if sealed.Seal(); sealed.Fingerprint != plan.Fingerprint {
		return engine.Errorf(engine.KindInternal, op, 0, "the fingerprint %q is not that of the plan's text", plan.Fingerprint)
	}
	return nil
}

// Ready lists the steps that may begin now, in the plan's order.
func (w *Walk) Ready() []engine.StepID {
	var ready []engine.StepID
	for i, state := range w.states {
		if state == engine.StepWaiting && w.unmet[i] == 0 {
			ready = append(ready, engine.StepID(i+1))
		}
	}
	return ready
}

// Begin marks a ready step as running. It panics if the step is not ready: the
// caller would break the plan's order.
func (w *Walk) Begin(id engine.StepID) {
	if w.State(id) != engine.StepWaiting || w.unmet[id-1] != 0 {
		panic(fmt.Sprintf("exec: step %d begun while %s with %d unmet edges", id, w.State(id), w.unmet[id-1]))
	}
	w.states[id-1] = engine.StepRunning
}

// Finish records how a running step ended: done without an error, skipped with
// ErrInterrupted, failed with any other. It returns the steps that can no longer
// run because of it. It panics if the step is not running.
func (w *Walk) Finish(id engine.StepID, err error) (skipped []engine.StepID) {
	if w.State(id) != engine.StepRunning {
		panic(fmt.Sprintf("exec: step %d finished while %s", id, w.State(id)))
	}
	w.open--
	if err == nil {
		w.states[id-1] = engine.StepDone
		for _, next := range w.dependents[id-1] {
			w.unmet[next-1]--
		}
		return nil
	}
	w.states[id-1] = engine.StepFailed
	if errors.Is(err, ErrInterrupted) {
		w.states[id-1] = engine.StepSkipped
	}
	return w.skipDependents(id)
}

// skipDependents takes everything out of the run that comes after a step.
func (w *Walk) skipDependents(id engine.StepID) []engine.StepID {
	var skipped []engine.StepID
	queue := slices.Clone(w.dependents[id-1])
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if w.states[next-1] != engine.StepWaiting {
			continue
		}
		w.states[next-1] = engine.StepSkipped
		w.open--
		skipped = append(skipped, next)
		queue = append(queue, w.dependents[next-1]...)
	}
	slices.Sort(skipped)
	return skipped
}

// Supersede takes every step that has not begun out of the run and returns them.
// Running steps stay: their ends are still to be told.
func (w *Walk) Supersede() (skipped []engine.StepID) {
	for i, state := range w.states {
		if state == engine.StepWaiting {
			w.states[i] = engine.StepSkipped
			w.open--
			skipped = append(skipped, engine.StepID(i+1))
		}
	}
	return skipped
}

// Done says that no step waits or runs any more.
func (w *Walk) Done() bool { return w.open == 0 }

// State tells how far one step is.
func (w *Walk) State(id engine.StepID) engine.StepState { return w.states[id-1] }

// Step gives a step of the plan.
func (w *Walk) Step(id engine.StepID) engine.Step { return w.plan.Steps[id-1] }

// succeeded says that every step was done.
func (w *Walk) succeeded() bool {
	return !slices.ContainsFunc(w.states, func(s engine.StepState) bool { return s != engine.StepDone })
}
