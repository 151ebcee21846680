package plan

import (
	"fmt"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// state is one way to find a node.
type state struct {
	status      engine.NodeStatus
	data, stale bool
	inactive    bool
	leased      bool
}

// What a data node of the smallest world can be.
var dataStates = []state{
	{status: engine.StatusStarted, data: true},
	{status: engine.StatusDead, data: true},
	{status: engine.StatusDead},
	{status: engine.StatusAbsent, data: true},
	{status: engine.StatusAbsent},
	{status: engine.StatusStarting, data: true},
	{status: engine.StatusStopping, data: true},
	{status: engine.StatusPaused, data: true, leased: true},
	{status: engine.StatusUnknown, data: true},
	{status: engine.StatusAbsent, inactive: true},
	{status: engine.StatusStopped, data: true, stale: true, inactive: true},
}

// What any other node of it can be.
var otherStates = []state{
	{status: engine.StatusStarted},
	{status: engine.StatusDead},
	{status: engine.StatusAbsent},
	{status: engine.StatusStarting},
	{status: engine.StatusPaused, leased: true},
	{status: engine.StatusUnknown},
}

// TestExhaustiveSmallestWorld holds every property in every world of one
// management server, one group of two replicas and one MySQL server, for every
// desired state of that size.
func TestExhaustiveSmallestWorld(t *testing.T) {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.MaxReplicationFactor = 1, 2
	spec.NumTotalMysqldSlots, spec.NumTotalApiSlots = 1, 0
	spec.NumManagedMysqldVms = 1
	settled := enginegen.Settled(spec)
	ids := []engine.NodeID{1, 2, spec.ManagementID(0), spec.MySQLID(0)}
	options := []int{len(dataStates), len(dataStates), len(otherStates), len(otherStates), 2, 2, 2}
	count := 0
	enginegen.Enumerate(options, func(choice []int) {
		if t.Failed() {
			return
		}
		in := Input{Spec: spec, Observed: enginegen.Clone(settled), Now: enginegen.Now}
		healthy := true
		for i, id := range ids {
			n, _ := in.Observed.Node(id)
			found := dataStates[choice[i]%len(dataStates)]
			if n.Kind != engine.KindData {
				found = otherStates[choice[i]]
			}
			set(n, found)
			healthy = healthy && !found.leased && found.status != engine.StatusUnknown
		}
		enginegen.Agree(&in.Observed)
		in.Spec.RonDBRunning = choice[4] == 0
		in.Spec.ActiveReplicationFactor -= choice[5]
		in.Spec.NumManagedMysqldVms -= choice[6]
		if err := holdsEverywhere(in, healthy); err != nil {
			p, report := Make(in)
			t.Errorf("%v\n%s", err, describe(in, p, report))
		}
		count++
	})
	t.Logf("%d worlds", count)
}

func set(n *engine.NodeObservation, s state) {
	n.Status, n.HasData, n.Stale = s.status, s.data, s.stale
	n.Active = n.Kind == engine.KindData && !s.inactive
	n.FailureHandled = s.status != engine.StatusDead
	if s.leased {
		n.Lease = &engine.Lease{Fault: "pause", Until: enginegen.Now.Add(time.Second)}
	}
}

// holdsEverywhere holds every property against one input. In a healthy world
// nothing is out of reach.
func holdsEverywhere(in Input, healthy bool) error {
	first := func(int) int { return 0 }
	last := func(n int) int { return n - 1 }
	for _, order := range []func(int) int{first, last} {
		world := in
		for round := range maxRounds + 1 {
			p, report := Make(world)
			again, _ := Make(world)
			reached := Satisfied(world)
			switch {
			case p.Fingerprint != again.Fingerprint:
				return fmt.Errorf("round %d: planned twice, two plans", round)
			case reached != (p.Empty() && len(report.Waiting()) == 0):
				return fmt.Errorf("round %d: reached: %t", round, reached)
			case reached:
				return nil
			case round == maxRounds && healthy && !hopeless(world, report):
				return fmt.Errorf("not reached after %d plans", round)
			}
			if problems := Lint(p, world); len(problems) > 0 {
				return problems
			}
			if err := runUnder(&world, p, order, allRules); err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
		}
	}
	return nil
}

// TestAvailabilityAgreesWithBruteForce compares the gate of a voluntary stop with
// its definition, in every world of two groups of three: every active data node is
// started, and without this one every group has a replica and the rest goes on.
func TestAvailabilityAgreesWithBruteForce(t *testing.T) {
	for wanted := 1; wanted <= 3; wanted++ {
		compareGates(t, wanted)
	}
}

func compareGates(t *testing.T, wanted int) {
	t.Helper()
	spec := engine.DefaultSpec()
	spec.ActiveReplicationFactor, spec.NumManagedMysqldVms = 3, 0
	settled := enginegen.Settled(spec)
	spec.ActiveReplicationFactor = wanted
	states := []state{
		{status: engine.StatusStarted, data: true}, {status: engine.StatusStarting, data: true},
		{status: engine.StatusDead, data: true}, {status: engine.StatusAbsent, inactive: true},
	}
	allowed := 0
	enginegen.Enumerate([]int{4, 4, 4, 4, 4, 4}, func(choice []int) {
		in := Input{Spec: spec, Observed: enginegen.Clone(settled), Now: enginegen.Now}
		for i := range choice {
			n, _ := in.Observed.Node(engine.NodeID(i + 1))
			set(n, states[choice[i]])
		}
		enginegen.Agree(&in.Observed)
		p := newPlanner(in)
		p.managed = true
		for _, n := range p.data {
			if !n.started() {
				continue
			}
			got := p.steady() == "" && p.mayStop(n) == ""
			want := bruteForce(&in, n.slot)
			if got != want {
				t.Fatalf("may data node %d be stopped? the gate says %t, the definition %t\n%s", n.slot.ID, got, want, table(&in.Observed))
			}
			if got {
				allowed++
			}
		}
	})
	if allowed == 0 {
		t.Error("no world allowed a stop: the test compares nothing")
	}
}

// bruteForce: a dead replica that the desired state gives up counts in its own
// group only.
func bruteForce(in *Input, slot engine.Slot) bool {
	o := &in.Observed
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind != engine.KindData || !n.Active || n.Status == engine.StatusStarted {
			continue
		}
		if in.Spec.Fills(n.Slot) || n.Group == slot.Group || n.Status != engine.StatusDead {
			return false
		}
	}
	return engine.Survive(o.Members(), map[engine.NodeID]bool{slot.ID: true}, o.Config.NodeGroups, true).Survives
}
