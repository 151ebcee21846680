package dockerdrv_test

import (
	"context"
	"testing"
	"time"

	"rondb-tui/dockerdrv"
	"rondb-tui/engine"
	"rondb-tui/internal/drivertest"
)

// suiteSpec has the slots that the suite uses.
func suiteSpec() engine.Spec {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor, spec.MaxReplicationFactor = 1, 2, 3
	spec.NumTotalMysqldSlots, spec.NumTotalApiSlots = 2, 1
	return spec
}

func fakeProgram(context.Context, string) ([]byte, error) { return []byte("a program"), nil }

// TestFakeHoldsTheContract runs the suite of all drivers on a daemon in memory,
// with agents whose processes are simulated.
func TestFakeHoldsTheContract(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Subject {
		t.Helper()
		daemon := newFakeCluster(t, suiteSpec())
		daemon.LateLists = 1 // as real daemons do
		driver, err := dockerdrv.Open(t.Context(), daemon, dockerdrv.Options{Name: "suite", Image: dockerdrv.StubImage, Agent: fakeProgram})
		if err != nil {
			t.Fatal(err)
		}
		return drivertest.Subject{
			Driver: driver, Faults: driver, Patience: 20 * time.Second,
			Close: func() {
				if err := driver.Close(); err != nil {
					t.Error(err)
				}
				ctx := context.WithoutCancel(t.Context())
				if _, err := dockerdrv.Destroy(ctx, daemon, "suite", true); err != nil {
					t.Errorf("destroy: %v", err)
				}
				left, err := dockerdrv.Left(ctx, daemon, "suite")
				if err != nil || left != (dockerdrv.Removed{}) {
					t.Errorf("left behind: %+v, %v", left, err)
				}
				daemon.Wait()
			},
		}
	})
}
