// Package validate says whether a desired state is legal by itself (Spec) and
// whether a cluster may go from one to another (Change), and which of its fields
// nothing acts on yet (Notices).
//
// A refusal is an answer, not a failure: it lists every problem at once, each
// with the field's path, the rule's stable id, a sentence and how to mend it, in
// the order of the fields. The engine's loop calls it for every request before
// any side effect, the command line before it starts anything, and the console
// while a change is being put together.
//
// The functions are pure and total: no I/O, no clock, no panic on any input, the
// same answer for the same input. They share nothing with their arguments and
// may be called from any goroutine. Malformed text never gets here: package spec
// stops it.
package validate
