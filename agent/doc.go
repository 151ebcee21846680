// Package agent is the first process of every container of a cluster. It finds
// the RonDB or NDB programs, supervises the one process of its node, and serves
// agentproto's Agent service over mutual TLS: to the engine of its own cluster,
// and to no other.
//
// An Agent is made from a Bundle and serves until its context ends; then it ends
// its process in order, within a bound. What must outlive a restart of the
// container is in a small file of the node's volume: how often the process was
// started, whether its last end was asked for, whether the cluster was formed.
//
// One goroutine, the supervisor, owns the process and its leases; calls reach it
// through a channel and read what it publishes. A call that changes something
// runs to its end once begun, whatever becomes of the connection, and its outcome
// is remembered by the call's key: see guard.
//
// Processes are started and waited for through the Starter interface. Reaper is
// the real one; package agent/stub has stand-ins for where there is no RonDB.
package agent
