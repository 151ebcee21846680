package loop

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// failing gives a rig whose dead data node 2 cannot be started, after as many
// failed runs as it takes to give up.
func failing(t *testing.T) *rig {
	t.Helper()
	r := running(t)
	r.world.kill(2)
	r.world.broken[2] = engine.Errorf(engine.KindTerminal, "start data node", 2, "no space left on its volume")
	var pauses []time.Duration
	for attempt := range engine.MaxAttempts {
		r.look()
		if r.run == nil {
			t.Fatalf("attempt %d: no run: %s", attempt, r.core.View().Reason)
		}
		if got := r.core.View().Run.Attempt; got != attempt {
			t.Errorf("the run says %d failures before it, want %d", got, attempt)
		}
		r.finish()
		r.look()
		if r.run != nil {
			t.Fatalf("attempt %d: the next run began without a pause", attempt)
		}
		judged := r.now
		r.look()
		if r.run != nil {
			t.Fatalf("attempt %d: the next run began during the pause", attempt)
		}
		if attempt+1 < engine.MaxAttempts {
			pauses = append(pauses, r.wake.Sub(judged))
			r.wantState(engine.WorkingTowards)
			r.now = r.wake
		}
	}
	for i := range pauses[1:] {
		if pauses[i+1] != 2*pauses[i] {
			t.Errorf("pauses of %v do not double", pauses)
		}
	}
	r.wantState(engine.ErrorState)
	if reason := r.core.View().Reason; !strings.Contains(reason, "5 runs in a row") || !strings.Contains(reason, "no space left") {
		t.Errorf("reason %q", reason)
	}
	r.wantSaid("ERROR_STATE: 5 runs in a row failed", "plan failed: ", "next attempt (2 of 5) in 250ms")
	return r
}

// TestErrorStateIsQuiet looks on in ERROR_STATE: nothing is tried or recorded.
func TestErrorStateIsQuiet(t *testing.T) {
	r := failing(t)
	entries, runs := r.journal.State().Seq, r.runs
	for range 100 {
		r.now = r.now.Add(time.Minute)
		r.look()
		r.handle(Tick{})
	}
	if r.runs != runs || r.journal.State().Seq != entries {
		t.Errorf("%d runs, %d entries", r.runs-runs, r.journal.State().Seq-entries)
	}
	r.wantState(engine.ErrorState)
}

func TestErrorStateIsLeft(t *testing.T) {
	cases := map[string]func(*rig){
		"by an operator's retry":   func(r *rig) { r.mustAsk(engine.RetryNow{}) },
		"by a new desired state":   func(r *rig) { r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1}) },
		"by a restart":             func(r *rig) { r.mustAsk(engine.RestartNode{Target: 4}) },
		"because the world moved":  func(r *rig) { r.world.node(2).Incarnation++; r.look() },
		"because the world healed": func(r *rig) { r.world.node(2).Status = engine.StatusStarted; r.look() },
	}
	for name, leave := range cases {
		t.Run(name, func(t *testing.T) {
			r := failing(t)
			delete(r.world.broken, 2)
			leave(r)
			if r.core.View().State == engine.ErrorState {
				t.Fatalf("still in ERROR_STATE: %s", r.core.View().Reason)
			}
			if r.run != nil && r.core.View().Run.Attempt != 0 {
				t.Errorf("the first run begins as attempt %d", r.core.View().Run.Attempt)
			}
			r.finish()
			r.converge()
		})
	}
}

// TestTrifleDoesNotEndErrorState changes only what moves by itself.
func TestTrifleDoesNotEndErrorState(t *testing.T) {
	r := failing(t)
	for i := range r.world.nodes {
		n := &r.world.nodes[i]
		n.Rows, n.MemoryUsed, n.Progress, n.FailureHandled = n.Rows+1, n.MemoryUsed+1, 0.5, !n.FailureHandled
	}
	r.look()
	r.wantState(engine.ErrorState)
}

// TestProgressForgivesFailures lets every run of a first start fail after a few
// steps: far more failures than are allowed in a row, but each leaves less to do.
func TestProgressForgivesFailures(t *testing.T) {
	r := newRigOf(t, Config{Spec: engine.DefaultSpec(), MaxAttempts: 2})
	for r.core.View().State != engine.AtDesiredState {
		r.look()
		if r.run == nil && r.core.View().State != engine.AtDesiredState {
			t.Fatalf("after %d runs: %s: %s", r.runs, r.core.View().State, r.core.View().Reason)
		}
		r.world.budget = 4
		r.finish()
		r.look()
		r.now = later(r.now, r.wake)
	}
	if r.runs < 6 {
		t.Errorf("%d runs are too few to show anything", r.runs)
	}
}

// TestSuccessForgivesFailures fails almost too often, succeeds, and fails again.
func TestSuccessForgivesFailures(t *testing.T) {
	r := running(t)
	for range 2 {
		r.world.kill(2)
		r.world.broken[2] = errors.New("broken")
		for range engine.MaxAttempts - 1 {
			r.look()
			r.finish()
			r.look()
			r.now = later(r.now, r.wake)
			r.wantState(engine.WorkingTowards)
		}
		delete(r.world.broken, 2)
		r.converge()
	}
}

// TestLyingDriver says that every step succeeded and does nothing. The engine
// must not spin.
func TestLyingDriver(t *testing.T) {
	r := running(t)
	r.world.kill(2)
	r.world.lying = true
	for range 3 * engine.MaxAttempts {
		r.look()
		r.finish()
		r.now = later(r.now, r.wake)
	}
	r.wantState(engine.ErrorState)
	if reason := r.core.View().Reason; !strings.Contains(reason, "needed again") {
		t.Errorf("reason %q", reason)
	}
}

// TestCrashLoop has a node that dies whenever it is awaited, and is seen dead
// before the driver says so: the plan is superseded each time, and still the
// engine gives up in the end.
func TestCrashLoop(t *testing.T) {
	r := running(t)
	r.world.kill(2)
	for range engine.MaxAttempts {
		r.look()
		if r.run == nil {
			t.Fatalf("no run: %s: %s", r.core.View().State, r.core.View().Reason)
		}
		r.stepUntil("start data node 2")
		r.look()
		r.tellRunning("wait until data node 2 is started")
		r.world.kill(2)
		r.look()
		if !r.superseded {
			t.Fatal("the plan goes on waiting for a dead node")
		}
		r.tellSkipped("wait until data node 2 is started")
		r.finish()
		r.look()
		r.now = later(r.now, r.wake)
	}
	r.wantState(engine.ErrorState)
	if reason := r.core.View().Reason; !strings.Contains(reason, "data node 2 is dead") {
		t.Errorf("reason %q", reason)
	}
}

// TestFailedStartEndsTheWaits is a system restart in which one data node dies.
// The others wait for it: the run must not wait for them.
func TestFailedStartEndsTheWaits(t *testing.T) {
	r := running(t)
	r.world.kill(1, 2, 4, 5)
	r.look()
	r.stepUntil("start data node 5")
	r.tellRunning("wait until data node 1 is started")
	r.world.kill(4)
	for !r.superseded {
		if ready := r.run.Ready(); len(ready) == 0 {
			t.Fatal("the run waits for data node 1, which waits for data node 4")
		}
		r.step()
	}
	r.tellSkipped("wait until data node 1 is started")
	r.finish()
	r.look()
	if r.run != nil || !r.wake.After(r.now) {
		t.Error("the next run began without a pause")
	}
	r.wantSaid("plan failed: wait until data node 4 is started: ")
	r.now = later(r.now, r.wake)
	r.converge()
}

// TestFailedEffectGivesWaitsAMoment fails the start of a MySQL server while the
// start of a data node is awaited.
func TestFailedEffectGivesWaitsAMoment(t *testing.T) {
	r := running(t)
	r.world.kill(2, 68)
	r.world.broken[68] = errors.New("broken")
	r.look()
	r.stepUntil("start data node 2")
	r.tellRunning("wait until data node 2 is started")
	r.stepUntil("start MySQL server 68")
	r.look()
	if r.superseded || r.wake.Sub(r.now) < 4*time.Second {
		t.Fatalf("superseded %v, to wake in %s", r.superseded, r.wake.Sub(r.now))
	}
	r.now = r.wake
	r.handle(Tick{})
	if !r.superseded {
		t.Error("the run waits on")
	}
}

// TestSupersededRunIsNoFailure replaces the desired state under a failing run.
func TestSupersededRunIsNoFailure(t *testing.T) {
	r := running(t)
	r.world.kill(2)
	r.world.broken[2] = errors.New("broken")
	for i := range 2 * engine.MaxAttempts {
		r.look()
		if r.run == nil {
			t.Fatalf("round %d: no run, %s: %s", i, r.core.View().State, r.core.View().Reason)
		}
		r.step()
		r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1 - 2*(i%2)})
		r.finish()
	}
	if got := r.core.View().State; got != engine.WorkingTowards {
		t.Errorf("in %s", got)
	}
}

func TestWaitingIsShown(t *testing.T) {
	r := newRig(t)
	r.look()
	r.stepUntil("start data node 1")
	n := r.world.node(1)
	n.StartPhase, n.Doing = 4, "reading the schema"
	r.tellRunning("wait until data node 1 is started")
	r.look()
	want := "waiting until data node 1 is started (start phase 4, reading the schema)"
	if got := r.core.View().Waiting; len(got) == 0 || got[0] != want {
		t.Errorf("waiting %q, want %q first", got, want)
	}
}

// TestPlannerWaits has a paused node with a lease: nothing to do, and it is said.
func TestPlannerWaits(t *testing.T) {
	r := running(t)
	n := r.world.node(2)
	n.Status, n.Lease = engine.StatusPaused, &engine.Lease{Fault: "pause", Until: r.now.Add(time.Hour)}
	r.look()
	r.wantState(engine.WorkingTowards)
	view := r.core.View()
	if r.run != nil || len(view.Waiting) == 0 || view.Reason != view.Waiting[0] {
		t.Errorf("run %v, reason %q, waiting %q", r.run != nil, view.Reason, view.Waiting)
	}
	n.Status, n.Lease = engine.StatusStarted, nil
	r.look()
	r.wantState(engine.AtDesiredState)
}
