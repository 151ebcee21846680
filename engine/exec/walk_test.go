package exec

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// edges makes a sealed plan of start steps: step i+1 comes after the listed ones.
func edges(after ...[]engine.StepID) engine.Plan {
	var plan engine.Plan
	for i, before := range after {
		id := engine.StepID(i + 1)
		plan.Steps = append(plan.Steps, engine.Step{
			ID:     id,
			Action: engine.StartNode{Slot: engine.Slot{ID: engine.NodeID(id), Kind: engine.KindData}},
			After:  before,
			Cause:  "a test wants it",
		})
	}
	plan.Seal()
	return plan
}

func drawPlan(t *rapid.T) engine.Plan {
	steps := make([][]engine.StepID, rapid.IntRange(0, 12).Draw(t, "steps"))
	for i := range steps {
		for before := range i {
			if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
				steps[i] = append(steps[i], engine.StepID(before+1))
			}
		}
	}
	return edges(steps...)
}

// TestWalkOrder walks random plans with random outcomes. A step may begin only
// after all it depends on succeeded, every walk ends, and everything that comes
// after a failure is skipped, near and far.
func TestWalkOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		walk, err := NewWalk(plan)
		if err != nil {
			t.Fatal(err)
		}
		var running []engine.StepID
		ends := 0
		for !walk.Done() {
			ready := walk.Ready()
			switch {
			case len(ready) > 0 && (len(running) == 0 || rapid.Bool().Draw(t, "begin")):
				id := rapid.SampledFrom(ready).Draw(t, "ready")
				for _, before := range plan.Steps[id-1].After {
					if walk.State(before) != engine.StepDone {
						t.Fatalf("step %d may begin while step %d is %s", id, before, walk.State(before))
					}
				}
				walk.Begin(id)
				running = append(running, id)
			case len(running) > 0 && rapid.IntRange(0, 20).Draw(t, "supersede") > 0:
				at := rapid.IntRange(0, len(running)-1).Draw(t, "ends")
				outcome := rapid.SampledFrom([]error{nil, nil, nil, ErrInterrupted, errors.New("broken")}).Draw(t, "outcome")
				walk.Finish(running[at], outcome)
				running = slices.Delete(running, at, at+1)
				ends++
			default:
				walk.Supersede()
			}
			if ends > len(plan.Steps) {
				t.Fatal("more steps ended than there are")
			}
			if !walk.Done() && len(running) == 0 && len(walk.Ready()) == 0 {
				t.Fatalf("nothing can happen any more, but the walk is not over: %v", walk.states)
			}
		}
		checkOver(t, plan, walk)
	})
}

func checkOver(t *rapid.T, plan engine.Plan, walk *Walk) {
	t.Helper()
	for _, step := range plan.Steps {
		state := walk.State(step.ID)
		if state == engine.StepWaiting || state == engine.StepRunning {
			t.Fatalf("the walk is over and step %d is %s", step.ID, state)
		}
		for _, before := range step.After {
			if state != engine.StepSkipped && walk.State(before) != engine.StepDone {
				t.Fatalf("step %d is %s after step %d, which is %s", step.ID, state, before, walk.State(before))
			}
		}
	}
}

func TestWalkSkipsTransitively(t *testing.T) {
	walk, err := NewWalk(edges(nil, nil, []engine.StepID{1}, []engine.StepID{3}, []engine.StepID{2, 4}, []engine.StepID{2}))
	if err != nil {
		t.Fatal(err)
	}
	walk.Begin(1)
	if skipped := walk.Finish(1, errors.New("broken")); !slices.Equal(skipped, []engine.StepID{3, 4, 5}) {
		t.Errorf("skipped %v, want 3, 4 and 5", skipped)
	}
	if ready := walk.Ready(); !slices.Equal(ready, []engine.StepID{2}) {
		t.Errorf("ready %v, want 2 only", ready)
	}
	walk.Begin(2)
	if skipped := walk.Supersede(); !slices.Equal(skipped, []engine.StepID{6}) {
		t.Errorf("superseding skipped %v, want 6", skipped)
	}
	if walk.Done() {
		t.Error("over while step 2 runs")
	}
	walk.Finish(2, nil)
	if !walk.Done() || walk.State(2) != engine.StepDone {
		t.Errorf("over %v, states %v", walk.Done(), walk.states)
	}
}

func TestPlanIsChecked(t *testing.T) {
	step := func(change func(*engine.Step)) func(*engine.Plan) {
		return func(p *engine.Plan) { change(&p.Steps[1]); p.Seal() }
	}
	cases := map[string]func(*engine.Plan){
		"position":    step(func(s *engine.Step) { s.ID = 3 }),
		"action":      func(p *engine.Plan) { p.Steps[1].Action = nil },
		"cause":       step(func(s *engine.Step) { s.Cause = "" }),
		"itself":      step(func(s *engine.Step) { s.After = []engine.StepID{2} }),
		"nothing":     step(func(s *engine.Step) { s.After = []engine.StepID{0} }),
		"fingerprint": func(p *engine.Plan) { p.Steps[1].Cause = "another than was approved" },
		"size":        func(p *engine.Plan) { p.Steps = make([]engine.Step, engine.MaxPlanSteps+1) },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			plan := edges(nil, []engine.StepID{1})
			if _, err := NewWalk(plan); err != nil {
				t.Fatalf("a good plan is refused: %v", err)
			}
			spoil(&plan)
			if _, err := NewWalk(plan); err == nil || engine.KindOf(err) != engine.KindInternal {
				t.Errorf("got %v, want an internal error", err)
			}
		})
	}
}

func TestWalkRefusesMisuse(t *testing.T) {
	cases := map[string]func(*Walk){
		"begin too early": func(w *Walk) { w.Begin(2) },
		"begin twice":     func(w *Walk) { w.Begin(1); w.Begin(1) },
		"finish unbegun":  func(w *Walk) { w.Finish(1, nil) },
	}
	for name, misuse := range cases {
		t.Run(name, func(t *testing.T) {
			walk, err := NewWalk(edges(nil, []engine.StepID{1}))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			misuse(walk)
		})
	}
}

func ExampleWalk() {
	walk, err := NewWalk(edges(nil, []engine.StepID{1}))
	if err != nil {
		panic(err)
	}
	for !walk.Done() {
		for _, id := range walk.Ready() {
			walk.Begin(id)
			fmt.Println(walk.Step(id).Action)
			walk.Finish(id, nil)
		}
	}
	// Output:
	// start data node 1
	// start data node 2
}
