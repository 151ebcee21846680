// Package loop is the one owner of a cluster's state: it takes requests, looks at
// the world, plans, has plans executed and publishes what it knows.
//
// Core is the pure half, a state machine without goroutine, clock or I/O: one
// event in, a list of effects out, to be performed in their order. A simulation
// can drive it synchronously. Loop is the thin half around it: the one goroutine
// that calls the Core, performs its effects and stamps its events. Looks, runs
// and faults are workers of that goroutine which only report back; Run waits for
// all of them before it returns.
//
// Submit and Preview may be called from any goroutine and block until they are
// answered; Latest never blocks and returns an immutable view. The journal is
// written by the loop's goroutine only, before the effects that follow from an
// entry, so nothing happens that a restarted engine would not know to be wanted.
// What could not be recorded has not happened: the Core is put back to what it was
// before, a request is refused, and a plan is begun only once it can be recorded.
package loop
