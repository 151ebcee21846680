package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// maxRounds bounds how many plans a world without faults needs. One is the
// design; the second is for nodes that were on their way down when looked at.
const maxRounds = 2

// drawInput draws a desired state, a world and at times a restart request.
func drawInput(t *rapid.T, faults bool) Input {
	spec := enginegen.Spec().Draw(t, "spec")
	in := Input{Spec: spec, Revision: 7, Observed: enginegen.World(spec, faults).Draw(t, "world"), Now: enginegen.Now}
	if len(in.Observed.Nodes) > 0 && rapid.IntRange(0, 3).Draw(t, "ask for restarts") == 0 {
		in.Restarts = make(map[engine.NodeID]uint64)
		for range rapid.IntRange(1, 3).Draw(t, "restarts") {
			n := rapid.SampledFrom(in.Observed.Nodes).Draw(t, "restart")
			in.Restarts[n.ID] = n.Incarnation
		}
	}
	return in
}

// drawOrder is the choice among steps that may run next, from a drawn seed.
func drawOrder(t *rapid.T) func(int) int {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
	return r.IntN
}

// run executes a plan on the perfect world and looks at the world after each step.
func run(in *Input, p engine.Plan, order func(int) int, look func(step engine.Step) error) error {
	world := enginegen.Clone(in.Observed)
	in.Observed = world
	return enginegen.Execute(&in.Observed, p, order, look)
}

func calm(engine.Step) error { return nil }

func describe(in Input, p engine.Plan, report engine.Report) string {
	return fmt.Sprintf("wanted: %s\nworld:\n%splan:\n%swaiting: %q", specLine(in.Spec), table(&in.Observed), p.String(), report.Waiting())
}

// C1: from a world in which nothing is out of reach, one plan leads all the way.
func TestC1ConvergenceInOneLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, false)
		order := drawOrder(t)
		first := in
		for round := 0; ; round++ {
			p, report := Make(in)
			if Satisfied(in) {
				if !p.Empty() {
					t.Fatalf("satisfied, but the plan is not empty\n%s", describe(in, p, report))
				}
				return
			}
			if hopeless(in, report) {
				return
			}
			if round == maxRounds || p.Empty() {
				t.Fatalf("not reached after %d plans\n%s\nfirst:\n%s", round, describe(in, p, report), table(&first.Observed))
			}
			before := in
			if err := run(&in, p, order, calm); err != nil {
				t.Fatalf("%v\n%s", err, describe(before, p, report))
			}
		}
	})
}

// hopeless: data is lost, or a restart was asked for that would stop the cluster.
// Both wait, with a sentence, for a person.
func hopeless(in Input, report engine.Report) bool {
	return len(report.Waiting()) > 0 && (dataLost(&in.Observed) || len(in.Restarts) > 0)
}

// dataLost says, by counting volumes, whether some node group has none left.
func dataLost(o *engine.Observed) bool {
	if !o.Formed || o.Serving || o.Config == nil {
		return false
	}
	for g := range o.Config.NodeGroups {
		copies := 0
		for _, n := range o.Nodes {
			if n.Kind == engine.KindData && int(n.Group) == g && n.Active && n.HasData && !n.Stale {
				copies++
			}
		}
		if copies == 0 {
			return true
		}
	}
	return false
}

// C3: from any world the planner gets as far as it can; what is left over is
// explained, and once the faults have ended nothing is.
func TestC3SelfStabilisation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, true)
		order := drawOrder(t)
		for round := range 2 * maxRounds {
			if round == maxRounds {
				in.Observed = enginegen.Clone(in.Observed)
				enginegen.EndFaults(&in.Observed)
				in.Restarts = nil
			}
			p, report := Make(in)
			before := in
			if err := run(&in, p, order, calm); err != nil {
				t.Fatalf("%v\n%s", err, describe(before, p, report))
			}
		}
		p, report := Make(in)
		if !Satisfied(in) && !hopeless(in, report) {
			t.Fatalf("the faults have ended, yet the desired state is not reached\n%s", describe(in, p, report))
		}
	})
}

// S1: nothing is planned where nothing is to do.
func TestS1FixpointIsNoOp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := enginegen.Spec().Draw(t, "spec")
		spec.RonDBRunning = true
		in := Input{Spec: spec, Observed: enginegen.Settled(spec), Now: enginegen.Now}
		p, report := Make(in)
		if !p.Empty() || len(report.Waiting()) > 0 || p.Fingerprint != "" || !Satisfied(in) {
			t.Fatalf("satisfied: %v\n%s", Satisfied(in), describe(in, p, report))
		}
	})
}

// S2: after a plan has run there is nothing left for another, and a step done
// twice is as good as once.
func TestS2Idempotence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, false)
		p, report := Make(in)
		before := in
		twice := func(step engine.Step) error {
			if _, start := step.Action.(engine.StartNode); start || step.Require != nil {
				return nil
			}
			once := enginegen.Clone(in.Observed)
			if err := enginegen.Apply(&in.Observed, step); err != nil {
				return err
			}
			if table(&once) != table(&in.Observed) {
				return fmt.Errorf("%s: doing it twice differs:\n%s%s", step.Action, table(&once), table(&in.Observed))
			}
			return nil
		}
		if err := run(&in, p, drawOrder(t), twice); err != nil {
			t.Fatalf("%v\n%s", err, describe(before, p, report))
		}
		again, waits := Make(in)
		if !again.Empty() && len(waits.Waiting()) == 0 {
			t.Fatalf("a plan ran, and another is left\n%s\nafter\n%s", describe(in, again, waits), describe(before, p, report))
		}
	})
}

// S3: the same input gives the same text, in whatever order maps and lists hold it.
func TestS3Determinism(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, true)
		p, report := Make(in)
		want := describe(in, p, report) + string(p.Fingerprint)
		shuffled := in
		shuffled.Observed = enginegen.Clone(in.Observed)
		shuffled.Restarts = make(map[engine.NodeID]uint64)
		for id, incarnation := range in.Restarts {
			shuffled.Restarts[id] = incarnation
		}
		slices.Reverse(shuffled.Observed.Nodes)
		for _, other := range []Input{in, shuffled} {
			p, report := Make(other)
			if got := describe(in, p, report) + string(p.Fingerprint); got != want {
				t.Fatalf("first:\n%s\nthen:\n%s", want, got)
			}
		}
	})
}

// A plan that is empty although the desired state is not reached says why.
func TestWaitingIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, true)
		p, report := Make(in)
		if p.Empty() && !Satisfied(in) && len(report.Waiting()) == 0 {
			t.Fatalf("nothing to do, nothing waited for, not reached\n%s", describe(in, p, report))
		}
		if Satisfied(in) && (!p.Empty() || len(report.Waiting()) > 0) {
			t.Fatalf("reached, yet there is something to do\n%s", describe(in, p, report))
		}
	})
}

func TestPlansAreWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, true)
		p, report := Make(in)
		if problems := Lint(p, in); len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, describe(in, p, report))
		}
		if p.Revision != in.Revision {
			t.Fatalf("the plan is for revision %d", p.Revision)
		}
		did := false
		for _, pass := range report.Passes {
			did = did || len(pass.Did) > 0
		}
		if did == p.Empty() && !onlyWaits(p) {
			t.Fatalf("the report and the plan disagree: %+v\n%s", report, describe(in, p, report))
		}
	})
}

func onlyWaits(p engine.Plan) bool {
	return !slices.ContainsFunc(p.Steps, func(s engine.Step) bool { return !engine.IsAwait(s.Action) })
}
