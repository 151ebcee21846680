// Package stub has stand-ins for ndb_mgmd, ndbmtd, mysqld and an API node, so that
// everything around RonDB runs where there is no RonDB. They hold no data and
// speak no SQL.
//
// A data node registers with every management stand-in over TCP (one JSON message
// a line, on the port after the management protocol's), says every 100 ms what it
// is, and does as it is told: it starts through the phases, stops in order, or
// fails. Whoever kills it makes it a failed node. The management stand-in serves
// the real management protocol over what its nodes are (package mgmtest); of two,
// both know, and the one with the lower id decides.
//
// The rules are few and true ones: an initial start waits for all active data
// nodes, so does a system restart unless more than half of them have data for
// every group; a node restart needs a started peer; a group without a node ends
// the others. They are in decide, which is pure.
package stub
