package enginegen

import (
	"errors"
	"slices"

	"rondb-tui/engine"
)

// ErrNotYet is the answer to an await whose condition may still come true.
var ErrNotYet = errors.New("the condition does not hold yet")

// Apply does one step to the world: its demands are checked, then it takes effect
// at once. An await makes its condition true where the world allows it, and is
// ErrNotYet otherwise. A step that a real cluster would refuse, or that would
// harm it, is an error.
func Apply(o *engine.Observed, step engine.Step) error {
	for _, demand := range step.Require {
		if why, ok := demand.Check(o); !ok {
			return engine.Errorf(engine.KindConflict, step.Action.String(), step.Action.Node(), "%s", why)
		}
	}
	n, known := o.Node(step.Action.Node())
	if !known && step.Action.Node() != 0 {
		return engine.Errorf(engine.KindNotFound, step.Action.String(), step.Action.Node(), "no such slot")
	}
	why := ""
	switch a := step.Action.(type) {
	case engine.WriteConfig:
		writeConfig(o, a.Config)
	case engine.AwaitArbitration:
		return awaitArbitration(o)
	case engine.AwaitStarted:
		return awaitStarted(o, n)
	case engine.StopAllDataNodes:
		why = stopAll(o)
	case engine.CreateNode:
		why = create(o, n)
	case engine.RemoveNode:
		why = remove(o, n, a.DropVolume)
	case engine.StartNode:
		why = start(o, n, a.Initial)
	case engine.StopNode:
		why = stop(o, n)
	case engine.ActivateNode:
		why = activate(o, n)
	case engine.DeactivateNode:
		why = deactivate(o, n)
	case engine.AwaitDown:
		why = awaitDown(n)
	case engine.AwaitFailureHandled:
		n.FailureHandled = true
	}
	if why != "" {
		return engine.Errorf(engine.KindDenied, step.Action.String(), step.Action.Node(), "%s", why)
	}
	return nil
}

// writeConfig makes the slots known, as a look after it would list them.
func writeConfig(o *engine.Observed, c engine.ClusterConfig) {
	o.Config = &c
	for _, slot := range specOf(c).Slots() {
		n, known := o.Node(slot.ID)
		if !known {
			i, _ := slices.BinarySearchFunc(o.Nodes, slot.ID, func(n engine.NodeObservation, id engine.NodeID) int { return int(n.ID - id) })
			o.Nodes = slices.Insert(o.Nodes, i, engine.NodeObservation{Slot: slot, Status: engine.StatusAbsent})
			n = &o.Nodes[i]
		}
		n.Active = slot.Kind == engine.KindData && slot.Replica < c.ReplicasAtStart
	}
}

// specOf is a desired state with the slots of a configuration.
func specOf(c engine.ClusterConfig) engine.Spec {
	return engine.Spec{
		NumNodeGroups:        c.NodeGroups,
		MaxReplicationFactor: c.MaxReplicas,
		NumTotalMysqldSlots:  c.MysqldSlots,
		NumTotalApiSlots:     c.APISlots,
		NumMysqldSlotsPerVm:  c.MysqldSlotsPer,
		NumApiSlotsPerVm:     c.APISlotsPer,
	}
}

// faulty: nobody can act on such a node, and the planner must not try.
func faulty(o *engine.Observed, n *engine.NodeObservation) bool {
	return n.Status == engine.StatusUnknown || n.Status == engine.StatusPaused || n.Isolated ||
		n.Lease != nil && o.At.Before(n.Lease.Until)
}

// managed says whether a management server answers.
func managed(o *engine.Observed) bool {
	return slices.ContainsFunc(o.Nodes, func(n engine.NodeObservation) bool {
		return n.Kind == engine.KindManagement && n.Status == engine.StatusStarted && !n.Isolated
	})
}

func create(o *engine.Observed, n *engine.NodeObservation) string {
	switch {
	case o.Config == nil:
		return "there is no configuration"
	case faulty(o, n):
		return "the node is not to be touched"
	case n.Status == engine.StatusAbsent:
		n.Status = engine.StatusStopped
	}
	return ""
}

func remove(o *engine.Observed, n *engine.NodeObservation, drop bool) string {
	if n.Status.Running() || faulty(o, n) {
		return "the node runs, or is not to be touched"
	}
	if drop && n.HasData && !n.Stale && !copyElsewhere(o, n) {
		return "the volume holds the last copy of its node group"
	}
	n.Status = engine.StatusAbsent
	if drop {
		n.HasData, n.Stale = false, false
	}
	return ""
}

// copyElsewhere says whether another replica has data that is not stale.
func copyElsewhere(o *engine.Observed, n *engine.NodeObservation) bool {
	return slices.ContainsFunc(o.Nodes, func(peer engine.NodeObservation) bool {
		return peer.Kind == engine.KindData && peer.Group == n.Group && peer.ID != n.ID && peer.HasData && !peer.Stale
	})
}

func start(o *engine.Observed, n *engine.NodeObservation, initial bool) string {
	data := n.Kind == engine.KindData
	switch {
	case n.Status != engine.StatusStopped && n.Status != engine.StatusDead, faulty(o, n):
		return "the node is not there, runs already, or is not to be touched"
	case n.Kind != engine.KindManagement && !managed(o):
		return "no management server answers"
	case data && !n.Active:
		return "the slot is not active"
	case data && n.Stale && !initial:
		return "the volume is stale"
	case data && !n.HasData && !initial && o.Formed:
		return "there is nothing to start from"
	case data && initial && n.HasData && !n.Stale && !copyElsewhere(o, n):
		return "--initial would wipe the last copy"
	case data && o.Serving && !n.FailureHandled && n.Incarnation > 0:
		return "the failure of the node is not handled yet"
	}
	n.Status = engine.StatusStarting
	n.Incarnation++
	if initial {
		n.HasData, n.Stale = false, false
	}
	return ""
}

func stop(o *engine.Observed, n *engine.NodeObservation) string {
	if faulty(o, n) {
		return "the node is not to be touched"
	}
	if n.Kind == engine.KindData && !managed(o) {
		return "no management server answers"
	}
	if n.Status.Running() {
		n.Status = engine.StatusStopping
		left(o, n)
	}
	return ""
}

func stopAll(o *engine.Observed) string {
	if !managed(o) {
		return "no management server answers"
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind != engine.KindData || n.Status == engine.StatusAbsent {
			continue
		}
		if (n.Status.Running() || n.Status == engine.StatusUnknown) && faulty(o, n) {
			return "a data node is not to be touched"
		}
		if n.Status.Running() {
			n.Status = engine.StatusStopped
		}
	}
	o.Serving, o.ArbitrationReady, o.Arbitrator = false, false, 0
	return ""
}

func activate(o *engine.Observed, n *engine.NodeObservation) string {
	if !managed(o) {
		return "no management server answers"
	}
	n.Active = true
	return ""
}

func deactivate(o *engine.Observed, n *engine.NodeObservation) string {
	if why := stop(o, n); why != "" {
		return why
	}
	if !managed(o) {
		return "no management server answers"
	}
	n.Active = false
	n.Stale = n.HasData
	return ""
}

func awaitDown(n *engine.NodeObservation) string {
	switch n.Status {
	case engine.StatusStopping:
		n.Status = engine.StatusStopped
	case engine.StatusStarting, engine.StatusStarted, engine.StatusPaused, engine.StatusUnknown:
		return "nobody has asked it to stop"
	case engine.StatusAbsent, engine.StatusStopped, engine.StatusDead:
	}
	return ""
}
