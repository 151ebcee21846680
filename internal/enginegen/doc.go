// Package enginegen draws desired states and worlds for tests, and holds the
// smallest model of a cluster in which steps take effect.
//
// Only tests use it. Spec, World and Input are rapid generators, small and biased
// to the ugly: dead, absent, starting, paused and unknown nodes, lost and stale
// volumes, no arbitrator, leases. Apply and Execute are the perfect world: a step
// that is legal works at once, one that is not is an error, so that a careless
// plan shows. Nothing here blocks or keeps state; what is passed by pointer is
// changed in place and belongs to the caller.
package enginegen
