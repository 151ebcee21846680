package plan

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// rule is a demand of reliability on a single step: what it may do to the world it
// meets. It answers with what is wrong, "" if nothing is.
type rule func(in *Input, before, after *engine.Observed, step engine.Step) string

// allRules in the order of reliability.md.
var allRules = []rule{ruleF1, ruleF2, ruleF3, ruleF5, ruleF6, ruleF8, ruleS6, ruleClients, ruleFullStop}

// ruleF1: once the cluster has served, every group keeps a started replica, unless
// the whole cluster is to stop.
func ruleF1(in *Input, before, after *engine.Observed, _ engine.Step) string {
	if in.Spec.RonDBRunning && before.Serving && !after.Serving {
		return "F1: the cluster served, and does not any more"
	}
	return ""
}

// ruleF2: no data node is stopped by us while a peer in its group is not started.
func ruleF2(_ *Input, before, _ *engine.Observed, step engine.Step) string {
	n := stopped(before, step)
	if n == nil || !before.Formed {
		return ""
	}
	peers := 0
	for i := range before.Nodes {
		peer := &before.Nodes[i]
		if peer.Kind != engine.KindData || peer.Group != n.Group || peer.ID == n.ID || !peer.Active {
			continue
		}
		if peer.Status != engine.StatusStarted {
			return fmt.Sprintf("F2: data node %d is stopped while %d is %s", n.ID, peer.ID, peer.Status)
		}
		peers++
	}
	if peers == 0 {
		return fmt.Sprintf("F2: data node %d is the last of its group", n.ID)
	}
	return ""
}

// ruleF3: no data node is stopped by us unless an arbitrator is ready and the rest
// survives it.
func ruleF3(_ *Input, before, _ *engine.Observed, step engine.Step) string {
	n := stopped(before, step)
	if n == nil || !before.Formed {
		return ""
	}
	if !before.ArbitrationReady {
		return fmt.Sprintf("F3: data node %d is stopped with no arbitrator ready", n.ID)
	}
	verdict := engine.Survive(before.Members(), map[engine.NodeID]bool{n.ID: true}, before.Config.NodeGroups, true)
	if !verdict.Survives {
		return fmt.Sprintf("F3: data node %d is stopped, and %s", n.ID, verdict.Why)
	}
	return ""
}

// stopped is the data node that a step stops by our will, nil if it stops none.
func stopped(o *engine.Observed, step engine.Step) *engine.NodeObservation {
	if !stopsDataNode(step.Action) {
		return nil
	}
	n, found := o.Node(step.Action.Node())
	if !found || !n.Status.Running() {
		return nil
	}
	return n
}

// ruleF5: the last started management server is stopped only for a restart that
// was asked for, or with the whole cluster.
func ruleF5(in *Input, before, _ *engine.Observed, step engine.Step) string {
	stop, ok := step.Action.(engine.StopNode)
	if _, asked := in.Restarts[step.Action.Node()]; !ok || stop.Slot.Kind != engine.KindManagement || asked || !in.Spec.RonDBRunning {
		return ""
	}
	for i := range before.Nodes {
		n := &before.Nodes[i]
		if n.Kind == engine.KindManagement && n.ID != stop.Slot.ID && n.Status == engine.StatusStarted {
			return ""
		}
	}
	return "F5: the last management server is stopped"
}

// ruleF6: the configuration of a serving cluster changes one node at a time, and
// the node before is up by then.
func ruleF6(in *Input, before, _ *engine.Observed, step engine.Step) string {
	if _, ok := step.Action.(engine.ActivateNode); !ok || !before.Serving {
		return ""
	}
	for i := range before.Nodes {
		n := &before.Nodes[i]
		if n.Kind == engine.KindData && n.Active && in.Spec.Fills(n.Slot) && n.Status != engine.StatusStarted {
			return fmt.Sprintf("F6: %s while data node %d is %s", step.Action, n.ID, n.Status)
		}
	}
	return ""
}

// ruleF8: --initial only where a peer is started, or before the cluster ever was.
func ruleF8(_ *Input, before, _ *engine.Observed, step engine.Step) string {
	start, ok := step.Action.(engine.StartNode)
	if ok && start.Initial && before.Formed && before.StartedIn(start.Slot.Group, start.Slot.ID) == 0 {
		return fmt.Sprintf("F8: %s with no peer started", step.Action)
	}
	return ""
}

// ruleS6: no step takes away the last copy of a node group.
func ruleS6(_ *Input, before, after *engine.Observed, step engine.Step) string {
	if before.Config == nil {
		return ""
	}
	for g := range engine.GroupID(before.Config.NodeGroups) {
		if copies(before, g) > 0 && copies(after, g) == 0 {
			return fmt.Sprintf("S6: %s takes the last copy of node group %d", step.Action, g)
		}
	}
	return ""
}

// ruleClients: the last MySQL server or API node that serves is not stopped while
// a wanted one does not, unless its restart was asked for.
func ruleClients(in *Input, before, _ *engine.Observed, step engine.Step) string {
	stop, ok := step.Action.(engine.StopNode)
	_, asked := in.Restarts[step.Action.Node()]
	if !ok || asked || !in.Spec.RonDBRunning || stop.Slot.Kind != engine.KindMySQL && stop.Slot.Kind != engine.KindAPI {
		return ""
	}
	if n, _ := before.Node(stop.Slot.ID); n.Status != engine.StatusStarted {
		return ""
	}
	wanted := false
	for i := range before.Nodes {
		n := &before.Nodes[i]
		if n.Kind != stop.Slot.Kind || !in.Spec.Fills(n.Slot) {
			continue
		}
		if n.Status == engine.StatusStarted && !n.Isolated {
			return ""
		}
		wanted = true
	}
	if wanted {
		return fmt.Sprintf("%s while no wanted one serves", step.Action)
	}
	return ""
}

// ruleFullStop: clients stop before the data nodes, those before the management
// servers.
func ruleFullStop(in *Input, before, _ *engine.Observed, step engine.Step) string {
	stop, one := step.Action.(engine.StopNode)
	_, all := step.Action.(engine.StopAllDataNodes)
	last := one && stop.Slot.Kind == engine.KindManagement && !in.Spec.RonDBRunning
	for i := range before.Nodes {
		n := &before.Nodes[i]
		client := n.Kind == engine.KindMySQL || n.Kind == engine.KindAPI
		if n.Status.Running() && (all && client || last && n.Kind != engine.KindManagement) {
			return fmt.Sprintf("%s while %s is %s", step.Action, n.Slot, n.Status)
		}
	}
	return ""
}

func copies(o *engine.Observed, g engine.GroupID) int {
	count := 0
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == engine.KindData && n.Group == g && n.HasData && !n.Stale {
			count++
		}
	}
	return count
}

// runUnder runs a plan on the perfect world and holds rules against every step.
func runUnder(in *Input, p engine.Plan, order func(int) int, rules []rule) error {
	before := enginegen.Clone(in.Observed)
	return run(in, p, order, func(step engine.Step) error {
		for _, holds := range rules {
			if wrong := holds(in, &before, &in.Observed, step); wrong != "" {
				return fmt.Errorf("step %d: %s", step.ID, wrong)
			}
		}
		before = enginegen.Clone(in.Observed)
		return nil
	})
}

// checkRule holds one rule on every prefix of random orders of random plans.
func checkRule(t *testing.T, holds rule) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, true)
		p, report := Make(in)
		for range 3 {
			world := in
			if err := runUnder(&world, p, drawOrder(t), []rule{holds}); err != nil {
				t.Fatalf("%v\n%s", err, describe(in, p, report))
			}
		}
	})
}

func TestF1EveryGroupKeepsAReplica(t *testing.T)               { checkRule(t, ruleF1) }
func TestF2NoStopWhileAPeerIsDown(t *testing.T)                { checkRule(t, ruleF2) }
func TestF3NoStopWithoutArbitrator(t *testing.T)               { checkRule(t, ruleF3) }
func TestF5TheLastManagementServerStays(t *testing.T)          { checkRule(t, ruleF5) }
func TestF6TheConfigurationChangesOneNodeAtATime(t *testing.T) { checkRule(t, ruleF6) }
func TestF8InitialOnlyWithAStartedPeer(t *testing.T)           { checkRule(t, ruleF8) }
func TestClientsKeepAServer(t *testing.T)                      { checkRule(t, ruleClients) }
func TestFullStopIsInOrder(t *testing.T)                       { checkRule(t, ruleFullStop) }
func TestS6LastCopyIsNeverRemoved(t *testing.T)                { checkRule(t, ruleS6) }

// F4: from three replicas to one in two drops, with an arbitrator chosen in
// between: the survivor of two drops at once would have no majority.
func TestF4ThreeToOneIsTwoDrops(t *testing.T) {
	spec := engine.DefaultSpec()
	spec.ActiveReplicationFactor = 3
	in := Input{Spec: spec, Observed: enginegen.Settled(spec), Now: enginegen.Now}
	in.Spec.ActiveReplicationFactor = 1
	p, report := Make(in)
	var since []string // what happened since the drop before
	drops := 0
	for _, step := range p.Steps {
		if _, drop := step.Action.(engine.DeactivateNode); drop {
			if drops > 0 && (len(since) < 3 || since[len(since)-1] != engine.AwaitArbitration{}.String()) {
				t.Errorf("before %q only %q\n%s", step.Action, since, describe(in, p, report))
			}
			since = since[:0]
			drops++
			continue
		}
		since = append(since, step.Action.String())
	}
	if drops != 4 {
		t.Errorf("%d drops, want two in each of two groups\n%s", drops, describe(in, p, report))
	}
}
