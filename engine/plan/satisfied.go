package plan

import "rondb-tui/engine"

// Satisfied says whether the desired state is reached. It looks at the
// observation alone and shares no reasoning with the passes, so that it can judge
// them.
func Satisfied(in Input) bool {
	if !in.Spec.RonDBRunning {
		return nothingRuns(in.Observed.Nodes)
	}
	if in.Observed.Config == nil || !in.Observed.Serving {
		return false
	}
	spec := effective(&in)
	filled := 0
	known := make(map[engine.NodeID]bool)
	for _, slot := range spec.Slots() {
		known[slot.ID] = true
		if spec.Fills(slot) {
			filled++
		}
	}
	for i := range in.Observed.Nodes {
		n := &in.Observed.Nodes[i]
		switch {
		case known[n.ID] && spec.Fills(n.Slot):
			if !settled(n, &in) {
				return false
			}
			filled--
		case n.Kind == engine.KindData && !known[n.ID]:
			// Not in the configuration: not ours.
		case n.Status != engine.StatusAbsent, n.Kind == engine.KindData && n.Active:
			return false
		}
	}
	return filled == 0
}

// settled says whether a wanted node is as it should be: it serves, takes part,
// no fault lies on it, and it is not the process that was to be restarted.
func settled(n *engine.NodeObservation, in *Input) bool {
	incarnation, asked := in.Restarts[n.ID]
	switch {
	case n.Status != engine.StatusStarted, n.Isolated, leased(n, in):
		return false
	case n.Kind == engine.KindData && !n.Active:
		return false
	default:
		return !asked || incarnation != n.Incarnation
	}
}

func nothingRuns(nodes []engine.NodeObservation) bool {
	for i := range nodes {
		if nodes[i].Status.Running() || nodes[i].Status == engine.StatusUnknown {
			return false
		}
	}
	return true
}
