package dockerdrv_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"rondb-tui/dockerdrv"
	"rondb-tui/engine"
)

// mutates says whether a call of the daemon changes something.
func mutates(method string) bool {
	for _, verb := range []string{"Create", "Start", "Stop", "Kill", "Remove", "Load", "CopyTo"} {
		if strings.Contains(method, verb) {
			return true
		}
	}
	return false
}

// life is what an engine does in the test of its death: it makes two nodes, starts
// one, and removes the other with its volume.
func (r *fakeRig) life() error {
	slots := suiteSpec().Slots()
	data, mgmd := slots[0], slots[3]
	return errors.Join(
		r.try(engine.WriteConfig{Config: suiteSpec().Config()}),
		r.try(engine.CreateNode{Slot: mgmd}),
		r.try(engine.CreateNode{Slot: data}),
		r.try(engine.StartNode{Slot: mgmd}),
		r.try(engine.AwaitStarted{Slot: mgmd}),
		r.try(engine.RemoveNode{Slot: data, DropVolume: true}),
	)
}

// TestDeathAtEveryCall: wherever an engine dies, the next one gets to the same
// end, and nothing is left when the cluster is removed, also if that is cut short.
func TestDeathAtEveryCall(t *testing.T) {
	calls := int64(1)
	for died := true; died; calls++ {
		died = false
		r := newFakeRig(t)
		var count atomic.Int64
		dead := errors.New("the engine is dead")
		r.daemon.Fail = func(method, _ string) error {
			if mutates(method) && count.Add(1) >= calls {
				return dead
			}
			return nil
		}
		if r.life() != nil {
			died = true
		}
		_ = r.driver.Close()
		r.daemon.Fail = nil
		r.open()
		if err := r.life(); err != nil {
			t.Fatalf("after a death at call %d: %v", calls, err)
		}
		_ = r.driver.Close()
		count.Store(0)
		r.daemon.Fail = func(method, _ string) error {
			if mutates(method) && count.Add(1) >= calls {
				return dead
			}
			return nil
		}
		_, _ = dockerdrv.Destroy(t.Context(), r.daemon, "demo", true)
		r.daemon.Fail = nil
		if _, err := dockerdrv.Destroy(t.Context(), r.daemon, "demo", true); err != nil {
			t.Fatalf("a removal after one that ended at call %d: %v", calls, err)
		}
		if left, err := dockerdrv.Left(t.Context(), r.daemon, "demo"); err != nil || left != (dockerdrv.Removed{}) {
			t.Fatalf("after a death at call %d there is left: %+v, %v", calls, left, err)
		}
	}
	if calls < 15 {
		t.Errorf("the engine died at %d calls only", calls)
	}
	t.Logf("%d deaths", calls-2)
}

// TestAContainerRemovedByHand is absent at the next look, which a bell asks for;
// its data is still there.
func TestAContainerRemovedByHand(t *testing.T) {
	r := newFakeRig(t)
	_, first, _ := r.up()
	list, err := r.daemon.ContainerList(t.Context(), client.ContainerListOptions{
		Filters: make(client.Filters).Add("label", dockerdrv.LabelNode+"="+first.ID.String()),
	})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%d containers: %v", len(list.Items), err)
	}
	r.node(first)
	select {
	case <-r.driver.Wake():
	default:
	}
	if _, err := r.daemon.ContainerRemove(t.Context(), list.Items[0].ID, client.ContainerRemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	for r.node(first).Status != engine.StatusAbsent { // the test's deadline is the limit
		<-r.driver.Wake()
	}
	if n := r.node(first); n.Status != engine.StatusAbsent || !n.HasData || n.Incarnation != 1 {
		t.Errorf("it is %s, with data %v, incarnation %d", n.Status, n.HasData, n.Incarnation)
	}
	r.do(engine.AwaitFailureHandled{Slot: first}, engine.CreateNode{Slot: first}, engine.StartNode{Slot: first}, engine.AwaitStarted{Slot: first})
	if n := r.node(first); n.Incarnation != 2 {
		t.Errorf("its second start is incarnation %d", n.Incarnation)
	}
}

// TestAnEndThatTheListLearnsLate: a daemon tells that a container has ended before
// its list says so. The bell rings until a look sees it.
func TestAnEndThatTheListLearnsLate(t *testing.T) {
	r := newFakeRig(t)
	r.daemon.LateLists = 3
	mgmd := suiteSpec().Slots()[3]
	r.do(engine.WriteConfig{Config: suiteSpec().Config()}, engine.CreateNode{Slot: mgmd})
	r.do(engine.StartNode{Slot: mgmd}, engine.AwaitStarted{Slot: mgmd})
	if err := r.driver.Isolate(t.Context(), mgmd.ID, time.Second); err != nil {
		t.Fatal(err)
	}
	limit := time.After(20 * time.Second)
	for r.node(mgmd).Isolated {
		select {
		case <-r.driver.Wake():
		case <-limit:
			t.Fatal("the end of the lease was never seen")
		}
	}
	if n := r.node(mgmd); n.Status != engine.StatusStarted || n.Lease != nil {
		t.Errorf("after the lease it is %s, lease %+v", n.Status, n.Lease)
	}
}
