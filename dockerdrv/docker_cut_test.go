package dockerdrv_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rondb-tui/dockerdrv"
	"rondb-tui/engine"
	"rondb-tui/rondb/config"
)

// TestDockerIsolateAndHeal: a cut ends on request, by its lease, and with the
// driver that made it.
func TestDockerIsolateAndHeal(t *testing.T) {
	r := newRig(t, "cut")
	mgmd := r.slot(engine.KindManagement, 0)
	r.together(engine.WriteConfig{Config: r.spec.Config()})
	r.together(engine.CreateNode{Slot: mgmd})
	r.together(engine.StartNode{Slot: mgmd})
	r.together(engine.AwaitStarted{Slot: mgmd})
	ctx, cancel := context.WithTimeout(t.Context(), realPatience)
	defer cancel()
	isolate := func(lease time.Duration) {
		t.Helper()
		if err := r.driver.Isolate(ctx, mgmd.ID, lease); err != nil {
			t.Fatal(err)
		}
		n := r.node(mgmd) //nolint:contextcheck // a look has the test's context
		if !n.Isolated || n.Lease == nil || n.Status != engine.StatusStarted {
			t.Errorf("an isolated node is %s, lease %+v", n.Status, n.Lease)
		}
	}
	isolate(time.Hour)
	if err := r.driver.Heal(ctx, nil); err != nil {
		t.Fatal(err)
	}
	r.whole(mgmd)
	isolate(500 * time.Millisecond)
	r.whole(mgmd)
	isolate(time.Hour)
	_ = r.driver.Close()
	r.open()
	r.whole(mgmd)
}

// whole waits for the bell until nothing is wrong with a node.
func (r *rig) whole(slot engine.Slot) {
	r.t.Helper()
	limit := time.NewTimer(realPatience)
	defer limit.Stop()
	for {
		if n := r.node(slot); !n.Isolated && n.Lease == nil {
			return
		}
		select {
		case <-r.driver.Wake():
		case <-limit.C:
			r.t.Fatalf("%s is still isolated", slot)
		}
	}
}

// TestDockerImageWithoutBinaries: the agent comes to an image that does not have
// it, and says what the image lacks.
func TestDockerImageWithoutBinaries(t *testing.T) {
	inSuiteOnly(t)
	r := newRig(t, "bare")
	r.together(engine.WriteConfig{Config: r.spec.Config()}) // loads the stub image
	if _, err := dockerdrv.Destroy(t.Context(), r.api, r.name, true); err != nil {
		t.Fatal(err)
	}
	program, err := builtAgent()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.driver.Close()
	size, _ := config.SizeNamed(config.RonDB, "mini")
	driver, err := dockerdrv.Open(t.Context(), r.api, dockerdrv.Options{
		Name: r.name, Image: dockerdrv.StubReference(program), Agent: realProgram, Size: size,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.driver = driver
	defer func() { _ = driver.Close() }()
	data := r.slot(engine.KindData, 0)
	r.together(engine.WriteConfig{Config: r.spec.Config()})
	r.together(engine.CreateNode{Slot: data})
	ctx, cancel := context.WithTimeout(t.Context(), realPatience)
	defer cancel()
	err = driver.Do(ctx, engine.Step{Action: engine.StartNode{Slot: data}})
	if err == nil || engine.KindOf(err) == engine.KindTransient || !strings.Contains(err.Error(), "ndbmtd") {
		t.Errorf("a start without a program is %v of kind %s", err, engine.KindOf(err))
	}
}
