// Package crashtest kills engines. Its tests run the loop with a file journal as a
// process of its own, the test binary executed again, over a world that outlives
// it (package filedrv); they end that process with SIGKILL at any moment of a
// change and look at what the next engine makes of it: its state is what the
// journal says, the change is finished, nothing is done twice and no node group
// goes without a replica meanwhile.
//
// It has no code outside its tests. A seed chooses the moments; where exactly the
// kill falls between two instructions is the scheduler's, so that a seed tries the
// same moments again without repeating a run exactly.
package crashtest
