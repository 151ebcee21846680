// Command rondb-tui opens a terminal console on a RonDB cluster and runs the
// engine that keeps the cluster at its desired state.
//
// This package is flags, wiring and exit codes, nothing else: `up` builds a
// host, which owns every goroutine of the engine, and shows it on a terminal
// (package tui) or as lines. Results go to stdout, progress and errors to
// stderr; off a terminal there is never an escape code.
package main
