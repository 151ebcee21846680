// Package host is the engine's process: it wires the loop, the driver with its
// simulated world and SQL listeners, and the workload, and merges what they
// know into one snapshot.
//
// A Host implements the port that the console uses. Run owns every goroutine
// and returns when all of them have ended; Submit, Preview, Latest and Changed
// may be called from any goroutine while it runs. Latest never blocks; Changed
// is a bell with room for one ring. The workload starts once a row written
// through each MySQL server was read back through every other one, which is
// what "ready" means.
package host
