package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/engine/validate"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
	"rondb-tui/host/serve"
	"rondb-tui/internal/enginegen"
)

// fakeEngine stands in for an engine behind a real control socket. It plans and
// judges as the engine does, and carries out nothing: an accepted desired state is
// one the cluster works towards until the test says otherwise. Set its fields
// before it is served.
type fakeEngine struct {
	refuse    func(engine.Request) error // before a request is carried out; nil refuses none
	logs      map[engine.NodeID][]engine.LogLine
	endpoints []engine.Endpoint

	mu       sync.Mutex
	snapshot *engine.Snapshot
	earlier  []engine.Spec
	requests []engine.Request // as submitted
	bells    map[chan struct{}]bool
}

// newFakeEngine is the engine of a settled cluster: data nodes 1, 2 | 4, 5,
// management server 65, MySQL servers 67 and 68.
func newFakeEngine() *fakeEngine {
	spec := engine.DefaultSpec()
	spec.ID = 1
	s := &engine.Snapshot{Rev: 1, At: enginegen.Now}
	s.Cluster = engine.ClusterView{
		Name: "demo", Driver: "sim", Simulated: true, Revision: 1, Spec: spec,
		State: engine.AtDesiredState, Health: engine.Healthy, Observed: enginegen.Settled(spec),
		Groups: []engine.GroupView{
			{ID: 0, Nodes: []engine.NodeID{1, 2}, Started: 2, MayLose: 1, MayLoseAtOnce: 1},
			{ID: 1, Nodes: []engine.NodeID{4, 5}, Started: 2, MayLose: 1, MayLoseAtOnce: 1},
		},
	}
	s.Load = engine.LoadView{Workload: "bank", Ready: true, Running: true, Rate: 200, Clients: 8, OpsPerSecond: 199.5, P50: 2 * time.Millisecond}
	s.Load.Ledger = engine.LedgerView{Acked: 100, Verified: 100, Verdict: engine.VerdictPass}
	return &fakeEngine{snapshot: s, bells: map[chan struct{}]bool{}}
}

// change publishes a changed snapshot.
func (f *fakeEngine) change(edit func(s *engine.Snapshot)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publish(edit)
}

func (f *fakeEngine) publish(edit func(s *engine.Snapshot)) {
	next := *f.snapshot
	next.Rev++
	edit(&next)
	f.snapshot = &next
	for bell := range f.bells {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// asked lists the intents that were submitted.
func (f *fakeEngine) asked() []engine.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]engine.Request(nil), f.requests...)
}

func (f *fakeEngine) Latest() *engine.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.snapshot
}

func (f *fakeEngine) Listen() (<-chan struct{}, func()) {
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

func (f *fakeEngine) Submit(_ context.Context, r engine.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r)
	if f.refuse != nil {
		if err := f.refuse(r); err != nil {
			return err
		}
	}
	preview, err := f.previewLocked(r)
	switch r.Intent.(type) {
	case engine.AuditLoad:
		f.publish(func(s *engine.Snapshot) { s.Load.Ledger.Audits++ })
		return nil
	case engine.SetSpec, engine.Undo:
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if r.Approved != "" && r.Approved != preview.Plan.Fingerprint {
		return engine.Errorf(engine.KindConflict, "change the desired state", 0, "the plan changed, look again")
	}
	f.earlier = append(f.earlier, f.snapshot.Cluster.Spec)
	f.publish(func(s *engine.Snapshot) {
		s.Cluster.Spec, s.Cluster.Revision, s.Cluster.State = preview.Spec, preview.Spec.ID, engine.WorkingTowards
	})
	return nil
}

func (f *fakeEngine) Preview(_ context.Context, r engine.Request) (engine.Preview, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.previewLocked(r)
}

func (f *fakeEngine) previewLocked(r engine.Request) (engine.Preview, error) {
	c := &f.snapshot.Cluster
	if r.Base != 0 && r.Base != c.Revision {
		return engine.Preview{}, engine.Errorf(engine.KindConflict, "take request", 0, "the desired state is at revision %d", c.Revision)
	}
	next := engine.Preview{Spec: c.Spec, Base: c.Revision}
	switch intent := r.Intent.(type) {
	case engine.SetSpec:
		next.Spec = intent.Spec
	case engine.Undo:
		if len(f.earlier) == 0 {
			return next, engine.Errorf(engine.KindDenied, "undo", 0, "there is no earlier desired state")
		}
		next.Spec = f.earlier[len(f.earlier)-1]
	}
	if _, retry := r.Intent.(engine.RetryNow); !retry {
		next.Spec.ID = c.Revision + 1
	}
	next.Problems = validate.Spec(next.Spec)
	change, notices := validate.Change(c.Spec, next.Spec, validate.Facts{EverRan: true})
	next.Problems, next.Notices = append(next.Problems, change...), notices
	if len(next.Problems) == 0 {
		next.Plan, next.Report = plan.Make(plan.Input{Spec: next.Spec, Revision: next.Spec.ID, Observed: c.Observed, Now: c.Observed.At})
	}
	return next, nil
}

func (f *fakeEngine) Logs(_ context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	lines, found := f.logs[node]
	if !found {
		return nil, engine.Errorf(engine.KindNotFound, "read log of node", node, "it has none")
	}
	for len(lines) > 0 && lines[0].Seq <= after {
		lines = lines[1:]
	}
	return lines[max(0, len(lines)-limit):], nil
}

func (f *fakeEngine) Endpoints() []engine.Endpoint { return f.endpoints }

func (f *fakeEngine) End(context.Context) (*engine.Snapshot, error) { return f.Latest(), nil }

// ownState gives the test state and runtime directories of its own, short enough
// for sockets.
func ownState(t *testing.T) paths.Roots {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // short: a socket's path has its limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // nothing depends on it
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("XDG_RUNTIME_DIR", dir+"/run")
	t.Setenv(clusterVariable, "")
	if err := os.Mkdir(dir+"/run", 0o700); err != nil {
		t.Fatal(err)
	}
	roots, err := paths.Find()
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// serveFake makes the test's process the owner of cluster "demo", with this engine
// behind its socket, until stop or the end of the test. Call ownState before.
func serveFake(t *testing.T, roots paths.Roots, f *fakeEngine) (stop func()) {
	t.Helper()
	place, err := roots.Cluster("demo")
	if err == nil {
		err = place.Make()
	}
	if err != nil {
		t.Fatal(err)
	}
	self, err := owner.Self("test", place.Socket, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := owner.Acquire(place.Lock, self)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := serve.Listen(place.Socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() {
		served <- serve.Run(ctx, listener, f, serve.Info{Cluster: "demo", Driver: "sim", Version: "test", PID: self.PID, Since: self.Since})
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// withFake serves an engine in a state of its own.
func withFake(t *testing.T) *fakeEngine {
	t.Helper()
	f := newFakeEngine()
	serveFake(t, ownState(t), f)
	return f
}

// outcome is what a command gave.
type outcome struct {
	code           int
	stdout, stderr string
}

// command runs the program once; no command may ever write an escape code here.
func command(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	o := outcome{code, stdout.String(), stderr.String()}
	if strings.ContainsAny(o.stdout+o.stderr, "\x1b\u009b") {
		t.Errorf("%v wrote an escape code off a terminal: %q", args, o.stdout+o.stderr)
	}
	return o
}

// expect runs the program and checks its exit code and what its outputs hold.
func expect(t *testing.T, code int, stdout, stderr string, args ...string) outcome {
	t.Helper()
	o := command(t, "", args...)
	o.check(t, args, code, stdout, stderr)
	return o
}

func (o outcome) check(t *testing.T, args []string, code int, stdout, stderr string) {
	t.Helper()
	if o.code != code || !strings.Contains(o.stdout, stdout) || !strings.Contains(o.stderr, stderr) {
		t.Errorf("%v: exit code %d, want %d\nstdout, want %q:\n%s\nstderr, want %q:\n%s", args, o.code, code, stdout, o.stdout, stderr, o.stderr)
	}
}

// eventually asks until the answer is yes, for ten seconds.
func eventually(holds func() bool) bool {
	for range 1000 {
		if holds() {
			return true
		}
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // what another process or goroutine prints has no bell
	}
	return false
}
