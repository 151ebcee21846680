// Package leftovers finds what engines that ended badly have left behind, and
// clears it away: sockets that nobody answers on, and engine processes that own
// no cluster any more because its files were removed under them.
//
// A thing counts as left over only if it is surely ours and surely of no use: a
// socket whose lock nobody holds, a process started as `rondb-tui engine NAME
// --state DIR` by this user that does not hold the lock in DIR. What belongs to
// a cluster that runs, or to one that can be started again, is none.
package leftovers
