package plan

import (
	"slices"

	"rondb-tui/engine"
)

// clients brings the MySQL servers or the API nodes to their wanted number. They
// are alike to the cluster: both need data nodes that serve and a management
// server to start, and stopping one harms only who is connected to it.
func (p *planner) clients(kind engine.NodeKind) {
	up := p.startClients(kind)
	p.removeClients(kind, up)
}

// startClients plans the starts and returns the steps after which all are up.
// While no MySQL server is started, one comes first.
func (p *planner) startClients(kind engine.NodeKind) []engine.StepID {
	var up []engine.StepID
	gates := p.management
	if p.ready != 0 {
		gates = []engine.StepID{p.ready} // which comes after the management servers
	}
	first := kind == engine.KindMySQL && !slices.ContainsFunc(p.kinds[kind], (*node).started)
	for _, n := range p.kinds[kind] {
		if !n.wanted {
			continue
		}
		if why := p.untouchable(n); why != "" {
			p.wait(why)
			continue
		}
		switch {
		case n.started():
			continue
		case !p.serving:
			p.wait("The " + kind.Words() + "s start once the data nodes serve.")
			continue
		case !p.managed && n.status != engine.StatusStarting:
			p.wait("The " + kind.Words() + "s cannot start while no management server is started.")
			continue
		}
		cause := causeStart(n)
		if first && len(up) == 0 {
			cause = causeFirstMySQL
		}
		p.didStart(n, cause)
		id := p.bringUp(n, cause, false, gates...)
		if first && len(up) == 0 {
			gates = []engine.StepID{id} // which came after them
		}
		up = append(up, id)
	}
	return up
}

// removeClients removes what the desired state has no place for, the highest
// first, one after another, and never the last that serves before a wanted one
// does.
func (p *planner) removeClients(kind engine.NodeKind, up []engine.StepID) {
	wanted, started := 0, 0
	for _, n := range p.kinds[kind] {
		if n.wanted {
			wanted++
			if n.started() && p.untouchable(n) == "" {
				started++
			}
		}
	}
	for i := len(p.kinds[kind]) - 1; i >= 0; i-- {
		n := p.kinds[kind][i]
		if n.wanted || n.status == engine.StatusAbsent {
			continue
		}
		if why := p.untouchable(n); why != "" {
			p.wait(why)
			continue
		}
		if n.started() && wanted > 0 && started == 0 {
			p.wait(subject(n) + " is kept until a wanted one is started.")
			continue
		}
		p.did("Removes", n, causeSurplus)
		after := slices.Concat(up, []engine.StepID{p.tail})
		if n.status.Running() {
			after = []engine.StepID{p.takeDown(n, causeSurplus, after...)}
		}
		p.tail = p.remove(n, causeSurplus, after...)
		up = nil
	}
}
