package plan

import "rondb-tui/engine"

// apiNodes brings the other API nodes to their wanted number.
func (p *planner) apiNodes() { p.clients(engine.KindAPI) }
