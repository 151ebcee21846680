package dockerdrv_test

import (
	"context"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/dockerdrv"
	"rondb-tui/dockerdrv/fakedocker"
	"rondb-tui/dockerdrv/netcut"
	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

// fakeSpeed is how much quicker than life the processes of the fake containers are.
const fakeSpeed = 20

// fakeCluster is what runs in the containers of a fake daemon: agents as they are
// for the driver, whose processes live in a simulated world.
type fakeCluster struct {
	t     testing.TB
	ctx   context.Context // of the world; outlives the test's own
	world *simdrv.World
	sim   *simdrv.Driver

	mu      sync.Mutex
	changed chan struct{}
	seen    engine.Observed
	base    map[engine.NodeID]uint64 // starts in volumes that are gone
	agents  int                      // drawn so far
}

// newFakeCluster makes a daemon and the world behind it, with the slots of spec.
func newFakeCluster(t testing.TB, spec engine.Spec) *fakedocker.Daemon {
	t.Helper()
	world := simdrv.New(simdrv.Config{Seed: 1, Profile: simdrv.DemoProfile()})
	f := &fakeCluster{
		t: t, world: world, sim: simdrv.NewDriver(world, simdrv.Options{Speed: fakeSpeed}),
		changed: make(chan struct{}), base: map[engine.NodeID]uint64{},
	}
	daemon := fakedocker.New()
	daemon.Run, daemon.Removed = f.run, f.removed
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	f.ctx = ctx
	var work sync.WaitGroup
	work.Go(func() { _ = f.sim.Run(ctx) })
	if err := f.do(ctx, engine.WriteConfig{Config: spec.Config()}); err != nil {
		t.Fatal(err)
	}
	f.look()
	work.Go(func() { f.follow(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
	})
	return daemon
}

func (f *fakeCluster) do(ctx context.Context, action engine.Action) error {
	return f.sim.Do(ctx, engine.Step{Action: action, Cause: "the fake agent was asked"})
}

// follow shows every change of the world to the agents.
func (f *fakeCluster) follow(ctx context.Context) {
	beat := time.NewTicker(100 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-f.sim.Wake():
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		f.look()
	}
}

func (f *fakeCluster) look() {
	seen := f.world.Observe()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = seen
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeCluster) node(id engine.NodeID) engine.NodeObservation {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, found := f.seen.Node(id)
	if !found {
		f.t.Errorf("the fake world has no node %d", id)
		return engine.NodeObservation{}
	}
	return *n
}

// removed is told of containers and volumes that are gone.
func (f *fakeCluster) removed(kind string, labels map[string]string) {
	id, err := strconv.Atoi(labels[dockerdrv.LabelNode])
	if err != nil || labels[dockerdrv.LabelRole] != dockerdrv.RoleNode {
		return
	}
	node := f.node(engine.NodeID(id))
	if node.Status.Running() { // a container takes its process along
		_ = f.sim.Kill(f.ctx, []engine.NodeID{node.ID})
	}
	if err := f.do(f.ctx, engine.RemoveNode{Slot: node.Slot, DropVolume: kind == "volume"}); err != nil {
		f.t.Errorf("remove %s: %v", node.Slot, err)
	}
	if kind == "volume" {
		f.mu.Lock()
		f.base[node.ID] = node.Incarnation
		f.mu.Unlock()
	}
	f.look()
}

// run is the first process of a container.
func (f *fakeCluster) run(c fakedocker.Container) {
	if c.Labels[dockerdrv.LabelRole] == dockerdrv.RoleCut {
		c.Exit(f.cut(c))
		return
	}
	bundle, err := agentproto.ReadBundle(c.Stdin)
	if err != nil {
		c.Exit(2)
		return
	}
	slot := f.node(engine.NodeID(bundle.Node)).Slot
	a, err := f.newAgent(bundle, slot)
	if err != nil {
		f.t.Errorf("agent of %s: %v", slot, err)
		c.Exit(2)
		return
	}
	go func() { _ = a.server.Serve(c.Agent) }()
	kill := <-c.Stopped
	if slot.Kind == engine.KindAPI {
		a.endAPI(kill)
	} else if f.node(slot.ID).Status.Running() {
		_ = f.sim.Kill(f.ctx, []engine.NodeID{slot.ID})
	}
	close(a.ended)
	a.server.Stop()
	c.Exit(137)
}

// cut is the helper of a network cut.
func (f *fakeCluster) cut(c fakedocker.Container) int {
	if len(c.Args) != 3 || c.Args[0] != netcut.Command {
		f.t.Errorf("a helper has the arguments %q", c.Args)
		return 2
	}
	if _, err := netip.ParsePrefix(c.Args[1]); err != nil {
		f.t.Error(err)
	}
	ms, err := strconv.Atoi(c.Args[2])
	if err != nil {
		f.t.Error(err)
	}
	id, err := strconv.Atoi(c.Labels[dockerdrv.LabelNode])
	if err != nil {
		f.t.Error(err)
	}
	if err := f.world.Isolate(engine.NodeID(id), time.Duration(ms)*time.Millisecond); err != nil {
		_, _ = io.WriteString(c.Stdout, netcut.Failed+err.Error()+"\n")
		return 1
	}
	_, _ = io.WriteString(c.Stdout, netcut.Done+"\n")
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c.Stdin)
		close(gone)
	}()
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond / fakeSpeed):
	case <-c.Stopped:
	case <-gone:
	}
	f.world.Heal(engine.NodeID(id))
	return 0
}

// agent is one fake agent.
type agent struct {
	agentproto.UnimplementedAgentServer
	f       *fakeCluster
	slot    engine.Slot
	bundle  agentproto.Bundle
	session string
	server  *grpc.Server
	ended   chan struct{}

	mu    sync.Mutex
	epoch uint64
	told  uint64 // the last event of the world
}

func (f *fakeCluster) newAgent(bundle agentproto.Bundle, slot engine.Slot) (*agent, error) {
	tls, err := bundle.Credentials.ServerTLS(bundle.Cluster, nil)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.agents++
	session := strconv.Itoa(f.agents)
	f.mu.Unlock()
	a := &agent{f: f, slot: slot, bundle: bundle, session: session, epoch: bundle.Epoch, ended: make(chan struct{})}
	a.server = grpc.NewServer(grpc.Creds(credentials.NewTLS(tls)))
	agentproto.RegisterAgentServer(a.server, a)
	if err := f.do(f.ctx, engine.CreateNode{Slot: slot}); err != nil {
		return nil, err
	}
	if slot.Kind == engine.KindAPI {
		err = f.do(f.ctx, engine.StartNode{Slot: slot})
	}
	f.look()
	return a, err
}

func (a *agent) endAPI(kill bool) {
	if kill {
		_ = a.f.sim.Kill(a.f.ctx, []engine.NodeID{a.slot.ID})
		return
	}
	_ = a.f.do(a.f.ctx, engine.StopNode{Slot: a.slot})
	_ = a.f.do(a.f.ctx, engine.AwaitDown{Slot: a.slot})
}

// fenced refuses calls of older engines.
func (a *agent) fenced(call *agentproto.Call) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if call.GetEpoch() < a.epoch {
		return status.Errorf(codes.FailedPrecondition, "epoch %d is over, %d is known", call.GetEpoch(), a.epoch)
	}
	if call.GetKey() == "" {
		return status.Error(codes.InvalidArgument, "a call without a key")
	}
	a.epoch = call.GetEpoch()
	return nil
}

// coded gives an error of the world the code that an agent would.
func coded(err error) error {
	if err == nil {
		return nil
	}
	code := codes.Internal
	switch engine.KindOf(err) {
	case engine.KindTransient:
		code = codes.Unavailable
	case engine.KindConflict:
		code = codes.Aborted
	case engine.KindDenied:
		code = codes.PermissionDenied
	case engine.KindInvalid:
		code = codes.InvalidArgument
	case engine.KindNotFound:
		code = codes.NotFound
	case engine.KindUnsupported:
		code = codes.Unimplemented
	default:
	}
	return status.Error(code, strings.TrimSpace(err.Error()))
}
