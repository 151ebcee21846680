package exec

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// fakeDriver does what its function says and counts who is at it.
type fakeDriver struct {
	do       func(ctx context.Context, step engine.Step) error
	observed engine.Observed
	lookFor  time.Duration // how long a look takes, whatever its context says

	mu      sync.Mutex
	begun   []engine.StepID
	effects int // in flight
	most    int // the most there ever were
	looks   int
}

func (d *fakeDriver) Observe(context.Context) (engine.Observed, error) {
	<-time.After(d.lookFor)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.looks++
	return d.observed, nil
}

func (d *fakeDriver) Wake() <-chan struct{} { return nil }

func (d *fakeDriver) Do(ctx context.Context, step engine.Step) error {
	effect := 1
	if engine.IsAwait(step.Action) {
		effect = 0
	}
	d.count(step.ID, effect)
	defer d.count(0, -effect)
	return d.do(ctx, step)
}

func (d *fakeDriver) count(id engine.StepID, effect int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id > 0 {
		d.begun = append(d.begun, id)
	}
	d.effects += effect
	d.most = max(d.most, d.effects)
}

// sleep waits in the bubble's time.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func options() Options { return Options{Clock: time.Now} }

func states(result Result) string {
	words := make([]string, len(result.Steps))
	for i, step := range result.Steps {
		words[i] = string(step.State)
	}
	return strings.Join(words, " ")
}

// withAction replaces a step's action and seals the plan again.
func withAction(plan engine.Plan, id engine.StepID, action engine.Action, require ...engine.Requirement) engine.Plan {
	plan.Steps[id-1].Action, plan.Steps[id-1].Require = action, require
	plan.Seal()
	return plan
}

// TestNoDependentAfterFailure is the race that a well-known executor had: it
// announced a failed step as over before the failure stopped the run, and
// sometimes a dependent slipped in between.
func TestNoDependentAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for round := range 5000 {
			failing := engine.StepID(round%2 + 1)
			driver := &fakeDriver{do: func(_ context.Context, step engine.Step) error {
				if step.ID == failing {
					return engine.Errorf(engine.KindTerminal, "start data node", 1, "broken")
				}
				return nil
			}}
			result := Run(t.Context(), driver, edges(nil, nil, []engine.StepID{1, 2}, []engine.StepID{3}), options(), nil)
			for _, id := range driver.begun {
				if id > 2 {
					t.Fatalf("round %d: step %d began after step %d failed", round, id, failing)
				}
			}
			if result.Failed != failing || engine.KindOf(result.Err) != engine.KindTerminal {
				t.Fatalf("round %d: failed %d with %v", round, result.Failed, result.Err)
			}
		}
	})
}

func TestRetriesByKind(t *testing.T) {
	cases := []struct {
		name  string
		err   error
		fails int // attempts that fail before one succeeds
		begun int
		took  time.Duration
		want  string
	}{
		{"at once", nil, 0, 1, 0, "done"},
		{"transient", engine.Errorf(engine.KindTransient, "dial", 0, "refused"), 2, 3, 300 * time.Millisecond, "done"},
		{"transient for ever", engine.Errorf(engine.KindTransient, "dial", 0, "refused"), 99, 5, 1500 * time.Millisecond, "failed"},
		{"terminal", engine.Errorf(engine.KindTerminal, "start", 0, "no disk"), 99, 1, 0, "failed"},
		{"conflict", engine.Errorf(engine.KindConflict, "start", 0, "moved"), 99, 1, 0, "failed"},
		{"of no kind", errors.New("odd"), 99, 1, 0, "failed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				left := c.fails
				driver := &fakeDriver{do: func(context.Context, engine.Step) error {
					if left--; left >= 0 {
						return c.err
					}
					return nil
				}}
				told := 0
				with := options()
				with.OnStep = func(_ engine.StepID, view engine.StepView) {
					if view.State == engine.StepRunning && view.Err != "" {
						told++
					}
				}
				began := time.Now()
				result := Run(t.Context(), driver, edges(nil), with, nil)
				if took := time.Since(began); took != c.took {
					t.Errorf("took %s, want %s", took, c.took)
				}
				if states(result) != c.want || len(driver.begun) != c.begun || told != c.begun-1 {
					t.Errorf("%s after %d attempts, %d told; want %s after %d", states(result), len(driver.begun), told, c.want, c.begun)
				}
				if (result.Err != nil) != (c.want == "failed") || (result.Err != nil && !errors.Is(result.Err, c.err)) {
					t.Errorf("error %v", result.Err)
				}
			})
		})
	}
}

// TestSupersedeAtSafePoint closes stop while an effect and an await are in
// flight: the effect is finished, the await cut short, nothing else begins.
func TestSupersedeAtSafePoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{do: func(ctx context.Context, step engine.Step) error {
			if engine.IsAwait(step.Action) {
				return sleep(ctx, time.Hour)
			}
			return sleep(ctx, 10*time.Second)
		}}
		plan := withAction(edges(nil, nil, []engine.StepID{1}), 2, engine.AwaitArbitration{})
		stop := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(stop) })
		began := time.Now()
		result := Run(t.Context(), driver, plan, options(), stop)
		if !result.Superseded || result.Err != nil || states(result) != "done skipped skipped" {
			t.Errorf("superseded %v, error %v, states %s", result.Superseded, result.Err, states(result))
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("ended after %s, want when the effect was finished", took)
		}
		if ended := result.Steps[1].Finished.Sub(began); ended != time.Second {
			t.Errorf("the await ended after %s, want at once", ended)
		}
	})
}

// TestSupersedeBetweenAttempts stops a run during the pause after a transient
// error: there is no further attempt.
func TestSupersedeBetweenAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{do: func(context.Context, engine.Step) error {
			return engine.Errorf(engine.KindTransient, "dial", 0, "refused")
		}}
		stop := make(chan struct{})
		time.AfterFunc(50*time.Millisecond, func() { close(stop) })
		result := Run(t.Context(), driver, edges(nil), options(), stop)
		if !result.Superseded || len(driver.begun) != 1 || states(result) != "failed" {
			t.Errorf("superseded %v, %d attempts, %s", result.Superseded, len(driver.begun), states(result))
		}
	})
}

func TestStoppedBeforeItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{do: func(context.Context, engine.Step) error { return nil }}
		stop := make(chan struct{})
		close(stop)
		result := Run(t.Context(), driver, edges(nil, nil), options(), stop)
		if !result.Superseded || len(driver.begun) != 0 || states(result) != "skipped skipped" {
			t.Errorf("superseded %v, begun %v, %s", result.Superseded, driver.begun, states(result))
		}
	})
}

// TestSupersedeBeforeEffect stops a run while it checks an effect's requirements:
// they hold, but the effect has not begun and must not any more.
func TestSupersedeBeforeEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{
			observed: engine.Observed{ArbitrationReady: true},
			lookFor:  time.Second,
			do:       func(context.Context, engine.Step) error { return nil },
		}
		stop := make(chan struct{})
		time.AfterFunc(time.Second/2, func() { close(stop) })
		plan := withAction(edges(nil), 1, engine.StopAllDataNodes{}, engine.Requirement{Kind: engine.RequireArbitration})
		result := Run(t.Context(), driver, plan, options(), stop)
		if !result.Superseded || result.Err != nil || len(driver.begun) != 0 || states(result) != "skipped" {
			t.Errorf("superseded %v, error %v, begun %v, %s", result.Superseded, result.Err, driver.begun, states(result))
		}
	})
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := &fakeDriver{do: func(ctx context.Context, _ engine.Step) error { return sleep(ctx, time.Hour) }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		plan := withAction(edges(nil, nil, []engine.StepID{1}), 2, engine.AwaitArbitration{})
		began := time.Now()
		result := Run(ctx, driver, plan, options(), nil)
		if time.Since(began) != time.Second || states(result) != "failed skipped skipped" {
			t.Errorf("%s after %s", states(result), time.Since(began))
		}
		if result.Superseded || engine.KindOf(result.Err) != engine.KindTransient || !errors.Is(result.Err, context.DeadlineExceeded) {
			t.Errorf("superseded %v, error %v", result.Superseded, result.Err)
		}
	})
}
