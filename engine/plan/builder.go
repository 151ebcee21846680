package plan

import (
	"slices"

	"rondb-tui/engine"
)

// add appends a step about a node (nil for the whole cluster). It comes after the
// node's previous step and after the steps given; 0 stands for none.
func (p *planner) add(n *node, action engine.Action, cause string, after ...engine.StepID) engine.StepID {
	id := engine.StepID(len(p.plan.Steps) + 1)
	previous := engine.StepID(0)
	if n != nil {
		previous, n.last = n.last, id
	}
	p.plan.Steps = append(p.plan.Steps, engine.Step{ID: id, Action: action, Cause: cause, After: p.edgesOf(previous, after)})
	return id
}

// edgesOf sorts the edges of a step and drops doubles and what another of them
// comes after anyway. All edges live in one backing store, which saves an
// allocation a step.
func (p *planner) edgesOf(previous engine.StepID, after []engine.StepID) []engine.StepID {
	from := len(p.edges)
	if previous != 0 {
		p.edges = append(p.edges, previous)
	}
	for _, id := range after {
		if id != 0 && !slices.Contains(p.edges[from:], id) {
			p.edges = append(p.edges, id)
		}
	}
	slices.Sort(p.edges[from:])
	kept := p.edges[from:from]
	for i, id := range p.edges[from:] {
		implied := func(later engine.StepID) bool { return p.follows(later, id, edgeHops) }
		if !slices.ContainsFunc(p.edges[from+i+1:], implied) {
			kept = append(kept, id)
		}
	}
	p.edges = p.edges[:from+len(kept)]
	return kept[:len(kept):len(kept)]
}

// edgeHops is how far back doubles of an edge are looked for: far enough for the
// text of a plan to be read, near enough to cost nothing.
const edgeHops = 2

// follows says whether a step comes after another by at most that many edges.
func (p *planner) follows(later, earlier engine.StepID, hops int) bool {
	for _, id := range p.plan.Steps[later-1].After {
		if id == earlier || hops > 1 && id > earlier && p.follows(id, earlier, hops-1) {
			return true
		}
	}
	return false
}

// require adds demands to a step; the executor checks them on a fresh look.
func (p *planner) require(id engine.StepID, demands ...engine.Requirement) {
	step := &p.plan.Steps[id-1]
	for _, demand := range demands {
		if demand.Kind != 0 {
			step.Require = append(step.Require, demand)
		}
	}
}

// leaves are the steps on which no other depends: who comes after them comes
// after everything.
func (p *planner) leaves() []engine.StepID {
	inner := make([]bool, len(p.plan.Steps)+1)
	for i := range p.plan.Steps {
		for _, id := range p.plan.Steps[i].After {
			inner[id] = true
		}
	}
	var leaves []engine.StepID
	for id := 1; id < len(inner); id++ {
		if !inner[id] {
			leaves = append(leaves, engine.StepID(id))
		}
	}
	return leaves
}

// bringUp plans whatever a node needs to serve, from the state it will be in, and
// returns the step after which it does; 0 if it does now. The container may
// be made at once; its process starts after the gates.
func (p *planner) bringUp(n *node, cause string, initial bool, gates ...engine.StepID) engine.StepID {
	if n.started() {
		return n.last
	}
	if n.status == engine.StatusStopping {
		p.add(n, engine.AwaitDown{Slot: n.slot}, cause)
		n.status = engine.StatusStopped
	}
	if n.status == engine.StatusAbsent {
		p.add(n, engine.CreateNode{Slot: n.slot}, cause, p.config)
		n.status = engine.StatusStopped
	}
	if n.status == engine.StatusStopped || n.status == engine.StatusDead {
		p.start(n, cause, initial, gates)
		gates = nil
	}
	id := p.add(n, engine.AwaitStarted{Slot: n.slot}, cause, gates...)
	n.status = engine.StatusStarted
	if changesArbitration(n) {
		p.pending = append(p.pending, id)
	}
	return id
}

// start plans the start of a process that is down.
func (p *planner) start(n *node, cause string, initial bool, gates []engine.StepID) {
	if n.unhandled {
		p.add(n, engine.AwaitFailureHandled{Slot: n.slot}, causeUnhandled, gates...)
		n.unhandled = false
	}
	id := p.add(n, engine.StartNode{Slot: n.slot, Initial: initial}, cause, gates...)
	n.fresh = true
	switch {
	case initial && p.formed:
		p.require(id, engine.Requirement{Kind: engine.RequirePeerStarted, Node: n.slot.ID})
	case initial:
		p.require(id, engine.Requirement{Kind: engine.RequireNotServing})
	}
}

// takeDown plans an orderly stop of a node that runs, and returns the step after
// which it is down.
func (p *planner) takeDown(n *node, cause string, after ...engine.StepID) engine.StepID {
	if n.status != engine.StatusStopping {
		id := p.add(n, engine.StopNode{Slot: n.slot}, cause, after...)
		p.require(id, p.sameProcess(n))
		if n.slot.Kind == engine.KindData {
			p.requirePolite(id, n)
			n.unhandled = true
		}
		if n.slot.Kind == engine.KindManagement && p.in.Spec.RonDBRunning && (!n.wanted || p.countWanted(n.slot.Kind) != 1) {
			p.require(id, engine.Requirement{Kind: engine.RequireManagement, Node: n.slot.ID})
		}
		after = nil
	}
	id := p.add(n, engine.AwaitDown{Slot: n.slot}, cause, after...)
	n.status = engine.StatusStopped
	if changesArbitration(n) || n.obs.Arbitrator {
		p.arbitrated = false
	}
	return id
}

// remove plans the removal of a container and its volume.
func (p *planner) remove(n *node, cause string, after ...engine.StepID) engine.StepID {
	id := p.add(n, engine.RemoveNode{Slot: n.slot, DropVolume: true}, cause, after...)
	p.require(id, p.sameProcess(n))
	n.status = engine.StatusAbsent
	return id
}

// sameProcess demands that nobody else has started the node since the look. It
// demands nothing of a node that the plan itself starts.
func (p *planner) sameProcess(n *node) engine.Requirement {
	if n.fresh || n.obs == &p.absent {
		return engine.Requirement{}
	}
	return engine.Requirement{Kind: engine.RequireIncarnation, Node: n.slot.ID, Incarnation: n.obs.Incarnation}
}

// changesArbitration: the loss or the arrival of such a node makes the data nodes
// choose an arbitrator, or hand out its ticket, anew.
func changesArbitration(n *node) bool {
	return n.slot.Kind == engine.KindData || n.slot.Kind == engine.KindManagement
}
