// Package chaos decides what to break: which nodes a selector means, and what a
// fault may do. It is pure: it looks at a view of the cluster and draws from a
// source of randomness that it is given, so that a seed repeats a run. It does
// no I/O, starts no goroutine, breaks nothing itself and imports only engine.
// Its values are immutable and may be shared; a source of randomness may not.
//
// A selector is a list with commas. Each entry is one of:
//
//	5             the node with that id
//	2-4           the nodes with ids in that range, as far as there are any
//	ng1           the data nodes of a node group
//	all           every node
//	ndb_mgmd      every management server
//	ndbmtd        every data node
//	mysqld        every MySQL server
//	api           every API node
//	president     the data node that coordinates the others
//	arbitrator    the node that is asked when exactly half of the data nodes are left
//	one           a data node, chosen
//	one-per-group a data node of each node group, chosen
//	safe          as many data nodes as can go at the same moment, chosen
//
// A leading minus takes away: "all,-5" is every node but 5, in whatever order the
// entries stand. Upper and lower case are the same.
//
// Only nodes that exist are meant: an empty slot is none, a stopped node is one. The
// three chosen words draw among the started data nodes that are not taken away;
// losing what they give at the same moment keeps all data and the cluster
// serving, by the rules of arbitration and with paused and isolated data nodes
// counted as lost already. Each entry is judged by itself: "5,one" may be too
// much together, and refusing it is up to who breaks things.
package chaos
