package dockerdrv_test

import (
	"context"
	"testing"
	"time"

	"rondb-tui/dockerdrv"
	"rondb-tui/engine"
)

// TestTheDefaultClusterHasAConfiguration: what nobody has described can be
// written for the management server and the MySQL servers.
func TestTheDefaultClusterHasAConfiguration(t *testing.T) {
	spec := engine.DefaultSpec()
	daemon := newFakeCluster(t, spec)
	driver, err := dockerdrv.Open(t.Context(), daemon, dockerdrv.Options{Name: "demo", Image: dockerdrv.StubImage, Agent: fakeProgram})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	defer func() {
		_ = driver.Close()
		if _, err := dockerdrv.Destroy(context.WithoutCancel(ctx), daemon, "demo", true); err != nil {
			t.Error(err)
		}
		daemon.Wait()
	}()
	actions := []engine.Action{engine.WriteConfig{Config: spec.Config()}}
	for _, slot := range spec.Slots() {
		if slot.Kind != engine.KindData && slot.Kind != engine.KindAPI && spec.Fills(slot) {
			actions = append(actions, engine.CreateNode{Slot: slot}, engine.StartNode{Slot: slot})
		}
	}
	for _, action := range actions {
		if err := driver.Do(ctx, engine.Step{Action: action}); err != nil {
			t.Errorf("%s: %v", action, err)
		}
	}
	endpoints, err := driver.Endpoints(ctx)
	if err != nil || len(endpoints) != spec.NumManagedMysqldVms || endpoints[0].Address == endpoints[1].Address || endpoints[0].User == "" {
		t.Errorf("%d MySQL servers have addresses of their own: %v", len(endpoints), err)
	}
}
