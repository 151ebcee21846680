// Package simdrv is a RonDB cluster in one process: the embedded default of the
// console and the world of the tests. It implements engine.Driver,
// engine.FaultInjector and engine.LogReader.
//
// World is the cluster: virtual time, one queue of events, one seeded source of
// randomness, one mutex around all of it. The same seed and the same calls give
// the same history (trace, rows, errors). It never reads a clock and starts no
// goroutine. Every mutation, from outside or by an event, ends in settle, where
// whatever became possible by it happens, in the order of the node ids.
//
// Rows are real: they lie in the replicas of the data nodes, are written to all
// live replicas before a commit is acknowledged, and are gone with the last of
// them. A crash of the whole cluster rolls every group back to the last complete
// global checkpoint.
//
// Session and Tx are what a MySQL server does for one connection. Their methods
// may be called from any goroutine, one at a time for a Tx; those that take a
// context block, on a channel, until the world has moved on. Driver moves it, in
// wall-clock time: its Run owns virtual time and calls the Front, which gives the
// simulated MySQL servers their sockets, always outside the mutex. In a world
// without a Driver a method that has to wait moves virtual time itself, so that
// one goroutine can play clients, faults and time without any race.
package simdrv
