// Package owner holds the one lock that makes a process the owner of a cluster.
//
// The lock is an flock on a file in the cluster's state directory: the kernel
// lets it go when the process ends, however it ends, and keeps it while the
// process is stopped. The file's content says who holds it, as one line of JSON:
// that is for people and for taking over, and decides nothing. A process is named
// by its id and its start time together, so that an id used again by another
// process is never taken for the owner.
//
// Locks work on Linux and macOS; elsewhere every function gives KindUnsupported.
// Functions may be called from any goroutine and block for at most a second,
// except End, which waits for a process. A Lock belongs to one goroutine.
package owner
