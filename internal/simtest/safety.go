package simtest

import (
	"fmt"

	"rondb-tui/engine"
)

// Safety is what must hold right before every effect of the engine, under the
// names of reliability.md §1.2.
func Safety(step engine.Step, o *engine.Observed) error {
	switch action := step.Action.(type) {
	case engine.StopNode:
		if action.Slot.Kind == engine.KindData {
			return safeToTakeDown(action.Slot, o)
		}
		if action.Slot.Kind == engine.KindManagement {
			return otherManagement(action.Slot.ID, o)
		}
	case engine.DeactivateNode:
		return safeToTakeDown(action.Slot, o)
	case engine.StartNode:
		return safeToStart(action, o)
	case engine.RemoveNode:
		return safeToRemove(action, o)
	}
	return nil
}

// safeToTakeDown holds F1 to F4 and F6 for a data node that goes by our hand.
func safeToTakeDown(slot engine.Slot, o *engine.Observed) error {
	node, ok := o.Node(slot.ID)
	if !ok || node.Status != engine.StatusStarted {
		return nil // it is down already: only its place in the configuration changes
	}
	if o.StartedIn(slot.Group, slot.ID) == 0 {
		return fmt.Errorf("F1: node %d is the last started replica of node group %d", slot.ID, slot.Group)
	}
	for i := range o.Nodes {
		peer := &o.Nodes[i]
		if peer.Kind == engine.KindData && peer.Group == slot.Group && peer.Active && peer.ID != slot.ID && peer.Status != engine.StatusStarted {
			return fmt.Errorf("F2, F4: node %d of node group %d is %s while node %d is taken down", peer.ID, slot.Group, peer.Status, slot.ID)
		}
		if peer.Kind == engine.KindData && peer.Status == engine.StatusStopping {
			return fmt.Errorf("F6: node %d is still stopping while node %d is taken down", peer.ID, slot.ID)
		}
	}
	if !o.ArbitrationReady {
		return fmt.Errorf("F3: no arbitrator is ready while node %d is taken down", slot.ID)
	}
	return nil
}

// otherManagement holds F5 while a data node is started: with two management
// servers, the last started one stays. A single one may be restarted on request.
func otherManagement(id engine.NodeID, o *engine.Observed) error {
	others, needed := 0, false
	for i := range o.Nodes {
		n := &o.Nodes[i]
		started := n.Status == engine.StatusStarted
		switch {
		case n.Kind == engine.KindData:
			needed = needed || started
		case n.Kind != engine.KindManagement || n.ID == id || n.Status == engine.StatusAbsent:
		case started:
			return nil
		default:
			others++
		}
	}
	if others == 0 || !needed {
		return nil
	}
	return fmt.Errorf("F5: %d is the last started management server", id)
}

// safeToStart holds F7 and F8.
func safeToStart(action engine.StartNode, o *engine.Observed) error {
	node, ok := o.Node(action.Slot.ID)
	if ok && node.Status.Running() && node.Status != engine.StatusStarting && node.Status != engine.StatusStarted {
		return fmt.Errorf("F7: node %d still has a process that is %s", node.ID, node.Status)
	}
	if action.Initial && ok && node.HasData && !node.Stale && o.Formed && o.StartedIn(action.Slot.Group, node.ID) == 0 {
		return fmt.Errorf("F8: --initial for node %d, which has data, and no peer is started", node.ID)
	}
	return nil
}

// safeToRemove holds S6: a volume with the last copy of a group stays.
func safeToRemove(action engine.RemoveNode, o *engine.Observed) error {
	node, ok := o.Node(action.Slot.ID)
	if !ok || !action.DropVolume || action.Slot.Kind != engine.KindData || !node.HasData || node.Stale {
		return nil
	}
	if o.StartedIn(action.Slot.Group, node.ID) == 0 {
		return fmt.Errorf("S6: the volume of node %d may hold the last copy of node group %d", node.ID, action.Slot.Group)
	}
	return nil
}
