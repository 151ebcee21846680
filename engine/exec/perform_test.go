package exec

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

func TestRequirementRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slot := engine.Slot{ID: 1, Kind: engine.KindData}
		driver := &fakeDriver{
			observed: engine.Observed{Nodes: []engine.NodeObservation{{Slot: slot, Status: engine.StatusStarted, Incarnation: 2}}},
			do:       func(context.Context, engine.Step) error { return nil },
		}
		handed := 0
		with := options()
		with.OnObserved = func(engine.Observed) { handed++ }
		demand := engine.Requirement{Kind: engine.RequireIncarnation, Node: 1, Incarnation: 1}
		result := Run(t.Context(), driver, withAction(edges(nil), 1, engine.StopNode{Slot: slot}, demand), with, nil)
		if engine.KindOf(result.Err) != engine.KindConflict || len(driver.begun) != 0 {
			t.Errorf("error %v, begun %v; want a conflict and nothing done", result.Err, driver.begun)
		}
		if driver.looks != 1 || handed != 1 {
			t.Errorf("%d looks, %d handed on; want one, since a conflict is not retried", driver.looks, handed)
		}

		demand.Incarnation = 2
		result = Run(t.Context(), driver, withAction(edges(nil), 1, engine.StopNode{Slot: slot}, demand), with, nil)
		if result.Err != nil || len(driver.begun) != 1 {
			t.Errorf("error %v, begun %v; want it done", result.Err, driver.begun)
		}
	})
}

// TestRequirementIsCheckedAgain lets the world move between two attempts.
func TestRequirementIsCheckedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slot := engine.Slot{ID: 1, Kind: engine.KindData}
		driver := &fakeDriver{observed: engine.Observed{ArbitrationReady: true}}
		driver.do = func(context.Context, engine.Step) error {
			driver.mu.Lock()
			defer driver.mu.Unlock()
			driver.observed.ArbitrationReady = false
			return engine.Errorf(engine.KindTransient, "stop data node", 1, "no reply")
		}
		plan := withAction(edges(nil), 1, engine.StopNode{Slot: slot}, engine.Requirement{Kind: engine.RequireArbitration})
		result := Run(t.Context(), driver, plan, options(), nil)
		if engine.KindOf(result.Err) != engine.KindConflict || len(driver.begun) != 1 || driver.looks != 2 {
			t.Errorf("error %v after %d attempts and %d looks", result.Err, len(driver.begun), driver.looks)
		}
	})
}

func TestNoLookWithoutRequirement(t *testing.T) {
	driver := &fakeDriver{do: func(context.Context, engine.Step) error { return nil }}
	if result := Run(t.Context(), driver, edges(nil, nil), options(), nil); result.Err != nil || driver.looks != 0 {
		t.Errorf("error %v, %d looks", result.Err, driver.looks)
	}
}

// TestAwaitsHoldNoPlace starts more nodes than effects may run at once, each with
// an await that holds only when all are started: the form of an initial start.
func TestAwaitsHoldNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const nodes = 6
		plan := edges(make([][]engine.StepID, nodes)...)
		for id := engine.StepID(1); id <= nodes; id++ {
			plan.Steps = append(plan.Steps, engine.Step{
				ID: id + nodes, Action: engine.AwaitStarted{Slot: engine.Slot{ID: engine.NodeID(id), Kind: engine.KindData}},
				After: []engine.StepID{id}, Cause: "a test wants it",
			})
		}
		plan.Seal()
		started := make(chan struct{}, nodes)
		all := make(chan struct{})
		driver := &fakeDriver{do: func(ctx context.Context, step engine.Step) error {
			if engine.IsAwait(step.Action) {
				<-all
				return nil
			}
			err := sleep(ctx, time.Second)
			if started <- struct{}{}; len(started) == nodes {
				close(all)
			}
			return err
		}}
		with := options()
		with.Parallel = 2
		began := time.Now()
		result := Run(t.Context(), driver, plan, with, nil)
		if result.Err != nil || driver.most != 2 || time.Since(began) != 3*time.Second {
			t.Errorf("error %v, at most %d at once, took %s", result.Err, driver.most, time.Since(began))
		}
	})
}

// TestAwaitNeedsNoPlace has one place, taken by an effect: the await beside it
// begins at once.
func TestAwaitNeedsNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{do: func(ctx context.Context, _ engine.Step) error { return sleep(ctx, time.Second) }}
		with := options()
		with.Parallel = 1
		began := time.Now()
		result := Run(t.Context(), driver, withAction(edges(nil, nil), 2, engine.AwaitArbitration{}), with, nil)
		if result.Err != nil || time.Since(began) != time.Second {
			t.Errorf("error %v, took %s", result.Err, time.Since(began))
		}
	})
}

func TestTimeLimits(t *testing.T) {
	cases := []struct {
		name   string
		action engine.Action
		kind   engine.ErrorKind
		begun  int
		limit  time.Duration
	}{
		{"effect", engine.StartNode{Slot: engine.Slot{ID: 1, Kind: engine.KindData}}, engine.KindTransient, 5, engine.EffectTimeout},
		{"await", engine.AwaitArbitration{}, engine.KindConflict, 1, engine.AwaitTimeout},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				driver := &fakeDriver{do: func(ctx context.Context, _ engine.Step) error {
					began := time.Now()
					<-ctx.Done()
					if time.Since(began) != c.limit {
						t.Errorf("limited to %s, want %s", time.Since(began), c.limit)
					}
					return ctx.Err()
				}}
				result := Run(t.Context(), driver, withAction(edges(nil), 1, c.action), options(), nil)
				if engine.KindOf(result.Err) != c.kind || len(driver.begun) != c.begun {
					t.Errorf("error %v after %d attempts", result.Err, len(driver.begun))
				}
			})
		})
	}
}

func TestPause(t *testing.T) {
	policy := Policy{Base: time.Second, Max: 5 * time.Second}
	want := []time.Duration{1 * time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second}
	for i, pause := range want {
		if got := policy.Pause(i + 1); got != pause {
			t.Errorf("after %d failures: %s, want %s", i+1, got, pause)
		}
	}
	if got := policy.Pause(1 << 20); got != policy.Max {
		t.Errorf("after very many failures: %s", got)
	}
}
