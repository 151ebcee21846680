// Package plan turns the desired state and one observation into a plan: a graph
// of steps that leads the whole way there, and a report of what each pass did
// and waits for.
//
// Make, Lint and Satisfied are pure: they block on nothing, keep nothing, read
// no clock and give the same answer for the same input, byte for byte. Any
// goroutine may call them. They do not change their input and the plan shares
// nothing with it. The engine's loop calls Make on a fresh observation, Lint on
// every plan before it runs; package exec only walks what stands in the plan.
// The ordered passes are in planner.go, the rules of availability in
// availability.go; DESIGN.md says why they are what they are.
package plan
