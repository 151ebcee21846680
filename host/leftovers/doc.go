// Package leftovers finds what engines that ended badly have left behind, and
// clears it away: sockets that nobody answers on, and engine processes that own
// no cluster any more because its files were removed under them.
//
// A thing counts as left over only if it is surely ours and surely of no use: a
// socket that refuses connections and whose lock nobody holds, a process started
// as `rondb-tui engine NAME --state DIR` by this user, among the same mounts, that
// does not hold the lock in DIR. What belongs to a cluster that runs, or to one
// that can be started again, is none. Clear looks again before it does anything.
package leftovers
