// Package dockerdrv is the engine.Driver of clusters in Docker containers: it
// speaks to the Docker daemon through the few calls of API, and to the agent that
// is the first process of each container through agentproto.
//
// What a cluster is lives with the cluster: its containers, volumes and network
// carry labels (identity only), and one meta volume, mounted in no node, holds
// what labels cannot (Meta). An object without our labels is never touched,
// whatever its name, and nothing is deleted but by its id, after a look at its
// labels; there is no prune.
//
// The engine decides, the driver only does: containers have the restart policy
// "no". Observations are put together from the daemon's list of containers, looked
// at again when an event says so, and from what the agents stream; the board holds
// both behind one lock.
package dockerdrv
