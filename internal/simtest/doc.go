// Package simtest runs the whole engine on the simulated world in one
// goroutine: the pure core of the loop, the planner, the executor's walk and
// simdrv, with no timer and no scheduler, so that a seed repeats a run exactly.
//
// A Rig belongs to one goroutine. Its Run methods return an error that names the
// property that was broken; a Scenario is what a failing run is kept as in
// simdrv/testdata/corpus, and replays without the generator that drew it.
package simtest
