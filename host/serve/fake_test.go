package serve_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/serve"
)

// patience is how long a test waits for what should come at once.
const patience = 10 * time.Second

// fake is an engine that does what a test says.
type fake struct {
	submit  func(context.Context, engine.Request) error
	preview func(context.Context, engine.Request) (engine.Preview, error)
	end     func(context.Context) (*engine.Snapshot, error)

	mu     sync.Mutex
	latest *engine.Snapshot
	events []engine.Event
	bells  map[chan struct{}]bool
	lines  map[engine.NodeID][]engine.LogLine
	panics bool
}

func newFake() *fake {
	f := &fake{bells: map[chan struct{}]bool{}, lines: map[engine.NodeID][]engine.LogLine{}}
	f.publish(0)
	return f
}

// publish makes the next snapshot, with so many new events. Its revision is its
// state: what a reader must not miss the last of.
func (f *fake) publish(events int) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := &engine.Snapshot{Rev: 1}
	if f.latest != nil {
		next.Rev = f.latest.Rev + 1
	}
	for range events {
		seq := uint64(1)
		if len(f.events) > 0 {
			seq = f.events[len(f.events)-1].Seq + 1
		}
		f.events = append(f.events, engine.Event{Seq: seq, Actor: engine.ActorNode, Text: fmt.Sprintf("event %d", seq)})
	}
	f.events = f.events[max(0, len(f.events)-engine.MaxRecentEvents):]
	next.Cluster.Revision = engine.Revision(next.Rev)
	next.Cluster.Observed = observed()
	next.Cluster.Events = slices.Clip(f.events)
	f.latest = next
	for bell := range f.bells {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
	return next.Rev
}

// observed is a cluster of 12 nodes.
func observed() engine.Observed {
	var o engine.Observed
	for id := range 12 {
		o.Nodes = append(o.Nodes, engine.NodeObservation{
			Slot:   engine.Slot{ID: engine.NodeID(id + 1), Kind: engine.KindData, Group: engine.GroupID(id % 4)},
			Status: engine.StatusStarted, Incarnation: 3, Version: "24.10.1", Address: fmt.Sprintf("127.0.0.1:%d", 13000+id),
		})
	}
	return o
}

func (f *fake) write(node engine.NodeID, count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range count {
		seq := uint64(len(f.lines[node]) + 1)
		f.lines[node] = append(f.lines[node], engine.LogLine{Seq: seq, Node: node, Text: fmt.Sprintf("line %d", seq)})
	}
}

func (f *fake) Submit(ctx context.Context, r engine.Request) error { return f.submit(ctx, r) }

func (f *fake) Preview(ctx context.Context, r engine.Request) (engine.Preview, error) {
	return f.preview(ctx, r)
}

func (f *fake) End(ctx context.Context) (*engine.Snapshot, error) { return f.end(ctx) }

func (f *fake) Endpoints() []engine.Endpoint {
	return []engine.Endpoint{{Node: 50, Address: "127.0.0.1:3306", User: "root", Password: "secret", Up: true}}
}

func (f *fake) Latest() *engine.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.panics {
		panic("a bug")
	}
	return f.latest
}

func (f *fake) latestPanics(so bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.panics = so
}

func (f *fake) Listen() (<-chan struct{}, func()) {
	bell := make(chan struct{}, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bells[bell] = true
	return bell, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.bells, bell)
	}
}

// listeners counts the streams that wait for news.
func (f *fake) listeners() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.bells)
}

func (f *fake) Logs(_ context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines, found := f.lines[node]
	if !found {
		return nil, engine.Errorf(engine.KindNotFound, "read the log of node", node, "it has none")
	}
	lines = lines[min(after, uint64(len(lines))):]
	return slices.Clone(lines[max(0, len(lines)-limit):]), nil
}

// rig is an engine behind a socket.
type rig struct {
	*fake
	t      testing.TB
	socket string
	end    func() // as often as one likes; waits
}

func since() time.Time { return time.UnixMilli(1_700_000_000_123) }

// run serves a fake engine until the test ends.
func run(t testing.TB) *rig {
	t.Helper()
	f := newFake()
	return runAs(t, f, f)
}

// runAs serves an engine that is made of a fake one.
func runAs(t testing.TB, f *fake, e serve.Engine) *rig {
	t.Helper()
	r := &rig{fake: f, t: t, socket: socketPath(t)}
	listener, err := serve.Listen(r.socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() {
		ended <- serve.Run(ctx, listener, e, serve.Info{Cluster: "demo", Driver: "sim", Version: "1.2.3", PID: 4711, Since: since()})
	}()
	r.end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	t.Cleanup(r.end)
	return r
}

// socketPath is a path in a directory of the test's own.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "s")
}

func (r *rig) dial() *control.Client {
	r.t.Helper()
	return dial(r.t, r.socket)
}

func dial(t testing.TB, socket string) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func (r *rig) follow() *control.Client {
	r.t.Helper()
	c := r.dial()
	if err := c.Follow(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return c
}

// until waits for a snapshot that satisfies the condition.
func until(t testing.TB, c *control.Client, what string, holds func(*engine.Snapshot) bool) *engine.Snapshot {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		if s := c.Latest(); holds(s) {
			return s
		}
		select {
		case <-c.Changed():
		case <-limit.C:
			t.Fatalf("waited in vain until %s: revision %d", what, c.Latest().Rev)
		}
	}
}

// eventually waits for a condition that nothing announces.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !holds(); {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain until %s", what)
		}
		pause := time.NewTimer(time.Millisecond)
		<-pause.C
	}
}
