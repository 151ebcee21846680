package loop

import (
	"errors"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestFixpointWritesNothing is property S1: at the desired state looks lead to
// no run, no journal entry, no event.
func TestFixpointWritesNothing(t *testing.T) {
	r := running(t)
	entries, runs, events := r.journal.State().Seq, r.runs, len(r.core.View().Events)
	for range 100 {
		r.now = r.now.Add(time.Second)
		r.look()
	}
	r.handle(Tick{})
	if now := r.journal.State().Seq; now != entries {
		t.Errorf("%d journal entries were written at the fixpoint", now-entries)
	}
	if r.runs != runs || len(r.core.View().Events) != events {
		t.Errorf("%d runs, %d events at the fixpoint", r.runs-runs, len(r.core.View().Events)-events)
	}
	r.wantState(engine.AtDesiredState)
	r.wantJournal()
}

func TestFirstStart(t *testing.T) {
	r := newRig(t)
	before := r.core.View()
	if before.State != engine.WorkingTowards || before.Health != engine.Starting || before.Revision != 1 {
		t.Errorf("before the first look: %s, %s, revision %d", before.State, before.Health, before.Revision)
	}
	r.look()
	if view := r.core.View(); !view.Run.Active || len(view.Run.Steps) != len(view.Run.Plan.Steps) || view.Reason == "" {
		t.Errorf("run active %v with %d states for %d steps, reason %q", view.Run.Active, len(view.Run.Steps), len(view.Run.Plan.Steps), view.Reason)
	}
	r.converge()
	view := r.core.View()
	if view.Health != engine.Healthy || len(view.Groups) != 2 || view.Groups[0].Started != 2 || len(view.Waiting) != 0 {
		t.Errorf("%s, groups %+v, waiting %v", view.Health, view.Groups, view.Waiting)
	}
	if view.Run.Active || view.Run.Done != len(view.Run.Plan.Steps) || view.Run.Finished.IsZero() {
		t.Errorf("the run is shown as %+v", view.Run)
	}
	r.wantSaid("revision 1: 2 node groups with 2 replicas, 1 management server, 2 MySQL servers, 0 API nodes",
		"plan of ", "plan done in ", "AT_DESIRED_STATE, revision 1")
	r.wantJournal()
}

// TestHealsKilledNode kills a data node by request and lets the engine mend it.
func TestHealsKilledNode(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.KillNode{Targets: []engine.NodeID{2}})
	r.look()
	view := r.core.View()
	if view.State != engine.WorkingTowards || view.Health != engine.AtRisk || !view.Run.Active {
		t.Errorf("%s, %s, run active %v", view.State, view.Health, view.Run.Active)
	}
	r.wantSaid("kill -9 data node 2 (node group 0)")
	r.converge()
	if n := r.world.node(2); n.Incarnation != 2 {
		t.Errorf("data node 2 is in incarnation %d, want its second start", n.Incarnation)
	}
	if r.core.View().Health != engine.Healthy {
		t.Errorf("healed, but %s", r.core.View().Health)
	}
}

func TestRevisionRule(t *testing.T) {
	first := engine.DefaultSpec()
	first.ID = 7
	r := newRigOf(t, Config{Spec: first})
	r.converge()
	for _, step := range []struct{ id, want engine.Revision }{{3, 8}, {0, 9}, {9, 10}, {20, 20}, {20, 21}} {
		spec := engine.DefaultSpec()
		spec.ID, spec.NumManagedMysqldVms = step.id, int(step.want)%3+1
		r.mustAsk(engine.SetSpec{Spec: spec, Source: "a file"})
		if view := r.core.View(); view.Revision != step.want || view.Spec.ID != step.want {
			t.Errorf("Id %d became revision %d, want %d", step.id, view.Revision, step.want)
		}
		r.finish()
		r.converge()
	}
	r.wantJournal()
}

func TestSupersededByNewerState(t *testing.T) {
	r := newRig(t)
	r.look()
	r.step()
	r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1})
	r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1}) // must not supersede again
	if !r.superseded {
		t.Fatal("the running plan goes on towards revision 1")
	}
	r.wantSaid("revision 2: MySQL servers 2 → 3", "revision 3: MySQL servers 3 → 4")
	runs := r.runs
	r.finish()
	if r.runs != runs {
		t.Error("the next run began before a look")
	}
	r.handle(Observed{World: r.world.observe(r.now), Stale: true})
	if r.runs != runs {
		t.Error("the next run was planned on a look that began before the last one ended")
	}
	r.look()
	if r.runs != runs+1 || r.core.View().Run.Attempt != 0 {
		t.Errorf("%d runs, attempt %d", r.runs-runs, r.core.View().Run.Attempt)
	}
	r.wantSaid("plan superseded: revision 2 is wanted")
	r.converge()
	if r.world.node(70).Status != engine.StatusStarted {
		t.Error("the fourth MySQL server is not started")
	}
}

func TestSupersededByDisruption(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.Scale{Target: engine.ScaleReplicas, Delta: 1})
	r.stepUntil("activate data node 3")
	r.look()
	if r.superseded {
		t.Fatal("superseded although nothing was disrupted")
	}
	r.world.kill(5)
	r.look()
	if !r.superseded {
		t.Fatal("the plan goes on although data node 5 died")
	}
	r.finish()
	r.wantSaid("plan superseded: data node 5 is dead")
	r.converge()
}

// TestOwnStopsAreNoDisruption has the engine take nodes down in every way it
// does, with a look after each step.
func TestOwnStopsAreNoDisruption(t *testing.T) {
	stopped := engine.DefaultSpec()
	stopped.RonDBRunning = false
	for _, intent := range []engine.Intent{
		engine.RestartNode{Target: 4},
		engine.Scale{Target: engine.ScaleReplicas, Delta: -1},
		engine.Scale{Target: engine.ScaleMySQL, Delta: -1},
		engine.SetSpec{Spec: stopped},
	} {
		r := running(t)
		r.mustAsk(intent)
		for r.run != nil {
			r.step()
			r.look()
			if r.superseded {
				t.Fatalf("%T: superseded: %s", intent, eventTexts(r.core.View().Events))
			}
		}
		r.wantState(engine.AtDesiredState)
	}
}

// TestLateLookIsNoDisruption shows a node that is being started as it was a
// moment ago, before its start.
func TestLateLookIsNoDisruption(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.RestartNode{Target: 4})
	r.stepUntil("start data node 4")
	r.tellRunning("wait until data node 4 is started")
	r.world.node(4).Status = engine.StatusStopped
	r.look()
	if r.superseded {
		t.Errorf("superseded: %s", eventTexts(r.core.View().Events))
	}
}

func TestRestartIsRememberedUntilDone(t *testing.T) {
	r := running(t)
	was := r.world.node(4).Incarnation
	r.mustAsk(engine.RestartNode{Target: 4})
	if state := r.journal.State(); state.Restarts[4] != was {
		t.Fatalf("journalled restarts %v, want node 4 to leave incarnation %d", state.Restarts, was)
	}
	r.wantSaid("restart data node 4")
	r.look()
	r.wantJournal()
	if state := r.journal.State(); len(state.Restarts) != 1 {
		t.Fatal("the wish is forgotten before it is fulfilled")
	}
	r.finish()
	r.converge()
	if n := r.world.node(4); n.Incarnation != was+1 {
		t.Errorf("restarted %d times, want once", n.Incarnation-was)
	}
	if state := r.journal.State(); len(state.Restarts) != 0 {
		t.Errorf("the wish stays in the journal: %v", state.Restarts)
	}
}

// TestRestartIsVoid asks for a restart and then for a desired state in which it
// cannot be; asked for in that state, it is refused.
func TestRestartIsVoid(t *testing.T) {
	stopped := engine.DefaultSpec()
	stopped.RonDBRunning = false
	cases := []struct {
		node   engine.NodeID
		change engine.Intent
		why    string
	}{
		{68, engine.Scale{Target: engine.ScaleMySQL, Delta: -1}, "no restart of MySQL server 68: the desired state has no place for it"},
		{1, engine.Scale{Target: engine.ScaleReplicas, Delta: -1}, "no restart of data node 1: it is the only replica"},
		{65, engine.SetSpec{Spec: stopped}, "no restart of management server 65: the cluster is not to run"},
	}
	for _, c := range cases {
		r := running(t)
		r.mustAsk(engine.RestartNode{Target: c.node})
		r.mustAsk(c.change)
		r.wantSaid(c.why)
		r.wantJournal()
		if state := r.journal.State(); len(state.Restarts) != 0 {
			t.Errorf("%s: the wish stays: %v", c.why, state.Restarts)
		}
		err := r.ask(engine.Request{Intent: engine.RestartNode{Target: c.node}})
		if engine.KindOf(err) != engine.KindDenied {
			t.Errorf("asked for again: %v", err)
		}
		r.finish()
		r.converge()
	}
}

// TestOnlyDataNodesNeedAPeerToRestart restarts a MySQL server of a cluster with
// one replica.
func TestOnlyDataNodesNeedAPeerToRestart(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.Scale{Target: engine.ScaleReplicas, Delta: -1})
	r.finish()
	r.converge()
	r.mustAsk(engine.RestartNode{Target: 67})
	r.finish()
	r.converge()
	if got := r.world.node(67).Incarnation; got != 2 {
		t.Errorf("MySQL server 67 is in incarnation %d, want 2", got)
	}
}

func TestBlindEngineWaits(t *testing.T) {
	r := running(t)
	r.world.kill(2)
	runs := r.runs
	for range 3 {
		r.handle(Observed{Err: errors.New("no route")})
	}
	r.handle(Tick{})
	if r.runs != runs {
		t.Error("a plan was made without seeing the cluster")
	}
	if view := r.core.View(); view.Reason != "cannot look at the cluster: no route" {
		t.Errorf("reason %q", view.Reason)
	}
	r.look()
	if r.runs != runs+1 {
		t.Error("no plan once the cluster is seen again")
	}
	r.wantSaid("cannot look at the cluster: no route", "the cluster can be looked at again")
}

// TestOvertakenLook hands in an older look after a newer one: its events are
// kept, what it saw is not.
func TestOvertakenLook(t *testing.T) {
	r := running(t)
	old := r.world.observe(r.now)
	old.Nodes[0].Status = engine.StatusDead
	old.Events = []engine.Event{{Actor: engine.ActorNode, Node: 1, Text: "Node 1: from the older look"}}
	r.now = r.now.Add(time.Second)
	r.look()
	r.handle(Observed{World: old})
	if r.core.View().Observed.Nodes[0].Status != engine.StatusStarted || r.run != nil {
		t.Error("the engine believes the older look")
	}
	r.wantSaid("Node 1: from the older look")
}

func TestEventsAreNumberedAndBounded(t *testing.T) {
	r := running(t)
	var views []*engine.ClusterView
	for i := range 3 * engine.MaxRecentEvents {
		r.world.events = append(r.world.events, engine.Event{Actor: engine.ActorNode, Seq: 99, Text: "Node 1: Local checkpoint started"})
		if i%700 == 0 {
			r.look()
			views = append(views, r.core.View())
		}
	}
	r.look()
	views = append(views, r.core.View())
	for _, view := range views {
		for i := range view.Events[1:] {
			if view.Events[i+1].Seq != view.Events[i].Seq+1 {
				t.Fatalf("event %d follows event %d", view.Events[i+1].Seq, view.Events[i].Seq)
			}
		}
		if len(view.Observed.Events) != 0 {
			t.Error("events stand in the view twice")
		}
	}
	if last := views[len(views)-1].Events; len(last) != engine.MaxRecentEvents || len(r.core.log.events) > 2*len(last) {
		t.Errorf("%d events are shown and %d kept, want %d", len(last), len(r.core.log.events), engine.MaxRecentEvents)
	}
}

// TestViewsStayAsTheyWere keeps every view of a first start and compares it, at
// the end, with what it was when it was taken.
func TestViewsStayAsTheyWere(t *testing.T) {
	r := newRig(t)
	r.look()
	var views []*engine.ClusterView
	var shown []string
	show := func(v *engine.ClusterView) string {
		text := eventTexts(v.Events)
		for _, step := range v.Run.Steps {
			text += string(step.State)
		}
		for i := range v.Observed.Nodes {
			text += v.Observed.Nodes[i].Status.String()
		}
		return text
	}
	for r.run != nil {
		r.step()
		r.look()
		views = append(views, r.core.View())
		shown = append(shown, show(views[len(views)-1]))
	}
	for i, view := range views {
		if show(view) != shown[i] {
			t.Fatalf("view %d of %d changed after it was given away", i, len(views))
		}
	}
}
