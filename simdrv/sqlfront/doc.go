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
// checks, generated columns, views, procedures and ALTER TABLE are refused.
// TRUNCATE belongs to the transaction it runs in and leaves AUTO_INCREMENT where
// it was. SET GLOBAL reaches every server of the process.
//
// What go-mysql-server shares between all servers of a process is taken over by
// the first Open: its log is discarded, its global status counters are no longer
// reset by the start of another server, and no statement reaches this machine's
// files.
package sqlfront
