package dockerdrv_test

import (
	"os"
	"testing"

	"rondb-tui/internal/drivertest"
)

// TestDockerHoldsTheContract runs the suite of all drivers on a real daemon. It
// takes minutes, so it is part of the Docker suite only (RONDB_TUI_DOCKER=require).
func TestDockerHoldsTheContract(t *testing.T) {
	inSuiteOnly(t)
	drivertest.Run(t, func(t *testing.T) drivertest.Subject {
		t.Helper()
		r := newRig(t, "suite")
		return drivertest.Subject{Driver: r.driver, Faults: r.driver, Patience: realPatience, Close: func() {
			if err := r.driver.Close(); err != nil {
				t.Error(err)
			}
		}}
	})
}

// inSuiteOnly leaves a test out where the time is short.
func inSuiteOnly(t *testing.T) {
	t.Helper()
	if os.Getenv("RONDB_TUI_DOCKER") != "require" {
		t.Skip("SKIPPED because it is part of the Docker suite; RONDB_TUI_DOCKER=require runs it")
	}
}
