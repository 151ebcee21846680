package plan

import "rondb-tui/engine"

// replicas makes the number of replicas in every group the wanted one: first it
// activates what is missing, then it deactivates what is too many. The cluster's
// configuration changes one node at a time, and never two replicas of a group are
// down by our hand.
func (p *planner) replicas() {
	grow, shrink := false, false
	for _, n := range p.data {
		grow = grow || n.wanted && !n.active
		shrink = shrink || surplusReplica(n)
	}
	if !grow && !shrink {
		return
	}
	if !p.serving {
		p.wait("The number of replicas changes once the data nodes serve.")
		return
	}
	if why := p.steady(); why != "" {
		p.wait("The number of replicas changes once every data node is started. " + why)
		return
	}
	if grow && !p.growReplicas() {
		return
	}
	if shrink {
		p.shrinkReplicas()
	}
}

// surplusReplica: a slot that the desired state gives up, with something in it.
func surplusReplica(n *node) bool {
	return !n.wanted && (n.active || n.status != engine.StatusAbsent)
}

// growReplicas activates the slots that are missing, one after another, replica
// by replica over all groups so that they stay even. It says whether all of them
// could be planned.
func (p *planner) growReplicas() bool {
	all := true
	for r := range p.maxReplicas {
		for g := range p.groups {
			n := p.group(engine.GroupID(g))[r]
			if !n.wanted || n.active {
				continue
			}
			if !p.hasStartedPeer(n) {
				p.wait(subject(n) + " has no started replica to copy from.")
				all = false
				continue
			}
			p.did("Activates and starts", n, causeActivate)
			gate := p.gate(causeBeforeStop)
			p.tail = p.add(n, engine.ActivateNode{Slot: n.slot}, causeActivate, gate)
			n.active = true
			p.bringUp(n, causeActivate, true, p.tail)
		}
	}
	return all
}

// shrinkReplicas deactivates what is too many: first what is down anyway, so that
// no replica is stopped while another of its group is not started, then from the
// highest replica down.
func (p *planner) shrinkReplicas() {
	for _, running := range []bool{false, true} {
		for r := p.maxReplicas - 1; r >= 0; r-- {
			for g := range p.groups {
				n := p.group(engine.GroupID(g))[r]
				if surplusReplica(n) && n.status.Running() == running {
					p.dropReplica(n)
				}
			}
		}
	}
}

// dropReplica deactivates one data node and removes it with its volume, which is
// stale from then on.
func (p *planner) dropReplica(n *node) {
	if why := p.untouchable(n); why != "" {
		p.wait(why)
		return
	}
	if n.status.Running() {
		if why := p.mayStop(n); why != "" {
			p.wait(subject(n) + " is kept. " + why)
			return
		}
	}
	p.did("Deactivates and removes", n, causeDeactivate)
	gate := p.gate(causeBeforeStop)
	if n.active || n.status.Running() {
		id := p.add(n, engine.DeactivateNode{Slot: n.slot}, causeDeactivate, gate)
		p.require(id, p.sameProcess(n))
		p.requirePolite(id, n)
		n.active = false
		gate = id
	}
	if n.status.Running() {
		p.add(n, engine.AwaitDown{Slot: n.slot}, causeDeactivate)
		n.status = engine.StatusStopped
	}
	id := p.remove(n, causeDeactivate, gate)
	p.require(id, engine.Requirement{Kind: engine.RequirePeerStarted, Node: n.slot.ID})
	p.gate(causeAfterStop, id)
}
