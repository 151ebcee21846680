package plan

import "rondb-tui/engine"

// configuration writes config.ini once. What is in it does not change while the
// cluster lives: package validate says so to whoever asks for it.
func (p *planner) configuration() {
	if p.in.Observed.Config != nil {
		return
	}
	s := &p.in.Spec
	p.config = p.add(nil, engine.WriteConfig{Config: s.Config()}, causeConfig)
	for _, n := range p.data {
		n.active = n.slot.Replica < s.ActiveReplicationFactor
	}
	p.pass.Did = append(p.pass.Did, "Writes the cluster configuration, "+causeConfig+".")
}
