// Command rondb-agent is the first process of every container of a cluster.
//
//	rondb-agent                 the agent; reads its bundle from standard input
//	rondb-agent stub KIND …     stands in for ndb_mgmd, ndbmtd, mysqld or an API node
//	rondb-agent remove PATH     empties a data directory, as the user that made it
//	rondb-agent version         says which build this is
//
// It ends with 0 when it was told to, with 1 after an error, with 2 if its
// arguments are wrong. It is static, and knows nothing of the image it runs in.
package main
