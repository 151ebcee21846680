package dockerdrv

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
	"rondb-tui/rondb/config"
)

// Options of a Driver.
type Options struct {
	Name  engine.ClusterName
	Image string      // a reference, or StubImage
	Agent AgentSource // the agent's program
	Size  config.Size // of the containers; not used with the stub image
	// Heartbeats is how soon a silent data node is missed.
	Heartbeats config.Heartbeats
	// Parameters are overrides in config.ini, of those that rondb/config allows.
	Parameters map[string]string
	Version    string           // of this program's build, told to the agents
	Log        *slog.Logger     // nil: nowhere
	Now        func() time.Time // nil: the system's clock
	Random     io.Reader        // for the cluster's uuid and passwords; nil: the system's
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
}

// Driver is one cluster in Docker containers. It is an engine.Driver, an
// engine.FaultInjector and an engine.LogReader; make it with Open and end it with
// Close.
type Driver struct {
	api  API
	opts Options
	bell chan struct{}

	ctx  context.Context // of everything that outlives a call; ends with Close
	stop context.CancelFunc
	work sync.WaitGroup

	making sync.Mutex // held while the cluster's own objects are made
	found  atomic.Pointer[cluster]
	img    *imageOnce

	board  *board
	locks  nodeLocks
	starts chan struct{} // bounds how many containers start at once
	calls  atomic.Uint64 // numbers the keys of agent calls
	run    string        // drawn at Open, part of those keys
}

// cluster is what a driver knows of its cluster once it exists.
type cluster struct {
	id    identity
	store *metaStore
	epoch uint64
	keys  agentproto.Credentials // the engine's
}

// startsAtOnce is how many containers start next to each other: more only queue
// in the daemon.
const startsAtOnce = 4

// Open finds the cluster of a name, or prepares for one that does not exist: it
// is made by the first WriteConfig. Opening a cluster raises its epoch, so that
// agents refuse every engine that had it open before.
func Open(ctx context.Context, api API, opts Options) (*Driver, error) {
	opts = opts.withDefaults()
	run := make([]byte, 8)
	if _, err := io.ReadFull(opts.Random, run); err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "draw a number", 0, "%w", err)
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	d := &Driver{
		api: api, opts: opts, bell: make(chan struct{}, 1), ctx: life, stop: stop, //nolint:containedctx // the driver's life
		img: &imageOnce{}, starts: make(chan struct{}, startsAtOnce), run: hex.EncodeToString(run),
	}
	d.board = newBoard(opts.Now, d.ring)
	if err := d.adopt(ctx); err != nil {
		stop()
		return nil, err
	}
	d.work.Go(d.followEvents)
	return d, nil
}

// adopt takes the cluster of our name that exists, if there is one.
func (d *Driver) adopt(ctx context.Context) error {
	uuid, err := d.theUUID(ctx)
	if err != nil || uuid == "" {
		return err
	}
	id := identity{uuid: uuid, name: d.opts.Name}
	store, err := openMeta(ctx, d.api, id)
	if err != nil {
		return err
	}
	if store == nil {
		if store, err = d.reopenMeta(ctx, id); err != nil {
			return err
		}
	}
	if store == nil {
		// An interrupted first run or removal: the objects are known by their
		// labels, but there is no cluster. The next WriteConfig goes on from here.
		d.board.leftover = uuid
		return nil
	}
	return d.take(ctx, id, store)
}

// theUUID finds the uuid of the cluster of our name; "" if there is none.
func (d *Driver) theUUID(ctx context.Context) (string, error) {
	clusters, err := List(ctx, d.api, d.opts.Name)
	if err != nil || len(clusters) == 0 {
		return "", err
	}
	if len(clusters) > 1 {
		return "", engine.Errorf(engine.KindConflict, "look for the cluster", 0,
			"%d clusters have the name %s; take the name down and begin anew", len(clusters), d.opts.Name)
	}
	return clusters[0].UUID, nil
}

// reopenMeta reaches a meta volume that has lost its helper: a cluster that was
// taken down and kept its volumes.
func (d *Driver) reopenMeta(ctx context.Context, id identity) (*metaStore, error) {
	_, err := d.api.VolumeInspect(ctx, id.metaVolume(), client.VolumeInspectOptions{})
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, failed("read the meta volume", 0, err)
	}
	img, err := d.theImage(ctx)
	if err != nil {
		return nil, err
	}
	s := &metaStore{api: d.api, id: id}
	if err := s.helper(ctx, img.ref); err != nil {
		return nil, failed("read the meta volume", 0, err)
	}
	return s.load(ctx)
}

// take makes this engine the owner of a cluster.
func (d *Driver) take(ctx context.Context, id identity, store *metaStore) error {
	if err := store.update(ctx, func(m *Meta) { m.Epoch++ }); err != nil {
		return err
	}
	m := store.meta()
	keys, err := m.Authority.Engine(d.opts.Now())
	if err != nil {
		return engine.Errorf(engine.KindTerminal, "make the engine's keys", 0, "%w", err)
	}
	d.found.Store(&cluster{id: id, store: store, epoch: m.Epoch, keys: keys})
	return nil
}

// Wake rings when something changed.
func (d *Driver) Wake() <-chan struct{} { return d.bell }

func (d *Driver) ring() {
	select {
	case d.bell <- struct{}{}:
	default: // it rings already
	}
}

// Close ends everything the driver started. Containers go on.
func (d *Driver) Close() error {
	d.stop()
	d.work.Wait()
	d.board.disconnect()
	return nil
}

// Meta gives what the meta volume holds; nil before the cluster exists. It must
// not be changed.
func (d *Driver) Meta() *Meta {
	c := d.found.Load()
	if c == nil {
		return nil
	}
	return c.store.meta()
}

// SaveDesired keeps the desired state with the cluster. Before the first
// WriteConfig there is nowhere to keep it: KindNotFound.
func (d *Driver) SaveDesired(ctx context.Context, revision engine.Revision, desired []byte) error {
	c := d.found.Load()
	if c == nil {
		return engine.Errorf(engine.KindNotFound, "keep the desired state", 0, "the cluster has no meta volume yet")
	}
	return c.store.update(ctx, func(m *Meta) { m.Revision, m.Desired = revision, desired })
}

// nodeLocks lets one step at a time work on a node.
type nodeLocks struct {
	mu    sync.Mutex
	nodes map[engine.NodeID]chan struct{}
}

// lock waits for a node; the caller calls unlock, unless there is an error.
func (l *nodeLocks) lock(ctx context.Context, node engine.NodeID) (unlock func(), err error) {
	l.mu.Lock()
	if l.nodes == nil {
		l.nodes = map[engine.NodeID]chan struct{}{}
	}
	token, ok := l.nodes[node]
	if !ok {
		token = make(chan struct{}, 1)
		l.nodes[node] = token
	}
	l.mu.Unlock()
	select {
	case token <- struct{}{}:
		return func() { <-token }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var (
	_ engine.Driver        = (*Driver)(nil)
	_ engine.FaultInjector = (*Driver)(nil)
	_ engine.LogReader     = (*Driver)(nil)
)
