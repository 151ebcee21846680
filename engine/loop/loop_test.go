package loop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// fakeDriver puts a fakeWorld behind the port, with durations: an effect takes
// 10 ms, a start 500 ms, a look 1 ms.
type fakeDriver struct {
	mu       sync.Mutex
	world    *fakeWorld
	looks    int
	inFlight int
	bell     chan struct{}
	lookFor  time.Duration // how long a look takes after it has seen
	linger   time.Duration // how long a cancelled step still takes
}

func newDriver() *fakeDriver {
	return &fakeDriver{world: newWorld(), bell: make(chan struct{}, 1), lookFor: time.Millisecond}
}

func (d *fakeDriver) Wake() <-chan struct{} { return d.bell }

func (d *fakeDriver) ring() {
	select {
	case d.bell <- struct{}{}:
	default:
	}
}

func (d *fakeDriver) Observe(ctx context.Context) (engine.Observed, error) {
	d.mu.Lock()
	d.looks++
	seen := d.world.observe(time.Now())
	d.mu.Unlock()
	return seen, sleep(ctx, d.lookFor)
}

func (d *fakeDriver) Do(ctx context.Context, step engine.Step) error {
	d.enter(1)
	defer d.enter(-1)
	takes := 10 * time.Millisecond
	if engine.IsAwait(step.Action) {
		takes = 500 * time.Millisecond
	}
	if err := sleep(ctx, takes); err != nil {
		time.Sleep(d.linger)
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.ring()
	return d.world.do(step)
}

func (d *fakeDriver) enter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inFlight += n
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// breakable adds the capability to break things, and notes how it is used.
type breakable struct {
	*fakeDriver
	calls *[]string
}

func newBreakable() breakable { return breakable{newDriver(), new([]string)} }

func (d breakable) call(format string, args ...any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.calls = append(*d.calls, fmt.Sprintf(format, args...))
	return nil
}

func (d breakable) Pause(_ context.Context, node engine.NodeID, lease time.Duration) error {
	if node == 68 {
		return engine.Errorf(engine.KindConflict, "pause node", node, "it is paused already")
	}
	return d.call("pause %d %s", node, lease)
}

func (d breakable) Resume(_ context.Context, node engine.NodeID) error {
	return d.call("resume %d", node)
}

func (d breakable) Isolate(_ context.Context, node engine.NodeID, lease time.Duration) error {
	return d.call("isolate %d %s", node, lease)
}

func (d breakable) Heal(_ context.Context, nodes []engine.NodeID) error {
	return d.call("heal %v", nodes)
}

func (d breakable) Kill(_ context.Context, nodes []engine.NodeID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.world.kill(nodes...)
	d.ring()
	return nil
}

// started gives a running loop over a driver; it is ended with the test.
func started(t *testing.T, driver engine.Driver, journal Journal) (loop *Loop, end func() error) {
	t.Helper()
	loop, err := New(Config{Name: "demo", DriverName: "fake", Spec: engine.DefaultSpec(), Driver: driver, Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop.Run(ctx) }()
	return loop, func() error {
		cancel()
		return <-ended
	}
}

// until waits for a view that fits, and fails the test if none comes.
func until(t *testing.T, loop *Loop, what string, fits func(*engine.ClusterView) bool) *engine.ClusterView {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		if view := loop.Latest(); fits(view) {
			return view
		}
		select {
		case <-loop.Changed():
		case <-limit:
			view := loop.Latest()
			t.Fatalf("never %s, but %s: %s\n%s", what, view.State, view.Reason, eventTexts(view.Events))
		}
	}
}

func atDesired(revision engine.Revision) func(*engine.ClusterView) bool {
	return func(v *engine.ClusterView) bool { return v.State == engine.AtDesiredState && v.Revision == revision }
}

func TestLoopStartsScalesAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver, journal := newBreakable(), &MemoryJournal{}
		loop, end := started(t, driver, journal)
		if loop.Latest() == nil {
			t.Fatal("no view right after New")
		}
		request := engine.Request{Intent: engine.Scale{Target: engine.ScaleReplicas, Delta: 1}, By: engine.ActorYou}
		until(t, loop, "started", atDesired(1))

		preview, err := loop.Preview(t.Context(), request)
		if err != nil || preview.Plan.Empty() {
			t.Fatalf("preview %+v, error %v", preview, err)
		}
		request.Base, request.Approved = preview.Base, preview.Plan.Fingerprint
		if err := loop.Submit(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if err := loop.Submit(t.Context(), request); engine.KindOf(err) != engine.KindConflict {
			t.Errorf("the same request again: %v, want a conflict", err)
		}
		if got := loop.Latest().Revision; got != 2 {
			t.Errorf("accepted, but the view is of revision %d", got)
		}
		until(t, loop, "scaled", atDesired(2))

		if err := loop.Submit(t.Context(), engine.Request{Intent: engine.KillNode{Targets: []engine.NodeID{6}}}); err != nil {
			t.Fatal(err)
		}
		until(t, loop, "hurt", func(v *engine.ClusterView) bool { return v.Health == engine.AtRisk })
		healed := until(t, loop, "healed", atDesired(2))
		if healed.Health != engine.Healthy || healed.Groups[1].Started != 3 {
			t.Errorf("healed: %s, %+v", healed.Health, healed.Groups)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		if state, err := Replay(journal.Entries()); err != nil || state.Revision != 2 {
			t.Errorf("the journal gives revision %d, error %v", state.Revision, err)
		}
	})
}

// TestLoopEndsCleanly cancels in the middle of a run: when Run returns nothing of
// it is in flight, and whoever asks learns that the engine is over.
func TestLoopEndsCleanly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newDriver()
		driver.linger = time.Second
		loop, end := started(t, driver, &MemoryJournal{})
		until(t, loop, "running", func(v *engine.ClusterView) bool { return v.Run.Active && v.Run.Done > 3 })
		synctest.Wait() // the next steps have begun
		if err := end(); err != nil {
			t.Error(err)
		}
		if driver.enter(0); driver.inFlight != 0 {
			t.Errorf("%d steps in flight after the end", driver.inFlight)
		}
		err := loop.Submit(t.Context(), engine.Request{Intent: engine.RetryNow{}})
		if engine.KindOf(err) != engine.KindTerminal {
			t.Errorf("after the end: %v", err)
		}
		if loop.Latest() == nil {
			t.Error("no view after the end")
		}
	})
}

func TestLoopNeverSeesTheCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop, err := New(Config{Spec: engine.DefaultSpec(), Driver: newDriver(), Journal: &MemoryJournal{}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = loop.Preview(ctx, engine.Request{Intent: engine.RetryNow{}})
		if engine.KindOf(err) != engine.KindTransient || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("preview of a loop that does not run: %v", err)
		}
	})
}

// TestNothingIsDoneTwice has looks that take long: one that is under way when a
// run ends shows the world as it was before. Nothing may be planned on it.
func TestNothingIsDoneTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newDriver()
		driver.lookFor = 700 * time.Millisecond
		loop, end := started(t, driver, &MemoryJournal{})
		view := until(t, loop, "started", atDesired(1))
		if err := end(); err != nil {
			t.Error(err)
		}
		for _, step := range view.Run.Plan.Steps {
			if n := driver.world.count(step.Action); n != 1 && step.Action.Node() != 0 {
				t.Errorf("%s: done %d times", step.Action, n)
			}
		}
	})
}

// TestBurstsCostOneLook rings the bell a thousand times within 10 ms.
func TestBurstsCostOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newDriver()
		loop, end := started(t, driver, &MemoryJournal{})
		until(t, loop, "started", atDesired(1))
		time.Sleep(time.Second)
		before := driver.looked()
		for range 1000 {
			driver.ring()
			time.Sleep(10 * time.Microsecond)
		}
		time.Sleep(200 * time.Millisecond)
		if looks := driver.looked() - before; looks < 1 || looks > 2 {
			t.Errorf("%d looks for one burst", looks)
		}
		before = driver.looked()
		time.Sleep(20 * time.Second)
		if looks := driver.looked() - before; looks < 9 || looks > 11 {
			t.Errorf("%d looks in 20 s without a bell, want one every 2 s", looks)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func (d *fakeDriver) looked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.looks
}

// TestLoopRetriesByItself mends a broken node while the loop pauses between runs:
// the timer alone brings it back.
func TestLoopRetriesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newDriver()
		driver.world.broken[67] = engine.Errorf(engine.KindTerminal, "create MySQL server", 67, "no such image")
		loop, end := started(t, driver, &MemoryJournal{})
		until(t, loop, "failing", func(v *engine.ClusterView) bool {
			return v.Run.Attempt > 0 && strings.Contains(eventTexts(v.Events), "no such image")
		})
		driver.mu.Lock()
		delete(driver.world.broken, 67)
		driver.mu.Unlock()
		until(t, loop, "started", atDesired(1))
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	illegal := engine.DefaultSpec()
	illegal.NumNodeGroups = 0
	_, err := New(Config{Spec: illegal, Driver: newDriver(), Journal: &MemoryJournal{}})
	var problems engine.Problems
	if engine.KindOf(err) != engine.KindDenied || !errors.As(err, &problems) {
		t.Errorf("an illegal desired state: %v", err)
	}
	if _, err := New(Config{Spec: engine.DefaultSpec()}); engine.KindOf(err) != engine.KindInternal {
		t.Errorf("no ports: %v", err)
	}
}
