package plan

import (
	"slices"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// shrinking is a cluster of one group that goes from three replicas to one.
func shrinking() Input {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor = 1, 3
	in := Input{Spec: spec, Observed: enginegen.Settled(spec), Now: enginegen.Now}
	in.Spec.ActiveReplicationFactor = 1
	return in
}

// TestLintFindsWhatIsWrong breaks a good plan in one way at a time.
func TestLintFindsWhatIsWrong(t *testing.T) {
	newCluster := Input{Spec: engine.DefaultSpec(), Now: enginegen.Now}
	growing := shrinking()
	growing.Spec.ActiveReplicationFactor = 3
	two := growing.Spec
	two.ActiveReplicationFactor = 2
	growing.Observed = enginegen.Settled(two)
	tests := []struct {
		rule string
		in   Input
		harm func(p *engine.Plan, in *Input)
	}{
		{"step-ids", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[1].ID = 7 }},
		{"step-cause", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[1].Cause = "" }},
		{"step-action", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[1].Action = nil }},
		{"step-edges", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[1].After = []engine.StepID{2} }},
		{"step-edges", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[2].After = []engine.StepID{2, 1} }},
		{"plan-seal", shrinking(), func(p *engine.Plan, _ *Input) { p.Fingerprint = "other" }},
		{"plan-size", shrinking(), func(p *engine.Plan, _ *Input) {
			for len(p.Steps) <= engine.MaxPlanSteps {
				p.Steps = append(p.Steps, engine.Step{ID: engine.StepID(len(p.Steps) + 1), Action: engine.AwaitArbitration{}, Cause: "so"})
			}
		}},
		{"one-writer", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[2].After = nil }},
		{"one-stop", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[4].After = nil }},
		{"one-change", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[4].After = nil }},
		{"leave-alone", shrinking(), func(_ *engine.Plan, in *Input) { in.Observed.Nodes[2].Status = engine.StatusPaused }},
		{"stop-demands", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[0].Require = nil }},
		{"last-copy", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[2].Require = nil }},
		{"last-copy", growing, func(p *engine.Plan, _ *Input) { p.Steps[2].Require = nil }},
		{"keep-running", shrinking(), func(p *engine.Plan, _ *Input) { p.Steps[0].Action = engine.StopAllDataNodes{} }},
		{"management-first", newCluster, func(p *engine.Plan, _ *Input) { p.Steps[5].After = []engine.StepID{5} }},
	}
	for _, test := range tests {
		p, _ := Make(test.in)
		if problems := Lint(p, test.in); len(problems) > 0 {
			t.Fatalf("%s: the good plan is not: %v", test.rule, problems)
		}
		in := test.in
		in.Observed = enginegen.Clone(in.Observed)
		test.harm(&p, &in)
		if test.rule != "plan-seal" && test.rule != "step-action" {
			p.Seal()
		}
		problems := Lint(p, in)
		if !slices.ContainsFunc(problems, func(one engine.Problem) bool { return one.Rule == test.rule }) {
			t.Errorf("%s is not found; found: %v", test.rule, problems)
		}
	}
}

// TestStepsThatHarmDemandTheWorldTheyWerePlannedFor holds R2: what was planned on
// an old look is refused when the world has moved.
func TestStepsThatHarmDemandTheWorldTheyWerePlannedFor(t *testing.T) {
	in := shrinking()
	p, _ := Make(in)
	refused := func(name string, id engine.StepID, move func(o *engine.Observed)) {
		o := enginegen.Clone(in.Observed)
		move(&o)
		for _, demand := range p.Steps[id-1].Require {
			if _, ok := demand.Check(&o); !ok {
				return
			}
		}
		t.Errorf("%s: %s is not refused", name, p.Steps[id-1].Action)
	}
	deactivate := engine.StepID(1)
	remove := engine.StepID(3)
	restarted := func(o *engine.Observed) { n, _ := o.Node(3); n.Incarnation++ }
	peersDead := func(o *engine.Observed) { o.Nodes[0].Status, o.Nodes[1].Status = engine.StatusDead, engine.StatusDead }
	refused("restarted since", deactivate, restarted)
	refused("no peer", deactivate, peersDead)
	refused("no arbitrator", deactivate, func(o *engine.Observed) { o.ArbitrationReady = false })
	refused("restarted since", remove, restarted)
	refused("no peer", remove, peersDead)
}

// TestSurplusInUnknownSlots: a MySQL server in a slot that the configuration does
// not have goes, a data node there is not ours to judge.
func TestSurplusInUnknownSlots(t *testing.T) {
	spec := engine.DefaultSpec()
	in := Input{Spec: spec, Observed: enginegen.Settled(spec), Now: enginegen.Now}
	in.Observed.Nodes = append(in.Observed.Nodes,
		engine.NodeObservation{Slot: engine.Slot{ID: 240, Kind: engine.KindMySQL, Group: engine.NoGroup}, Status: engine.StatusStarted},
		engine.NodeObservation{Slot: engine.Slot{ID: 241, Kind: engine.KindData, Group: 9}, Status: engine.StatusDead, HasData: true})
	p, report := Make(in)
	if len(p.Steps) != 3 || p.Steps[2].Action != (engine.RemoveNode{Slot: in.Observed.Nodes[len(in.Observed.Nodes)-2].Slot, DropVolume: true}) {
		t.Errorf("want the MySQL server stopped and removed\n%s", describe(in, p, report))
	}
	if err := run(&in, p, func(int) int { return 0 }, calm); err != nil || !Satisfied(in) {
		t.Errorf("err %v, satisfied %t", err, Satisfied(in))
	}
}

// TestAnEndedLeaseHoldsNobodyBack: leases are judged at the time of the look.
func TestAnEndedLeaseHoldsNobodyBack(t *testing.T) {
	spec := engine.DefaultSpec()
	in := Input{Spec: spec, Observed: enginegen.Settled(spec), Now: enginegen.Now}
	n, _ := in.Observed.Node(2)
	n.Status, n.Lease = engine.StatusDead, &engine.Lease{Fault: "isolate", Until: enginegen.Now}
	if p, report := Make(in); p.Empty() {
		t.Errorf("the lease is over\n%s", describe(in, p, report))
	}
	n.Lease.Until = enginegen.Now.Add(1)
	if p, report := Make(in); !p.Empty() || len(report.Waiting()) != 1 {
		t.Errorf("the lease holds\n%s", describe(in, p, report))
	}
}
