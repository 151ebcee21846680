// Package host is the engine of one cluster, and the process around it.
//
// A Host wires the loop, the driver with its simulated world and SQL listeners,
// and the workload, and merges what they know into one snapshot. Run owns every
// goroutine and returns when all of them have ended. Submit, Preview, Latest,
// Listen, Logs, Endpoints and End, which are what a console or the control socket
// needs, may be called from any goroutine while it runs. Latest never blocks;
// Listen gives a bell with room for one ring. The workload starts once a row
// written through each MySQL server was read back through every other one, which
// is what "ready" means.
//
// A Process is a Host as the owner of its cluster: Open takes the cluster's lock,
// replays its journal, which is the truth about the desired state, and makes the
// control socket; what fails on the way lets go of all of it and changes neither.
// Run serves the socket until somebody asks for the end or a part fails; then the
// socket goes first and the lock last, so that whoever gets the lock finds
// nothing of the engine before. Beside the journal are two files that are no
// truth: the last launch, for the next `up`, and the events with their numbers,
// which are history: an engine that cannot read or write them goes on without,
// and never gives the number of an event again that it can know of.
package host
