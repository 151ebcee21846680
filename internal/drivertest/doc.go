// Package drivertest is the contract of engine.Driver and engine.FaultInjector as
// tests: one suite for every driver. A driver's own test calls Run with a
// function that opens a driver of an empty world; each case gets a fresh one and
// closes it.
//
// The suite reaches the world through the two interfaces only and lives in
// wall-clock time, so that it runs on a cluster whose nodes take a millisecond to
// start or a minute. It never sleeps: it looks, waits for the bell with
// Subject.Patience as its limit, and looks again. A condition that came to hold
// without a ring is a failure. Every look of every case is also checked for what
// holds of all looks: their order, their numbers and what may never go back.
//
// A case runs on the test's goroutine and owns its driver. Cases that call it
// from several goroutines end all of them before they return.
package drivertest
