package plan

import "rondb-tui/engine"

// restarts carries out the restarts that an operator asked for, politely: one
// node at a time, when everything else is done, with the gates of every voluntary
// stop. A node that the plan starts anyway leaves its incarnation behind by that.
func (p *planner) restarts() {
	if len(p.in.Restarts) == 0 {
		return
	}
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL, engine.KindAPI} {
		for i := range p.nodes {
			n := &p.nodes[i]
			incarnation, asked := p.in.Restarts[n.slot.ID]
			if n.slot.Kind != kind || !asked || !n.wanted || n.fresh || n.obs.Incarnation != incarnation {
				continue
			}
			if why := p.mayRestart(n); why != "" {
				p.wait("The restart of " + n.slot.String() + " waits. " + why)
				continue
			}
			p.did("Restarts", n, causeRestart)
			p.restart(n)
		}
	}
}

// mayRestart says why a node may not be restarted now, "" if it may.
func (p *planner) mayRestart(n *node) string {
	if why := p.untouchable(n); why != "" {
		return why
	}
	if !n.started() {
		return subject(n) + " is " + n.status.String() + "."
	}
	switch n.slot.Kind {
	case engine.KindData:
		if why := p.steady(); why != "" {
			return why
		}
		return p.mayStop(n)
	case engine.KindManagement:
		return p.mayStopManagement(n, p.countWanted(n.slot.Kind) == 1)
	default:
		return p.mayRestartClient(n)
	}
}

// mayRestartClient keeps one of several serving, and does not stop what could not
// start again.
func (p *planner) mayRestartClient(n *node) string {
	if !p.serving || !p.managed {
		return "It could not start again while the data nodes or the management servers are down."
	}
	if p.countWanted(n.slot.Kind) == 1 {
		return ""
	}
	for _, other := range p.kinds[n.slot.Kind] {
		if other != n && other.wanted && other.started() && p.untouchable(other) == "" {
			return ""
		}
	}
	return "It is the only " + n.slot.Kind.Words() + " that is started."
}

func (p *planner) countWanted(kind engine.NodeKind) int {
	count := 0
	for _, n := range p.kinds[kind] {
		if n.wanted {
			count++
		}
	}
	return count
}

// restart plans the stop and the start of one node as a link of the chain.
func (p *planner) restart(n *node) {
	leaves := p.leaves()
	if p.serving && changesArbitration(n) {
		leaves = []engine.StepID{p.gate(causeBeforeStop, leaves...)}
	}
	p.takeDown(n, causeRestart, leaves...)
	p.tail = p.bringUp(n, causeRestart, false)
	if p.serving && !p.arbitrated {
		p.gate(causeAfterStop)
	}
}
