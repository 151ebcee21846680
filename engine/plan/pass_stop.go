package plan

import (
	"slices"

	"rondb-tui/engine"
)

// fullStop takes the whole cluster down in order: the clients, then all data nodes
// at once with their data kept, then the management servers. Containers and
// volumes stay. What runs but cannot be touched keeps back what comes after it.
func (p *planner) fullStop() {
	clients, complete := p.stopKinds(nil, engine.KindMySQL, engine.KindAPI)
	if !complete {
		return
	}
	down, complete := p.stopDataNodes(clients)
	if !complete {
		return
	}
	p.stopKinds(down, engine.KindManagement)
}

// stopKinds stops all nodes of some kinds next to each other and returns the steps
// after which they are down; complete says that none is left out.
func (p *planner) stopKinds(after []engine.StepID, kinds ...engine.NodeKind) (down []engine.StepID, complete bool) {
	complete = true
	for _, kind := range kinds {
		for _, n := range p.kinds[kind] {
			if why := p.unstoppable(n); why != "" {
				p.wait(why)
				complete = false
			} else if n.status.Running() {
				p.did("Stops", n, causeStop)
				down = append(down, p.takeDown(n, causeStop, after...))
			}
		}
	}
	if down == nil {
		down = after
	}
	return down, complete
}

// unstoppable says why a node that runs, or may run, cannot be stopped now.
func (p *planner) unstoppable(n *node) string {
	if n.status.Running() || n.status == engine.StatusUnknown {
		return p.untouchable(n)
	}
	return ""
}

// stopDataNodes stops all of them with one step, the only way in which no
// arbitration happens. That goes through a management server, which is started
// for it if there is none.
func (p *planner) stopDataNodes(after []engine.StepID) (down []engine.StepID, complete bool) {
	running, stoppable := false, true
	for _, n := range p.data {
		if why := p.unstoppable(n); why != "" {
			p.wait(why)
			stoppable = false
		}
		running = running || n.status.Running()
	}
	if !stoppable || !running {
		return after, stoppable
	}
	p.findManagement()
	if !p.managed {
		p.configuration()
		p.startManagement(func(*node) string { return causeStopThrough })
	}
	if !p.managed {
		p.wait("The data nodes cannot be stopped in order while no management server is started.")
		return nil, false
	}
	p.pass.Did = append(p.pass.Did, "Stops all data nodes at once, "+causeStop+".")
	stop := p.add(nil, engine.StopAllDataNodes{}, causeStop, slices.Concat(p.management, after)...)
	for _, n := range p.data {
		if n.status.Running() {
			down = append(down, p.add(n, engine.AwaitDown{Slot: n.slot}, causeStop, stop))
			n.status = engine.StatusStopped
		}
	}
	return down, true
}
