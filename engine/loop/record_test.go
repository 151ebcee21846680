package loop

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

var errFull = errors.New("no space left on device")

const cannotWrite = "the journal cannot be written: no space left on device"

// TestUnrecordedRequestIsRefused asks while nothing can be recorded: what was
// asked for is refused, and everything is as it was but for the event about it.
func TestUnrecordedRequestIsRefused(t *testing.T) {
	for _, intent := range []engine.Intent{
		engine.Scale{Target: engine.ScaleMySQL, Delta: 1}, engine.RestartNode{Target: 4}, engine.Undo{},
	} {
		r := scaled(t)
		r.finish()
		r.converge()
		r.full = errFull
		before, entries := *r.core, r.journal.State().Seq
		err := r.ask(engine.Request{Intent: intent, By: engine.ActorYou})
		if engine.KindOf(err) != engine.KindTerminal || !strings.Contains(err.Error(), cannotWrite+"; nothing was changed") {
			t.Errorf("%T: %v", intent, err)
		}
		after := r.core
		if after.revision != before.revision || after.of != before.of || len(after.history) != len(before.history) ||
			len(after.restarts) != len(before.restarts) || after.written != before.written || r.journal.State().Seq != entries {
			t.Errorf("%T: the core changed", intent)
		}
		if !reflect.DeepEqual(after.desired, before.desired) || r.run != nil {
			t.Errorf("%T: it has an effect", intent)
		}
		r.wantState(engine.AtDesiredState)
		if _, err := r.core.Preview(r.now, engine.Request{Intent: intent}); err != nil {
			t.Errorf("%T: preview: %v", intent, err)
		}
		r.wantSaid("engine: " + cannotWrite)
		r.wantJournal()

		r.full = nil
		r.mustAsk(intent)
		r.wantSaid("the journal can be written again")
		r.wantJournal()
		r.finish()
		r.converge()
	}
}

// TestUnrecordedPlanIsNotBegun breaks a node while nothing can be recorded. Looks
// go on, and the plan begins by itself once it can be recorded.
func TestUnrecordedPlanIsNotBegun(t *testing.T) {
	r := running(t)
	r.full = errFull
	r.world.kill(2)
	runs, done := r.runs, len(r.world.done)
	r.look()
	r.wantState(engine.ErrorState)
	view := r.core.View()
	if !strings.Contains(view.Reason, cannotWrite) || view.Health != engine.AtRisk {
		t.Errorf("reason %q, %s", view.Reason, view.Health)
	}
	if wait := r.wake.Sub(r.now); wait <= 0 || wait > 10*time.Second {
		t.Errorf("the next try is in %s", wait)
	}
	events := len(view.Events)
	for range 20 {
		r.now = later(r.now, r.wake)
		r.handle(Tick{})
		r.look()
	}
	if r.runs != runs || len(r.world.done) != done {
		t.Error("a plan was begun that is not recorded")
	}
	if n := len(r.core.View().Events); n != events {
		t.Errorf("%d events about nothing new:\n%s", n-events, eventTexts(r.core.View().Events))
	}
	if err := r.ask(engine.Request{Intent: engine.RetryNow{}}); err != nil {
		t.Errorf("a retry: %v", err)
	}
	r.wantState(engine.ErrorState)

	r.full = nil
	r.look()
	r.wantState(engine.ErrorState) // not before it is time
	r.now = later(r.now, r.wake)
	r.handle(Tick{})
	r.wantState(engine.WorkingTowards)
	if r.runs != runs+1 {
		t.Fatalf("%d runs", r.runs-runs)
	}
	r.wantSaid("the journal can be written again")
	r.finish()
	r.converge()
	r.wantJournal()
}

// TestRetryTriesToRecord leaves the state at once, without waiting for the time.
func TestRetryTriesToRecord(t *testing.T) {
	r := running(t)
	r.full = errFull
	r.world.kill(2)
	r.look()
	r.full = nil
	r.mustAsk(engine.RetryNow{})
	r.wantState(engine.WorkingTowards)
	if r.run == nil {
		t.Error("no plan was begun")
	}
}

// TestStuckWorldHeals leaves the state because there is nothing to record any more.
func TestStuckWorldHeals(t *testing.T) {
	r := running(t)
	r.full = errFull
	r.world.kill(2)
	r.look()
	r.wantState(engine.ErrorState)
	r.world.node(2).Status = engine.StatusStarted
	r.look()
	r.wantState(engine.AtDesiredState)
}

// TestStuckIsForgotten gives up for another reason afterwards: nothing ends that
// by itself.
func TestStuckIsForgotten(t *testing.T) {
	r := running(t)
	r.full = errFull
	r.world.kill(2)
	r.world.broken[2] = errors.New("broken")
	r.look()
	r.full = nil
	for r.now = later(r.now, r.wake); r.runs < 1+engine.MaxAttempts; r.now = later(r.now, r.wake) {
		r.look()
		r.finish()
	}
	r.look()
	runs := r.runs
	for range 10 {
		r.now = r.now.Add(time.Minute)
		r.look()
	}
	r.wantState(engine.ErrorState)
	if r.runs != runs {
		t.Errorf("%d runs in ERROR_STATE", r.runs-runs)
	}
}

// TestFaultsNeedNoRecord kills a node while nothing can be recorded.
func TestFaultsNeedNoRecord(t *testing.T) {
	r := running(t)
	r.full = errFull
	r.mustAsk(engine.KillNode{Targets: nodes(2)})
	r.wantSaid("kill -9 data node 2")
	r.look()
	r.wantState(engine.ErrorState)
	r.mustAsk(engine.KillNode{Targets: nodes(4)})
}

// TestRunGoesOnUnrecorded has the journal fail in the middle of a run. Only the
// record of its steps is missing afterwards.
func TestRunGoesOnUnrecorded(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.RestartNode{Target: 4})
	r.step()
	r.full = errFull
	r.finish()
	if r.core.run.active || r.core.writing.left == 0 || r.tries != 1 {
		t.Errorf("active %v, %d entries left out after %d tries", r.core.run.active, r.core.writing.left, r.tries)
	}
	r.look() // the wish is fulfilled, but that cannot be recorded
	if len(r.core.restarts) != 1 {
		t.Error("the wish is forgotten, the journal still has it")
	}
	r.wantJournal()
	r.full = nil
	r.now = later(r.now, r.core.writing.next)
	r.look()
	r.wantState(engine.AtDesiredState)
	if len(r.core.restarts) != 0 {
		t.Error("the wish stays")
	}
	r.wantSaid("the journal can be written again, without the record of ")
	if r.world.node(4).Incarnation != 2 {
		t.Errorf("restarted %d times", r.world.node(4).Incarnation-1)
	}
	r.wantJournal()
}

// fullJournal is a MemoryJournal that fails as long as it is told to.
type fullJournal struct {
	MemoryJournal
	full atomic.Bool
}

func (j *fullJournal) Append(entries ...Entry) error {
	if j.full.Load() {
		return engine.Errorf(engine.KindTerminal, "write journal", 0, "%w", errFull)
	}
	return j.MemoryJournal.Append(entries...)
}

// TestLoopOutlivesAFullDisk has the journal fail and work again under a loop.
func TestLoopOutlivesAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver, journal := newBreakable(), &fullJournal{}
		loop, end := started(t, driver, journal)
		until(t, loop, "started", atDesired(1))
		journal.full.Store(true)
		scale := engine.Request{Intent: engine.Scale{Target: engine.ScaleMySQL, Delta: 1}}
		err := loop.Submit(t.Context(), scale)
		if engine.KindOf(err) != engine.KindTerminal || !strings.Contains(err.Error(), cannotWrite+"; nothing was changed") {
			t.Errorf("got %v", err)
		}
		if loop.Latest().Revision != 1 {
			t.Error("the refused state is shown")
		}
		if err := loop.Submit(t.Context(), engine.Request{Intent: engine.KillNode{Targets: nodes(2)}}); err != nil {
			t.Fatal(err)
		}
		stuck := until(t, loop, "stuck", func(v *engine.ClusterView) bool { return v.State == engine.ErrorState })
		time.Sleep(time.Minute)
		if now := loop.Latest(); now.State != engine.ErrorState || now.Run.Active || len(now.Events) != len(stuck.Events) {
			t.Errorf("%s after a minute:\n%s", now.State, eventTexts(now.Events))
		}
		journal.full.Store(false)
		until(t, loop, "healed", atDesired(1))
		if err := loop.Submit(t.Context(), scale); err != nil {
			t.Error(err)
		}
		view := until(t, loop, "scaled", atDesired(2))
		for i, event := range view.Events[1:] {
			if event.Seq != view.Events[i].Seq+1 {
				t.Fatalf("event %d follows event %d", event.Seq, view.Events[i].Seq)
			}
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		if state, err := Replay(journal.Entries()); err != nil || state.Revision != 2 {
			t.Errorf("the journal gives revision %d, error %v", state.Revision, err)
		}
	})
}

// TestNothingBeginsUnrecorded cannot record what it is to begin with.
func TestNothingBeginsUnrecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver, journal := newDriver(), &fullJournal{}
		journal.full.Store(true)
		loop, err := New(Config{Spec: engine.DefaultSpec(), Driver: driver, Journal: journal})
		if err != nil {
			t.Fatal(err)
		}
		if err := loop.Run(context.WithoutCancel(t.Context())); !errors.Is(err, errFull) {
			t.Errorf("ended with %v", err)
		}
		if driver.looked() != 0 || len(driver.world.done) != 0 {
			t.Errorf("done without a record: %v", driver.world.done)
		}
	})
}
