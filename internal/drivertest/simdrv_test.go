package drivertest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rondb-tui/internal/drivertest"
	"rondb-tui/simdrv"
)

// TestSimdrvHoldsTheContract runs the suite on the simulated cluster, quicker
// than life.
func TestSimdrvHoldsTheContract(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Subject {
		t.Helper()
		world := simdrv.New(simdrv.Config{Seed: 1, Profile: simdrv.DemoProfile()})
		driver := simdrv.NewDriver(world, simdrv.Options{Speed: 20})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- driver.Run(ctx) }()
		return drivertest.Subject{
			Driver: driver, Faults: driver, Patience: 20 * time.Second,
			Close: func() {
				stop()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("Run ended with %v", err)
				}
				if err := world.CheckReplicas(); err != nil {
					t.Error(err)
				}
			},
		}
	})
}
