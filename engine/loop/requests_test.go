package loop

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"rondb-tui/engine"
)

func TestRequestsAreRefused(t *testing.T) {
	cases := map[string]struct {
		request engine.Request
		kind    engine.ErrorKind
	}{
		"another base":           {engine.Request{Intent: engine.RetryNow{}, Base: 9}, engine.KindConflict},
		"kill, another base":     {engine.Request{Intent: engine.KillNode{Targets: []engine.NodeID{2}}, Base: 9}, engine.KindConflict},
		"scale, another base":    {engine.Request{Intent: engine.Scale{Target: engine.ScaleMySQL, Delta: 1}, Base: 9}, engine.KindConflict},
		"restart nobody":         {engine.Request{Intent: engine.RestartNode{Target: 99}}, engine.KindNotFound},
		"restart what is down":   {engine.Request{Intent: engine.RestartNode{Target: 5}}, engine.KindDenied},
		"kill nobody":            {engine.Request{Intent: engine.KillNode{Targets: []engine.NodeID{1, 99}}}, engine.KindNotFound},
		"kill what is down":      {engine.Request{Intent: engine.KillNode{Targets: []engine.NodeID{1, 5}}}, engine.KindDenied},
		"kill nothing":           {engine.Request{Intent: engine.KillNode{}}, engine.KindInvalid},
		"scale what is not":      {engine.Request{Intent: engine.Scale{Target: "bananas", Delta: 1}}, engine.KindInvalid},
		"scale out of the slots": {engine.Request{Intent: engine.Scale{Target: engine.ScaleMySQL, Delta: 100}}, engine.KindDenied},
		"immutable":              {engine.Request{Intent: engine.SetSpec{Spec: otherSlots()}}, engine.KindDenied},
		"another's intent":       {engine.Request{Intent: engine.AuditLoad{}}, engine.KindUnsupported},
		"no intent":              {engine.Request{}, engine.KindUnsupported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := running(t)
			r.world.kill(5)
			r.world.broken[5] = errors.New("stays down")
			r.look()
			entries, done := r.journal.State().Seq, len(r.world.done)
			if err := r.ask(c.request); err == nil || engine.KindOf(err) != c.kind {
				t.Errorf("got %v, want it refused as %s", err, c.kind)
			}
			if view := r.core.View(); view.Revision != 1 || r.journal.State().Seq != entries || len(r.world.done) != done || r.superseded {
				t.Error("a refused request had an effect")
			}
		})
	}
}

func otherSlots() engine.Spec {
	spec := engine.DefaultSpec()
	spec.NumTotalMysqldSlots = 5
	return spec
}

// TestEveryProblemIsTold breaks a rule of Spec and one of Change at once.
func TestEveryProblemIsTold(t *testing.T) {
	r := running(t)
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor = 1, 9
	err := r.ask(engine.Request{Intent: engine.SetSpec{Spec: spec}})
	var problems engine.Problems
	if !errors.As(err, &problems) || len(problems) < 2 {
		t.Fatalf("got %v, want both problems", err)
	}
	for _, path := range []string{"NumNodeGroups", "ActiveReplicationFactor"} {
		if !slices.ContainsFunc(problems, func(p engine.Problem) bool { return p.Path == path }) {
			t.Errorf("no problem with %s in %v", path, problems)
		}
	}
}

func TestNothingIsKnownBeforeTheFirstLook(t *testing.T) {
	r := newRig(t)
	for _, intent := range []engine.Intent{
		engine.Scale{Target: engine.ScaleMySQL, Delta: 1}, engine.KillNode{Targets: []engine.NodeID{1}}, engine.RetryNow{},
	} {
		if err := r.ask(engine.Request{Intent: intent}); engine.KindOf(err) != engine.KindTransient {
			t.Errorf("%T: %v", intent, err)
		}
	}
}

// TestApprovedPlan submits what was previewed: unchanged it is accepted, and it
// is the plan that runs; after the world has moved it is not.
func TestApprovedPlan(t *testing.T) {
	for _, moved := range []bool{false, true} {
		r := running(t)
		request := engine.Request{Intent: engine.Scale{Target: engine.ScaleReplicas, Delta: 1}, By: engine.ActorYou}
		preview, err := r.core.Preview(r.now, request)
		if err != nil || preview.Plan.Empty() || preview.Spec.ActiveReplicationFactor != 3 {
			t.Fatalf("preview %+v, error %v", preview, err)
		}
		request.Base, request.Approved = preview.Base, preview.Plan.Fingerprint
		if moved {
			r.world.kill(2)
			r.look()
		}
		err = r.ask(request)
		switch view := r.core.View(); {
		case !moved && (err != nil || view.Run.Plan.Fingerprint != request.Approved || !view.Run.Active):
			t.Errorf("error %v, plan %s runs, %s was approved", err, view.Run.Plan.Fingerprint, request.Approved)
		case moved && (engine.KindOf(err) != engine.KindConflict || view.Revision != 1):
			t.Errorf("error %v, revision %d; want a conflict", err, view.Revision)
		}
	}
}

func TestPreviewChangesNothing(t *testing.T) {
	r := running(t)
	before, entries, published := r.core.View(), r.journal.State().Seq, r.published
	for _, intent := range []engine.Intent{
		engine.Scale{Target: engine.ScaleReplicas, Delta: -1}, engine.RestartNode{Target: 4}, engine.SetSpec{Spec: engine.DefaultSpec()},
	} {
		first, err := r.core.Preview(r.now, engine.Request{Intent: intent})
		if err != nil || len(first.Problems) > 0 || first.Base != 1 {
			t.Errorf("%T: %+v, error %v", intent, first, err)
		}
		second, _ := r.core.Preview(r.now, engine.Request{Intent: intent})
		if first.Plan.Fingerprint != second.Plan.Fingerprint {
			t.Errorf("%T: two previews of one world differ", intent)
		}
	}
	refused, err := r.core.Preview(r.now, engine.Request{Intent: engine.Scale{Target: engine.ScaleReplicas, Delta: 5}})
	if err != nil || len(refused.Problems) == 0 || !refused.Plan.Empty() {
		t.Errorf("preview of what would be refused: %+v, error %v", refused, err)
	}
	r.handle(Tick{})
	after := r.core.View()
	if after.Revision != before.Revision || len(after.Events) != len(before.Events) || r.published != published || r.journal.State().Seq != entries {
		t.Error("a preview had an effect")
	}
}

// TestOrderOfAnAcceptance: recorded, then published, then answered.
func TestOrderOfAnAcceptance(t *testing.T) {
	r := running(t)
	request := engine.Request{Intent: engine.Scale{Target: engine.ScaleMySQL, Delta: 1}}
	var order []string
	for _, effect := range r.core.Handle(r.now, Asked{ID: 1, Request: request}) {
		order = append(order, fmt.Sprintf("%T", effect))
	}
	want := []string{"loop.JournalAppend", "loop.JournalAppend", "loop.Run", "loop.Publish", "loop.Reply"}
	if !slices.Equal(order, want) {
		t.Errorf("effects %v, want %v", order, want)
	}
}

// TestImmutableFromTheFirstRun asks for other slots while the configuration is
// being written, and after.
func TestImmutableFromTheFirstRun(t *testing.T) {
	r := newRig(t)
	r.look()
	for r.world.config == nil {
		if err := r.ask(engine.Request{Intent: engine.SetSpec{Spec: otherSlots()}}); engine.KindOf(err) != engine.KindDenied {
			t.Fatalf("while it is written: %v", err)
		}
		r.step()
	}
	r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1})
	r.finish()
	r.look()
	r.run, r.core.run.active = nil, false
	if err := r.ask(engine.Request{Intent: engine.SetSpec{Spec: otherSlots()}}); engine.KindOf(err) != engine.KindDenied {
		t.Errorf("once it is written: %v", err)
	}
}

func TestDifference(t *testing.T) {
	old := engine.DefaultSpec()
	cases := map[string]func(*engine.Spec){
		"nothing new":                     func(s *engine.Spec) { s.ID = 12 },
		"replicas 2 → 3":                  func(s *engine.Spec) { s.ActiveReplicationFactor = 3 },
		"running true → false":            func(s *engine.Spec) { s.RonDBRunning = false },
		"version 24.10.0 → 24.10.1":       func(s *engine.Spec) { s.RonDBVersion = "24.10.1" },
		"Region none → eu":                func(s *engine.Spec) { s.Region = "eu" },
		"AvailabilityZones changed":       func(s *engine.Spec) { s.AvailabilityZones = []string{"a"} },
		"replicas 2 → 1, API nodes 0 → 1": func(s *engine.Spec) { s.NumManagedApiVms, s.ActiveReplicationFactor = 1, 1 },
	}
	for want, change := range cases {
		next := old.Clone()
		change(&next)
		if got := difference(&old, &next); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
