package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/internal/enginegen"
)

func drawn[T any]() *rapid.Generator[T] { return enginegen.Any[T](allActions(), allIntents()) }

// withoutEmpty makes the optional lists and maps of a desired state nil where
// they are empty: the canonical form does not tell the two apart.
func withoutEmpty(s *engine.Spec) {
	if len(s.OnDemandBackups) == 0 {
		s.OnDemandBackups = nil
	}
	if len(s.Parameters) == 0 {
		s.Parameters = nil
	}
	if len(s.AvailabilityZones) == 0 {
		s.AvailabilityZones = nil
	}
}

// TestAnySnapshotComesBack: every field, filled, empty or zero, survives.
func TestAnySnapshotComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn[engine.Snapshot]().Draw(t, "snapshot")
		withoutEmpty(&s.Cluster.Spec)
		roundTrip(t, s)
	})
}

func TestAnyPreviewComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawn[engine.Preview]().Draw(t, "preview")
		withoutEmpty(&p.Spec)
		roundTrip(t, p)
	})
}

func TestAnyRequestComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn[engine.Request]().Draw(t, "request")
		if set, ok := r.Intent.(engine.SetSpec); ok {
			withoutEmpty(&set.Spec)
			r.Intent = set
		}
		roundTrip(t, r)
	})
}

func TestAnyLogLineAndEndpointComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roundTrip(t, drawn[[]engine.LogLine]().Draw(t, "lines"))
		roundTrip(t, drawn[[]engine.Endpoint]().Draw(t, "endpoints"))
		roundTrip(t, drawn[[]engine.Event]().Draw(t, "events"))
	})
}

// TestPlansOfRealWorldsComeBack: the plan that a person sees behind the socket is
// the one that will run, text and fingerprint.
func TestPlansOfRealWorldsComeBack(t *testing.T) {
	steps := 0
	rapid.Check(t, func(t *rapid.T) {
		spec := enginegen.Spec().Draw(t, "spec")
		world := enginegen.World(spec, true).Draw(t, "world")
		made, report := plan.Make(plan.Input{Spec: spec, Revision: 7, Observed: world, Now: enginegen.Now})
		steps += len(made.Steps)
		roundTrip(t, engine.Preview{Spec: spec, Base: 6, Plan: made, Report: report, At: enginegen.Now})
		var got engine.Snapshot
		if err := json.Unmarshal(roundTrip(t, snapshotOf(spec, world, made, report)), &got); err != nil {
			t.Fatalf("%v", err)
		}
		there := got.Cluster.Run.Plan
		if there.Fingerprint != made.Fingerprint || there.String() != made.String() {
			t.Fatalf("the plan\n%s%s\ncame back as\n%s%s", made.String(), made.Fingerprint, there.String(), there.Fingerprint)
		}
		if there.Seal(); there.Fingerprint != made.Fingerprint {
			t.Fatalf("sealed again, the fingerprint is %s instead of %s", there.Fingerprint, made.Fingerprint)
		}
	})
	if steps == 0 {
		t.Error("no world needed a plan")
	}
}

// snapshotOf is what an engine publishes while it carries out a plan.
func snapshotOf(spec engine.Spec, world engine.Observed, made engine.Plan, report engine.Report) engine.Snapshot {
	spec.ID = made.Revision
	run := engine.RunView{Plan: made, Active: !made.Empty(), Started: world.At}
	for i := range made.Steps {
		view := engine.StepView{State: engine.StepWaiting}
		if i == 0 {
			view = engine.StepView{State: engine.StepRunning, Started: world.At.Add(time.Millisecond)}
		}
		run.Steps = append(run.Steps, view)
	}
	return engine.Snapshot{
		Rev: 12, At: world.At,
		Cluster: engine.ClusterView{
			Name: "demo", Driver: "sim", Simulated: true, Seed: 42, Revision: made.Revision, Spec: spec,
			State: engine.WorkingTowards, Health: engine.HealthOf(&spec, &world), Observed: world, Groups: world.Groups(),
			Run: run, Waiting: report.Waiting(),
		},
		Load: engine.LoadView{Workload: "bank", Ready: true, Running: true, Rate: 200, Clients: 8},
	}
}
