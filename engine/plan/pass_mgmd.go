package plan

import "rondb-tui/engine"

// managementServers brings up every management server that is wanted. Without one
// that is started nothing else can start.
func (p *planner) managementServers() {
	p.findManagement()
	p.startManagement(causeStart)
}

// findManagement looks for a management server that can be relied on.
func (p *planner) findManagement() {
	for _, n := range p.kinds[engine.KindManagement] {
		why := p.untouchable(n)
		if why != "" && n.wanted {
			p.wait(why)
		}
		p.managed = p.managed || why == "" && n.started()
	}
}

// startManagement starts the wanted ones that are down. Where none is started,
// p.management are the steps after which they are.
func (p *planner) startManagement(cause func(*node) string) {
	for _, n := range p.kinds[engine.KindManagement] {
		if !n.wanted || n.started() || p.untouchable(n) != "" {
			continue
		}
		why := cause(n)
		p.didStart(n, why)
		id := p.bringUp(n, why, false, p.config)
		if !p.managed {
			p.management = append(p.management, id)
		}
	}
	p.managed = p.managed || len(p.management) > 0
}

// surplusManagementServers removes management servers that the desired state has
// no place for, never the last that is started, and not while the data nodes may
// need an arbitrator any moment.
func (p *planner) surplusManagementServers() {
	servers := p.kinds[engine.KindManagement]
	for i := len(servers) - 1; i >= 0; i-- {
		n := servers[i]
		if n.wanted || n.status == engine.StatusAbsent {
			continue
		}
		if why := p.mayStopManagement(n, false); why != "" {
			p.wait(why)
			continue
		}
		p.did("Removes", n, causeSurplus)
		p.removeManagement(n)
	}
}

// removeManagement comes after every start that is planned, for those need a
// management server and do not choose which.
func (p *planner) removeManagement(n *node) {
	if !n.status.Running() {
		p.remove(n, causeSurplus)
		return
	}
	if p.serving {
		p.takeDown(n, causeSurplus, p.gate(causeBeforeStop, p.leaves()...))
	} else {
		p.takeDown(n, causeSurplus, p.leaves()...)
	}
	id := p.remove(n, causeSurplus)
	if p.serving {
		p.gate(causeAfterStop, id)
	}
}

// mayStopManagement says why a management server may not be stopped by us now. An
// operator who has only one may ask for a restart of it all the same.
func (p *planner) mayStopManagement(n *node, alone bool) string {
	if why := p.untouchable(n); why != "" {
		return why
	}
	if !n.status.Running() {
		return ""
	}
	if p.serving {
		if why := p.steady(); why != "" {
			return subject(n) + " is kept for now. " + why
		}
	}
	if alone {
		return ""
	}
	for _, other := range p.kinds[engine.KindManagement] {
		if other != n && other.wanted && other.started() && p.untouchable(other) == "" {
			return ""
		}
	}
	return subject(n) + " is kept: it is the only management server that is started."
}
