package plan

import (
	"slices"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// largest is the largest cluster there is: 144 data nodes and 100 others.
func largest() Input {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor = engine.MaxDataNodes/engine.MaxReplicas, engine.MaxReplicas
	spec.NumManagedMgmdVms = engine.MaxManagement
	spec.NumTotalMysqldSlots, spec.NumManagedMysqldVms = 60, 60
	spec.NumTotalApiSlots, spec.NumManagedApiVms = 38, 38
	return Input{Spec: spec, Revision: 1, Observed: enginegen.Settled(spec), Now: enginegen.Now}
}

// TestTheLargestClusterIsPlanned holds the bounds of a plan where it is longest.
func TestTheLargestClusterIsPlanned(t *testing.T) {
	in := largest()
	in.Observed = engine.Observed{At: enginegen.Now}
	p, _ := Make(in)
	if problems := Lint(p, in); len(problems) > 0 || len(p.Steps) > engine.MaxPlanSteps {
		t.Errorf("%d steps: %v", len(p.Steps), problems)
	}
	if err := run(&in, p, func(int) int { return 0 }, calm); err != nil || !Satisfied(in) {
		t.Errorf("err %v, satisfied %t", err, Satisfied(in))
	}
}

// BenchmarkPlan144 plans for the largest cluster: where nothing is to do, with some
// nodes dead, and its first start.
func BenchmarkPlan144(b *testing.B) {
	fixpoint := largest()
	dead := largest()
	dead.Observed = enginegen.Clone(dead.Observed)
	for _, id := range []engine.NodeID{2, 77, dead.Spec.MySQLID(3), dead.Spec.APIID(5)} {
		n, _ := dead.Observed.Node(id)
		n.Status, n.FailureHandled = engine.StatusDead, false
	}
	first := largest()
	first.Observed = engine.Observed{At: enginegen.Now}
	for _, bench := range []struct {
		name string
		in   Input
	}{{"fixpoint", fixpoint}, {"four dead", dead}, {"first start", first}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			took := make([]time.Duration, 0, 1<<16)
			for b.Loop() {
				begin := time.Now() //nolint:forbidigo // how long planning takes is what is measured
				p, _ := Make(bench.in)
				if len(took) < cap(took) {
					took = append(took, time.Since(begin)) //nolint:forbidigo // as above
				}
				if p.Empty() != (bench.name == "fixpoint") {
					b.Fatalf("plan of %d steps", len(p.Steps))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
		})
	}
}
