package loop

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"rondb-tui/engine"
)

// left gives what the journal of an earlier engine says: revision 2 with three
// MySQL servers, and the wish to restart node 4.
func left(t *testing.T) State {
	t.Helper()
	r := running(t)
	r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1})
	r.mustAsk(engine.RestartNode{Target: 4})
	r.wantJournal()
	return r.journal.State()
}

func withServers(n int) *engine.Spec {
	spec := engine.DefaultSpec()
	spec.NumManagedMysqldVms = n
	return &spec
}

// TestNextState begins with a desired state besides the journal's.
func TestNextState(t *testing.T) {
	far := withServers(4)
	far.ID = 20
	cases := map[string]struct {
		next *engine.Spec
		want engine.Revision
	}{
		"none":          {nil, 2},
		"the same":      {withServers(3), 2},
		"another":       {withServers(4), 3},
		"one far ahead": {far, 20},
	}
	for name, c := range cases {
		for _, fresh := range []bool{false, true} {
			state := left(t)
			r := newRigOf(t, Config{State: state, Next: c.next, NextSource: "a file", Fresh: fresh})
			if got := r.core.View(); got.Revision != c.want || got.Spec.ID != c.want {
				t.Errorf("%s: revision %d, want %d", name, got.Revision, c.want)
			}
			r.wantJournal()
			if c.want == 2 {
				continue
			}
			r.wantSaid("MySQL servers 3 → 4")
			entries := r.journal.Entries()
			if entries[0].Kind != EntrySpec || entries[0].Source != "a file" || entries[0].Seq != state.Seq+1 {
				t.Errorf("%s: recorded %+v", name, entries[0])
			}
			r.look()
			r.mustAsk(engine.Undo{})
			r.wantContent(c.want+1, 2, 3, 1)
		}
	}
}

// TestNoticesAfterRecovery begins with a rolling restart that nothing acts on: it
// is told as long as the cluster runs with what was before, also after the next
// change. A cluster that starts afresh runs with the new state.
func TestNoticesAfterRecovery(t *testing.T) {
	for _, fresh := range []bool{false, true} {
		next := withServers(3)
		next.RonDBRunningSince = 3
		r := newRigOf(t, Config{State: left(t), Next: next, Fresh: fresh})
		r.converge()
		for range 2 {
			told := slices.ContainsFunc(r.core.View().Notices, func(n engine.Notice) bool { return n.Field == "RonDBRunningSince" })
			if told == fresh {
				t.Errorf("fresh %v: told %v", fresh, told)
			}
			r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1})
		}
	}
}

// TestNextStateIsJudged begins with a change that a cluster which has run cannot
// make; one that starts afresh can.
func TestNextStateIsJudged(t *testing.T) {
	other, illegal := otherSlots(), engine.DefaultSpec()
	illegal.NumNodeGroups = 0
	var problems engine.Problems
	if _, err := NewCore(Config{State: left(t), Next: &other}); engine.KindOf(err) != engine.KindDenied || !errors.As(err, &problems) {
		t.Errorf("other slots of a cluster that runs: %v", err)
	}
	if _, err := NewCore(Config{State: left(t), Next: &other, Fresh: true}); err != nil {
		t.Errorf("other slots of a fresh cluster: %v", err)
	}
	if _, err := NewCore(Config{State: left(t), Next: &illegal, Fresh: true}); engine.KindOf(err) != engine.KindDenied {
		t.Errorf("an illegal state: %v", err)
	}
}

// TestFreshWorld starts a world anew in which node 4 gets the incarnation that the
// wish wanted left behind.
func TestFreshWorld(t *testing.T) {
	r := newRigOf(t, Config{State: left(t), Fresh: true, Simulated: true, LastEvent: 70})
	r.wantJournal()
	if state := r.journal.State(); len(state.Restarts) != 0 {
		t.Errorf("wishes of the world that is gone: %v", state.Restarts)
	}
	r.wantSaid("the simulated cluster of the earlier engine is gone; it is started afresh at revision 2")
	if first := r.core.View().Events[0]; first.Seq != 71 {
		t.Errorf("the first event has number %d", first.Seq)
	}
	r.converge()
	if got := r.world.node(4).Incarnation; got != 1 {
		t.Errorf("node 4 was started %d times", got)
	}
	if said := eventTexts(newRigOf(t, Config{State: left(t)}).core.View().Events); said != "" {
		t.Errorf("an engine that only goes on says %q", said)
	}
}

// TestRecoveredWishes gives the engine worlds in which node 4 is another process
// than the wish speaks of, or none.
func TestRecoveredWishes(t *testing.T) {
	cases := map[string]struct {
		change func(*engine.NodeObservation)
		stays  bool
	}{
		"as it was":        {func(*engine.NodeObservation) {}, true},
		"not to be seen":   {func(n *engine.NodeObservation) { n.Status, n.Incarnation = engine.StatusUnknown, 0 }, true},
		"dead":             {func(n *engine.NodeObservation) { n.Status = engine.StatusDead }, true},
		"a later start":    {func(n *engine.NodeObservation) { n.Incarnation, n.Status = 9, engine.StatusStarting }, false},
		"an earlier one":   {func(n *engine.NodeObservation) { n.Incarnation = 0 }, false},
		"not there":        {func(n *engine.NodeObservation) { n.Status = engine.StatusAbsent }, false},
		"no such slot":     {func(n *engine.NodeObservation) { n.ID = 200 }, false},
		"another, it died": {func(n *engine.NodeObservation) { n.Incarnation, n.Status = 2, engine.StatusDead }, false},
	}
	for name, c := range cases {
		earlier := running(t)
		earlier.mustAsk(engine.RestartNode{Target: 4})
		r := newRigOf(t, Config{State: earlier.journal.State()})
		r.world = earlier.world
		c.change(r.world.node(4))
		slices.SortFunc(r.world.nodes, func(a, b engine.NodeObservation) int { return int(a.ID - b.ID) })
		r.look()
		r.wantJournal()
		if stays := slices.Contains(slices.Collect(maps.Keys(r.journal.State().Restarts)), 4); stays != c.stays {
			t.Errorf("%s: the wish stays: %v, want %v", name, stays, c.stays)
		}
	}
}

func TestNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop, err := New(Config{Spec: engine.DefaultSpec(), Driver: newDriver(), Journal: &MemoryJournal{}, LastEvent: 41})
		if err != nil {
			t.Fatal(err)
		}
		loop.Note(engine.Event{Actor: engine.ActorLoad, Seq: 7, Text: "before the start"})
		ended := make(chan error, 1)
		ctx := t.Context()
		go func() { ended <- loop.Run(ctx) }()
		until(t, loop, "started", atDesired(1))
		for range 2 * maxNotes {
			loop.Note(engine.Event{Actor: engine.ActorLoad, Text: "rate 200 → 400"})
		}
		view := until(t, loop, "noted", func(v *engine.ClusterView) bool {
			return strings.Count(eventTexts(v.Events), "load: rate 200 → 400\n") == 2*maxNotes
		})
		for i, event := range view.Events {
			if event.Seq != uint64(42+i) || event.At.IsZero() {
				t.Fatalf("event %d is %+v", i, event)
			}
		}
		if !strings.Contains(eventTexts(view.Events), "load: before the start\n") {
			t.Error("a note from before the start is lost")
		}
	})
}

// TestNotesAfterTheEnd must not block whoever notes something.
func TestNotesAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop, end := started(t, newDriver(), &MemoryJournal{})
		until(t, loop, "started", atDesired(1))
		if err := end(); err != nil {
			t.Error(err)
		}
		for range 2 * maxNotes {
			loop.Note(engine.Event{Text: "too late"})
		}
	})
}

func TestListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop, end := started(t, newDriver(), &MemoryJournal{})
		until(t, loop, "started", atDesired(1))
		synctest.Wait()
		first, stopFirst := loop.Listen()
		second, stopSecond := loop.Listen()
		rung := func(bell <-chan struct{}) bool {
			select {
			case <-bell:
				return true
			default:
				return false
			}
		}
		if !rung(first) || !rung(second) {
			t.Error("a new listener is not told that there is a view")
		}
		if rung(first) || rung(second) {
			t.Error("a bell rings twice")
		}
		loop.Note(engine.Event{Text: "something"})
		synctest.Wait()
		if !rung(first) || !rung(second) || !rung(loop.Changed()) {
			t.Error("a listener was not told")
		}
		stopFirst()
		stopFirst()
		loop.Note(engine.Event{Text: "something more"})
		synctest.Wait()
		if rung(first) || !rung(second) {
			t.Error("after the stop of one: that one is told, or the other is not")
		}
		stopSecond()
		if n := len(loop.bells.rings); n != 1 {
			t.Errorf("%d bells are kept", n)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
