package host

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
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
	endOnce sync.Once

	publishing sync.Mutex // makes one snapshot after the other
	ending     chan struct{}
}

// DriverSim is the name of the simulated cluster's driver.
const DriverSim = "sim"

// New wires a host. Nothing runs before Run.
func New(o Options) (*Host, error) {
	o.Speed = cmp.Or(o.Speed, 1)
	o.Workload = cmp.Or(o.Workload, "none")
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) //nolint:gosec // a seed, not a secret
	}
	if o.Journal == nil {
		o.Journal = &loop.MemoryJournal{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Host{options: o, out: newPublisher(), ending: make(chan struct{})}
	h.world = simdrv.New(simdrv.Config{Seed: o.Seed, Profile: simdrv.DemoProfile(), Base: time.Now()})
	h.front = sqlfront.New(sqlfront.Options{
		Sessions: func(server engine.NodeID) (*simdrv.Session, error) { return h.driver.OpenSession(server) },
		Observe:  func(context.Context) (engine.Observed, error) { return h.world.Observe(), nil },
	})
	h.driver = simdrv.NewDriver(h.world, simdrv.Options{Speed: o.Speed, Front: h.front})
	var err error
	if h.loop, err = loop.New(h.loopConfig()); err != nil {
		return nil, err
	}
	if h.load, err = newLoad(o, workload.NewSQLConnector(sqlUser, "")); err != nil {
		return nil, err
	}
	h.publish()
	return h, nil
}

// loopConfig says what the loop begins with. The world of a simulated cluster
// ended with the engine that it lived in.
func (h *Host) loopConfig() loop.Config {
	o := &h.options
	config := loop.Config{
		Name: o.Name, DriverName: DriverSim, Simulated: true, Seed: o.Seed,
		Driver: h.driver, Journal: o.Journal, LastEvent: o.LastEvent, State: o.State,
	}
	switch {
	case o.State.Spec != nil:
		config.Fresh, config.Next, config.NextSource = true, o.Spec, o.Source
	case o.Spec != nil:
		config.Spec = *o.Spec
	default:
		config.Spec = engine.DefaultSpec()
	}
	return config
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

// Listen gives a bell with room for one ring: there is a newer snapshot. It rings
// until stop is called.
func (h *Host) Listen() (bell <-chan struct{}, stop func()) { return h.out.listen() }

// Preview says what a request would do.
func (h *Host) Preview(ctx context.Context, request engine.Request) (engine.Preview, error) {
	return h.loop.Preview(ctx, request)
}

// Submit hands a request to the part of the engine that it is for.
func (h *Host) Submit(ctx context.Context, request engine.Request) error {
	defer h.publish()
	switch intent := request.Intent.(type) {
	case engine.SetLoad:
		if err := h.load.set(intent); err != nil {
			return err
		}
		h.loop.NoteNow(ctx, engine.Event{Actor: cmp.Or(request.By, engine.ActorLoad), Text: loadWords(intent)})
		return nil
	case engine.AuditLoad:
		if err := h.load.audit(ctx); err != nil {
			return err
		}
		h.loop.NoteNow(ctx, auditEvent(h.load.view().Ledger))
		return nil
	case engine.KillNode, engine.PauseNode, engine.IsolateNode:
		return h.breakIt(ctx, request)
	default:
		return h.loop.Submit(ctx, request)
	}
}

// breakIt measures what the fault does to the clients from the moment before it.
// Only a fault that the engine accepted gets its incident.
func (h *Host) breakIt(ctx context.Context, request engine.Request) error {
	words, targets := faultOf(request.Intent, h.loop.Latest())
	at := time.Now()
	if err := h.loop.Submit(ctx, request); err != nil {
		return err
	}
	h.load.mark(words, targets, at)
	return nil
}

// Logs reads lines of a node's log, as engine.LogReader says.
func (h *Host) Logs(ctx context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	reader, ok := engine.Driver(h.driver).(engine.LogReader)
	if !ok {
		return nil, engine.Errorf(engine.KindUnsupported, "read log", node, "the %s driver keeps no logs", DriverSim)
	}
	return reader.Logs(ctx, node, after, limit)
}

// Endpoints lists the MySQL servers with what a client needs to log in.
func (h *Host) Endpoints() []engine.Endpoint {
	var all []engine.Endpoint
	seen := &h.loop.Latest().Observed
	for i := range seen.Nodes {
		if n := &seen.Nodes[i]; n.Kind == engine.KindMySQL && n.Address != "" {
			all = append(all, engine.Endpoint{Node: n.ID, Address: n.Address, User: sqlUser, Up: n.Status == engine.StatusStarted})
		}
	}
	return all
}

// End audits the ledger a last time, gives the snapshot that tells the result,
// and asks whoever runs the host to end it (see Ending).
func (h *Host) End(ctx context.Context) (*engine.Snapshot, error) {
	last := h.FinalAudit(ctx)
	h.endOnce.Do(func() { close(h.ending) })
	return last, nil
}

// Ending is closed once somebody asked for the engine's end.
func (h *Host) Ending() <-chan struct{} { return h.ending }

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

// publish may be called from any goroutine: who was answered must see what the
// answer speaks of, so that a script's next command does.
func (h *Host) publish() {
	h.publishing.Lock()
	defer h.publishing.Unlock()
	view, cluster := h.load.view(), h.loop.Latest()
	if h.options.Record != nil {
		h.options.Record(cluster.Events)
	}
	h.out.publish(time.Now(), cluster, &view)
}
