// Package sqlfront gives each simulated MySQL server a loopback TCP port that
// speaks the MySQL protocol, with go-mysql-server between the protocol and the
// rows and locks of package simdrv.
//
// The Driver of simdrv calls Open when a MySQL server process begins to serve
// and Kill when it ends, from any goroutine, never while it holds the world's
// lock. Open returns once the port accepts; Kill and Close return once every
// socket is closed and every goroutine of the server has ended, which is at most
// stopLimit later. Before Kill the caller has fenced the server's sessions:
// nothing that is still running inside may take effect afterwards.
//
// A Front owns its listeners, sockets and engines; the rows, locks, transactions
// and the dictionary belong to simdrv. A connection is served by one goroutine,
// which alone touches its session. Statements wait inside simdrv for row locks
// and for data nodes, and end early with error 1317 when they are killed.
//
// There are no users: root, or any other name, with any password, from this
// machine only. Tables have a primary key and no other index; foreign keys,
// checks, generated columns, views, triggers and ALTER of columns are refused.
// TRUNCATE and a DELETE of everything belong to the transaction they run in.
//
// The process-wide log and status variables of go-mysql-server are taken over by
// the first New: its log is discarded, and its global status counters are no
// longer reset by the start of another server.
package sqlfront
