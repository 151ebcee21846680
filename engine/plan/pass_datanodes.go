package plan

import (
	"fmt"

	"rondb-tui/engine"
)

// dataNodes brings up the data nodes that are active, in the way that fits what
// the cluster is: never formed, serving, or down with its data on disk. Replicas
// that are not active yet are the next pass's.
func (p *planner) dataNodes() {
	switch {
	case !p.formed:
		p.initialStart()
	case p.serving:
		p.healDataNodes()
	default:
		p.systemRestart()
	}
}

// initialStart starts all active data nodes of a new cluster together; none
// serves before all do, so one that cannot be touched keeps back the rest.
func (p *planner) initialStart() {
	if !p.reachable(func(n *node) bool { return n.active || n.wanted }) {
		return
	}
	p.tail = p.activateForStart()
	for _, n := range p.data {
		if !n.wanted {
			continue
		}
		cause := causeStart(n)
		p.didStart(n, cause)
		p.bringUp(n, cause, n.obs.Stale, p.startGates()...)
	}
	p.ready = p.gate(causeServing)
	p.serving, p.formed = true, true
}

// activateForStart makes exactly the wanted slots active before the first start,
// where the desired state has changed since the configuration was written.
func (p *planner) activateForStart() engine.StepID {
	gates := p.startGates()
	tail := engine.StepID(0)
	for _, n := range p.data {
		switch {
		case n.wanted && !n.active:
			tail = p.add(n, engine.ActivateNode{Slot: n.slot}, causeActivate, append(gates, tail)...)
			n.active = true
		case !n.wanted && n.active:
			tail = p.add(n, engine.DeactivateNode{Slot: n.slot}, causeNotStarting, append(gates, tail)...)
			p.require(tail, p.sameProcess(n), engine.Requirement{Kind: engine.RequireNotServing})
			n.active = false
			if n.status.Running() {
				tail = p.add(n, engine.AwaitDown{Slot: n.slot}, causeNotStarting)
				n.status = engine.StatusStopped
			}
		}
	}
	return tail
}

// startGates is what the start of a process waits for: a configuration, a
// management server, and the chain of changes so far.
func (p *planner) startGates() []engine.StepID {
	return append([]engine.StepID{p.config, p.tail}, p.management...)
}

// healDataNodes starts the wanted data nodes that are down while the others
// serve, each by a node restart: from its own files, or from a peer's if it has
// none that can be used.
func (p *planner) healDataNodes() {
	for _, n := range p.data {
		if !n.active {
			continue
		}
		if !n.wanted {
			p.settle(n)
			continue
		}
		if why := p.untouchable(n); why != "" {
			p.wait(why)
			continue
		}
		if n.started() {
			continue
		}
		initial := !n.obs.HasData || n.obs.Stale
		switch {
		case n.status == engine.StatusStarting:
		case !p.managed:
			p.wait(subject(n) + " cannot start while no management server is started.")
			continue
		case initial && !p.hasStartedPeer(n):
			p.wait(fmt.Sprintf("%s has no data and no other replica of node group %d is started to copy from.", subject(n), n.slot.Group))
			continue
		}
		cause := causeStart(n)
		p.didStart(n, cause)
		p.bringUp(n, cause, initial, p.management...)
	}
}

// settle waits for an active replica that the desired state gives up to finish
// what it is about: it is deactivated from a state in which it rests.
func (p *planner) settle(n *node, gates ...engine.StepID) {
	switch {
	case p.untouchable(n) != "":
	case n.status == engine.StatusStarting:
		p.did("Waits for", n, causeSettle)
		p.bringUp(n, causeSettle, false, gates...)
	case n.status == engine.StatusStopping:
		p.did("Waits for", n, causeSettle)
		p.pending = append(p.pending, p.takeDown(n, causeSettle))
	}
}

// systemRestart starts every active data node that has data, wanted or not, for
// any of them may hold the newest; those that lost theirs follow with --initial
// once their group serves.
func (p *planner) systemRestart() {
	if !p.restartable() {
		return
	}
	for _, n := range p.data {
		if !n.usable() {
			continue
		}
		cause := causeStart(n)
		if !n.started() {
			p.didStart(n, cause)
		}
		p.bringUp(n, cause, false, p.startGates()...)
	}
	if len(p.pending) == 0 {
		p.wait("The data nodes are started, but they do not serve.")
		return
	}
	p.ready = p.gate(causeServing)
	p.serving = true
	for _, n := range p.data {
		if !n.active || n.started() {
			continue
		}
		if !n.wanted {
			p.settle(n, p.ready)
			continue
		}
		if why := p.untouchable(n); why != "" {
			p.wait(why)
			continue
		}
		cause := causeStart(n)
		p.did("Starts with --initial", n, cause)
		p.bringUp(n, cause, true, p.ready)
	}
}

// restartable says whether a system restart can be begun: every node that may
// hold data is within reach, and every group has data left.
func (p *planner) restartable() bool {
	if !p.reachable(func(n *node) bool { return n.usable() || n.active && n.status == engine.StatusUnknown }) {
		return false
	}
	whole := true
	for g := range p.groups {
		copies := 0
		for _, n := range p.group(engine.GroupID(g)) {
			if n.usable() {
				copies++
			}
		}
		if copies == 0 {
			p.wait(fmt.Sprintf("No copy of the data of node group %d is left: restore a backup into a new cluster.", g))
			whole = false
		}
	}
	return whole
}

// reachable says whether a start of the whole cluster can be begun: there is a
// management server, and none of the nodes it needs is out of reach.
func (p *planner) reachable(needed func(*node) bool) bool {
	ok := p.managed
	if !ok {
		p.wait("The data nodes cannot start while no management server is started.")
	}
	for _, n := range p.data {
		if why := p.untouchable(n); why != "" && needed(n) {
			p.wait(why + " The other data nodes start together with it.")
			ok = false
		}
	}
	return ok
}
