package drivertest

import (
	"slices"
	"testing"
	"time"

	"rondb-tui/engine"
)

// Subject is a driver under test, of a world in which nothing exists yet.
type Subject struct {
	Driver engine.Driver
	// Faults breaks things in the same world. Where it is nil, the cases that need
	// it are skipped.
	Faults engine.FaultInjector
	// Patience is the longest that a start, a stop or any other change may take.
	Patience time.Duration
	// Close ends everything the subject started and returns when it is gone.
	Close func()
}

// testCase is one part of the contract.
type testCase struct {
	name   string
	faults bool // needs a FaultInjector
	run    func(r *rig)
}

// Run checks a driver against the contract. It calls open once for each case.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	t.Helper()
	for _, c := range slices.Concat(setupCases(), startCases(), stopCases(), volumeCases(), repeatCases(), faultCases(), manyCases()) {
		t.Run(c.name, func(t *testing.T) {
			subject := open(t)
			t.Cleanup(subject.Close)
			if c.faults && subject.Faults == nil {
				t.Skip("the driver has no faults")
			}
			c.run(newRig(t, subject))
		})
	}
}
