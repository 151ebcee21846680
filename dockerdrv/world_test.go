package dockerdrv_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"rondb-tui/dockerdrv"
	"rondb-tui/dockerdrv/fakedocker"
	"rondb-tui/engine"
)

// fakeRig is a driver on a daemon in memory.
type fakeRig struct {
	t      *testing.T
	daemon *fakedocker.Daemon
	driver *dockerdrv.Driver
}

func newFakeRig(t *testing.T) *fakeRig {
	t.Helper()
	daemon := newFakeCluster(t, suiteSpec())
	r := &fakeRig{t: t, daemon: daemon}
	r.open()
	t.Cleanup(func() {
		if _, err := dockerdrv.Destroy(context.WithoutCancel(t.Context()), daemon, "demo", true); err != nil {
			t.Errorf("destroy: %v", err)
		}
		daemon.Wait()
	})
	return r
}

func (r *fakeRig) open() {
	r.t.Helper()
	driver, err := dockerdrv.Open(r.t.Context(), r.daemon, dockerdrv.Options{Name: "demo", Image: dockerdrv.StubImage, Agent: fakeProgram})
	if err != nil {
		r.t.Fatal(err)
	}
	r.driver = driver
	r.t.Cleanup(func() { _ = driver.Close() })
}

func (r *fakeRig) try(action engine.Action) error {
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	return r.driver.Do(ctx, engine.Step{Action: action})
}

func (r *fakeRig) do(actions ...engine.Action) {
	r.t.Helper()
	for _, action := range actions {
		if err := r.try(action); err != nil {
			r.t.Fatalf("%s: %v", action, err)
		}
	}
}

// up brings a management server and both data nodes up.
func (r *fakeRig) up() (mgmd, first, second engine.Slot) {
	slots := suiteSpec().Slots()
	first, second, mgmd = slots[0], slots[1], slots[3]
	r.do(engine.WriteConfig{Config: suiteSpec().Config()})
	for _, s := range []engine.Slot{mgmd, first, second} {
		r.do(engine.CreateNode{Slot: s}, engine.StartNode{Slot: s})
	}
	for _, s := range []engine.Slot{mgmd, first, second} {
		r.do(engine.AwaitStarted{Slot: s})
	}
	r.do(engine.AwaitArbitration{})
	return mgmd, first, second
}

func (r *fakeRig) node(slot engine.Slot) engine.NodeObservation {
	r.t.Helper()
	o, err := r.driver.Observe(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	n, _ := o.Node(slot.ID)
	return *n
}

// TestTheNextEngineFindsTheCluster: what was known lives with the cluster, and the
// engine before is refused.
func TestTheNextEngineFindsTheCluster(t *testing.T) {
	r := newFakeRig(t)
	mgmd, first, second := r.up()
	if err := r.driver.SaveDesired(t.Context(), 7, []byte(`{"Id":7}`)); err != nil {
		t.Fatal(err)
	}
	former := r.driver
	r.open()
	if m := r.driver.Meta(); m.Revision != 7 || string(m.Desired) != `{"Id":7}` || !m.Formed || m.Config == nil || m.Epoch != 2 {
		t.Errorf("the next engine knows %+v", m)
	}
	for _, s := range []engine.Slot{mgmd, first, second} {
		if n := r.node(s); n.Status != engine.StatusStarted || n.Incarnation != 1 {
			t.Errorf("the next engine sees %s as %s, incarnation %d", s, n.Status, n.Incarnation)
		}
	}
	err := former.Do(t.Context(), engine.Step{Action: engine.StopNode{Slot: second}})
	if engine.KindOf(err) != engine.KindConflict || !strings.Contains(err.Error(), "epoch") {
		t.Errorf("an engine that was followed by another stops a node: %v", err)
	}
}

// TestContainersThatEnded: a restarted machine has all containers and no process;
// they come back with their data, in whatever order.
func TestContainersThatEnded(t *testing.T) {
	r := newFakeRig(t)
	mgmd, first, second := r.up()
	_ = r.driver.Close()
	list, err := r.daemon.ContainerList(t.Context(), client.ContainerListOptions{})
	if err != nil || len(list.Items) != 3 {
		t.Fatalf("%d containers run: %v", len(list.Items), err)
	}
	for _, c := range list.Items {
		if _, err := r.daemon.ContainerKill(t.Context(), c.ID, client.ContainerKillOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	r.daemon.Wait()
	r.open()
	if n := r.node(first); n.Status != engine.StatusDead || n.Err == "" || !n.HasData || !n.Active {
		t.Errorf("a data node whose container has ended is %+v: %s", n.Status, n.Err)
	}
	if o, err := r.driver.Observe(t.Context()); err != nil || !o.Formed || o.Serving {
		t.Errorf("the cluster was formed and is down: %v", err)
	}
	r.do(engine.StartNode{Slot: second}, engine.StartNode{Slot: first}, engine.StartNode{Slot: mgmd})
	r.do(engine.AwaitStarted{Slot: first}, engine.AwaitStarted{Slot: second}, engine.AwaitStarted{Slot: mgmd})
}

// TestForeignObjectsAreNotTouched: whatever their names are.
func TestForeignObjectsAreNotTouched(t *testing.T) {
	r := newFakeRig(t)
	r.do(engine.WriteConfig{Config: suiteSpec().Config()})
	slot := suiteSpec().Slots()[0]
	r.daemon.AddImage("other:1")
	foreign, err := r.daemon.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Name:   "rondb-demo-ndbmtd-1",
		Config: &container.Config{Image: "other:1", Labels: map[string]string{dockerdrv.LabelCluster: "another"}}, HostConfig: &container.HostConfig{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.try(engine.CreateNode{Slot: slot}); engine.KindOf(err) != engine.KindConflict || !strings.Contains(err.Error(), "not this cluster's") {
		t.Errorf("a name clash is %v", err)
	}
	if _, err := dockerdrv.Destroy(t.Context(), r.daemon, "demo", true); err != nil {
		t.Errorf("destroy: %v", err)
	}
	if _, err := r.daemon.ContainerInspect(t.Context(), foreign.ID, client.ContainerInspectOptions{}); err != nil {
		t.Errorf("a foreign container: %v", err)
	}
	if slices.ContainsFunc(r.daemon.Mutations(), func(call string) bool {
		return strings.HasSuffix(call, foreign.ID)
	}) {
		t.Error("a call changed a foreign container")
	}
}

// TestDownKeepsTheVolumes: a cluster that was taken down without them comes back.
func TestDownKeepsTheVolumes(t *testing.T) {
	r := newFakeRig(t)
	r.up()
	_ = r.driver.Close()
	removed, err := dockerdrv.Destroy(t.Context(), r.daemon, "demo", false)
	if want := (dockerdrv.Removed{Containers: 4, Networks: 1}); err != nil || removed != want {
		t.Fatalf("removed %+v, want %+v: %v", removed, want, err)
	}
	r.open()
	o, err := r.driver.Observe(t.Context())
	if err != nil || !o.Formed || o.Config == nil || !o.Nodes[0].HasData || o.Nodes[0].Status != engine.StatusAbsent {
		t.Fatalf("what is left of the cluster: %+v, %v", o.Nodes, err)
	}
}

// TestImageThatIsNotThere: pulling is for the caller to decide.
func TestImageThatIsNotThere(t *testing.T) {
	daemon := fakedocker.New()
	driver, err := dockerdrv.Open(t.Context(), daemon, dockerdrv.Options{Name: "demo", Image: "none:1", Agent: fakeProgram})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = driver.Close() }()
	err = driver.Do(t.Context(), engine.Step{Action: engine.WriteConfig{Config: suiteSpec().Config()}})
	if engine.KindOf(err) != engine.KindNotFound || !strings.Contains(err.Error(), "pull") {
		t.Errorf("a missing image is %v of kind %s", err, engine.KindOf(err))
	}
	if left, err := dockerdrv.Left(t.Context(), daemon, "demo"); err != nil || left != (dockerdrv.Removed{}) {
		t.Errorf("a refused cluster left %+v, %v", left, err)
	}
}
