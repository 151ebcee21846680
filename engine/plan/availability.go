package plan

import (
	"fmt"
	"slices"

	"rondb-tui/engine"
)

// leased says whether a lasting fault on the node has yet to end.
func leased(o *engine.NodeObservation, in *Input) bool {
	return o.Lease != nil && in.Now.Before(o.Lease.Until)
}

// untouchable says why the planner leaves a node alone: nobody knows what it is,
// or a fault on it ends by itself. It is a sentence, "" if there is no reason.
func (p *planner) untouchable(n *node) string {
	switch {
	case n.obs.Status == engine.StatusUnknown && n.obs.Err != "":
		return fmt.Sprintf("The look at %s failed: %s.", n.slot, n.obs.Err)
	case n.obs.Status == engine.StatusUnknown:
		return fmt.Sprintf("The look at %s failed.", n.slot)
	case leased(n.obs, &p.in):
		return fmt.Sprintf("%s is under the fault %q, which ends by itself at %s.",
			subject(n), n.obs.Lease.Fault, n.obs.Lease.Until.UTC().Format("15:04:05"))
	case n.obs.Status == engine.StatusPaused:
		return fmt.Sprintf("%s is paused and has to be resumed.", subject(n))
	case n.obs.Isolated:
		return fmt.Sprintf("%s is cut off from every other node.", subject(n))
	default:
		return ""
	}
}

// steady says what keeps the data nodes from being changed: every active one has
// to be started before another is stopped or activated, so that there is never
// more than one missing by our hand. "" if nothing does. Slots that the desired
// state gives up and that are down do not count: nobody relies on them.
func (p *planner) steady() string {
	for _, n := range p.data {
		if why := p.untouchable(n); why != "" && (n.active || n.wanted) {
			return why
		}
		down := n.status == engine.StatusDead || n.status == engine.StatusStopped || n.status == engine.StatusAbsent
		if n.active && !n.started() && (n.wanted || !down) {
			return fmt.Sprintf("%s is %s.", subject(n), n.status)
		}
	}
	switch {
	case !p.serving:
		return "The data nodes do not serve."
	case !p.managed:
		return "No management server can be reached."
	default:
		return ""
	}
}

// mayStop says why a data node may not be stopped by us, although the cluster is
// steady: its group must keep a started replica, and every other replica of the
// group must be started (starting does not count).
func (p *planner) mayStop(n *node) string {
	peers := 0
	for _, peer := range p.group(n.slot.Group) {
		switch {
		case peer == n || !peer.active:
		case peer.started():
			peers++
		default:
			return fmt.Sprintf("%s, of the same node group, is %s.", subject(peer), peer.status)
		}
	}
	if peers == 0 {
		return fmt.Sprintf("%s is the only started replica of node group %d: without it the cluster stops.", subject(n), n.slot.Group)
	}
	return ""
}

// hasStartedPeer says whether another replica of the node's group will be started,
// from which it can copy.
func (p *planner) hasStartedPeer(n *node) bool {
	for _, peer := range p.group(n.slot.Group) {
		if peer != n && peer.started() && p.untouchable(peer) == "" {
			return true
		}
	}
	return false
}

// gate gives the step after which a voluntary stop may begin: all data nodes and
// management servers that the plan starts are up, whatever is given is done, the
// stop before it is over, and an arbitrator is ready. 0 if all that holds now.
func (p *planner) gate(cause string, after ...engine.StepID) engine.StepID {
	p.pending = append(p.pending, after...)
	covered := func(id engine.StepID) bool { return id == 0 || id == p.tail }
	p.pending = slices.DeleteFunc(p.pending, covered)
	if p.arbitrated && len(p.pending) == 0 {
		return p.tail
	}
	p.pending = append(p.pending, p.tail)
	p.tail = p.add(nil, engine.AwaitArbitration{}, cause, p.pending...)
	p.pending = p.pending[:0]
	p.arbitrated = true
	return p.tail
}

// requirePolite puts the demands of every voluntary data node stop on a step: the
// rest of its group is started, and an arbitrator is ready. A node that is down
// already takes nothing away: for it one started peer is enough.
func (p *planner) requirePolite(id engine.StepID, n *node) {
	peers := engine.RequireGroupStarted
	if !n.status.Running() {
		peers = engine.RequirePeerStarted
	}
	p.require(id,
		engine.Requirement{Kind: peers, Node: n.slot.ID},
		engine.Requirement{Kind: engine.RequireArbitration})
}
