package plan

import "rondb-tui/engine"

// mysqlServers brings the MySQL servers to their wanted number.
func (p *planner) mysqlServers() { p.clients(engine.KindMySQL) }
