// Package exec walks a plan against an engine.Driver. It decides nothing: what
// to do, in which order and why stand in the plan.
//
// Walk is the pure bookkeeping: which steps may begin, which are over, which can
// no longer run. Run is the executor around it. Run blocks until every step that
// it began has returned. The goroutine that called Run owns the Walk and makes
// all callbacks, one at a time; each step in flight has a goroutine of its own
// that only performs it and reports back. Among the steps in flight, only effects
// count against Options.Parallel: an await holds nothing, and counting it would
// let the waits for some nodes keep the start of others from ever beginning.
//
// A run has two ways to end early. Closing the stop channel supersedes it: no
// step begins any more, effects in flight are finished, awaits and pauses between
// attempts are cut short. Cancelling the context interrupts everything.
package exec
