package host

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/simdrv"
	"rondb-tui/simdrv/sqlfront"
	"rondb-tui/workload"
)

// Host is one cluster's engine. See the package comment.
type Host struct {
	options Options
	world   *simdrv.World
	driver  *simdrv.Driver
	front   *sqlfront.Front
	loop    *loop.Loop
	load    *load
	out     *publisher
}

// New wires a host. Nothing runs before Run.
func New(o Options) (*Host, error) {
	o.Speed = cmp.Or(o.Speed, 1)
	o.Workload = cmp.Or(o.Workload, "none")
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) //nolint:gosec // a seed, not a secret
	}
	started := time.Now()
	h := &Host{options: o, out: newPublisher()}
	h.world = simdrv.New(simdrv.Config{Seed: o.Seed, Profile: simdrv.DemoProfile(), Base: started})
	h.front = sqlfront.New(sqlfront.Options{
		Sessions: func(server engine.NodeID) (*simdrv.Session, error) { return h.driver.OpenSession(server) },
		Observe:  func(context.Context) (engine.Observed, error) { return h.world.Observe(), nil },
	})
	h.driver = simdrv.NewDriver(h.world, simdrv.Options{Speed: o.Speed, Front: h.front})
	var err error
	h.loop, err = loop.New(loop.Config{
		Name: o.Name, DriverName: "sim", Simulated: true, Seed: o.Seed,
		Driver: h.driver, Journal: &loop.MemoryJournal{}, Spec: o.Spec,
	})
	if err != nil {
		return nil, err
	}
	if h.load, err = newLoad(o, workload.NewSQLConnector(sqlUser, "")); err != nil {
		return nil, err
	}
	h.publish()
	return h, nil
}

// Run runs the engine until ctx ends or a part of it fails, and returns when
// everything it started has ended: the load, then the loop, the driver, and the
// listeners.
func (h *Host) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	driver := begin(ctx, h.driver.Run, cancel)
	engineLoop := begin(ctx, h.loop.Run, cancel)
	follower := begin(ctx, h.follow, cancel)
	<-ctx.Done()
	err := errors.Join(follower.end(), engineLoop.end(), driver.end())
	h.front.Close()
	return err
}

// Latest gives the newest snapshot. It never blocks and never gives nil.
func (h *Host) Latest() *engine.Snapshot { return h.out.latest.Load() }

// Changed is a bell with room for one ring: there is a newer snapshot. It is for
// one listener.
func (h *Host) Changed() <-chan struct{} { return h.out.bell }

// Ready says whether a row has gone through every MySQL server since the start.
func (h *Host) Ready() bool {
	return h.load.ready.Load() || h.Latest().Cluster.Spec.NumManagedMysqldVms == 0
}

// Preview says what a request would do.
func (h *Host) Preview(ctx context.Context, request engine.Request) (engine.Preview, error) {
	return h.loop.Preview(ctx, request)
}

// Submit hands a request to the part of the engine that it is for.
func (h *Host) Submit(ctx context.Context, request engine.Request) error {
	switch intent := request.Intent.(type) {
	case engine.SetLoad:
		return h.load.set(intent)
	case engine.AuditLoad:
		return h.load.audit(ctx)
	case engine.KillNode:
		return h.kill(ctx, request, intent)
	default:
		return h.loop.Submit(ctx, request)
	}
}

// kill measures what the fault does to the clients from the moment before it.
// Only a kill that the engine accepted gets its incident.
func (h *Host) kill(ctx context.Context, request engine.Request, intent engine.KillNode) error {
	fault, at := faultWords(intent, h.loop.Latest()), time.Now()
	if err := h.loop.Submit(ctx, request); err != nil {
		return err
	}
	h.load.mark(fault, intent.Targets, at)
	return nil
}

// FinalAudit stops the load, checks every receipt a last time within its own
// time limit, and gives the snapshot that tells the result.
func (h *Host) FinalAudit(ctx context.Context) *engine.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, auditLimit)
	defer cancel()
	h.load.finalAudit(ctx)
	last := *h.Latest()
	last.Load = h.load.view()
	return &last
}

func (h *Host) publish() {
	view := h.load.view()
	h.out.publish(time.Now(), h.loop.Latest(), &view)
}
