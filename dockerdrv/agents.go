package dockerdrv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Timing of the connections to agents.
const (
	helloTimeout  = 2 * time.Second
	redialAtFirst = 20 * time.Millisecond
	redialAtLast  = time.Second
	maxMessage    = 4 << 20
)

// link is the connection to the agent of one run of one container. Its watcher
// makes it; what changes in it is guarded by the board's lock.
type link struct {
	node      engine.NodeID
	kind      engine.NodeKind
	container string
	port      int
	conn      *grpc.ClientConn
	client    agentproto.AgentClient
	since     time.Time          // when the container was seen to run
	end       context.CancelFunc // ends the watcher
	tried     chan struct{}      // closed when the first try to reach the agent is over

	up      bool
	heard   time.Time // when the agent last gave a sign of life
	problem string    // why it is not up
	session string
	hello   *agentproto.AgentHelloReply
	cluster *agentproto.ClusterStatus
}

// connect makes the links to containers that run and ends those to containers
// that do not. It returns the new ones. The board's lock is held.
func (d *Driver) connect(c *cluster) []*link {
	var fresh []*link
	m := c.store.meta()
	for id, n := range d.board.nodes {
		box, found := d.board.stock.containers[id]
		if n.link != nil && (!found || !box.running() || box.id != n.link.container || box.agentPort != n.link.port) {
			n.link.end()
			n.link = nil
		}
	}
	for id, box := range d.board.stock.containers {
		n := d.board.node(id)
		slot, known := m.slot(id)
		if !known || !box.running() || box.agentPort == 0 || n.link != nil || d.ctx.Err() != nil {
			continue
		}
		l, err := d.newLink(c, slot, box)
		if err != nil {
			d.opts.Log.Error("connect to an agent", "node", id, "error", err)
			continue
		}
		n.link, n.base = l, m.Nodes[id].Base
		fresh = append(fresh, l)
	}
	return fresh
}

// newLink starts a watcher.
func (d *Driver) newLink(c *cluster, slot engine.Slot, box boxed) (*link, error) {
	tls, err := c.keys.ClientTLS(c.id.uuid, int32(slot.ID), d.opts.Now) //nolint:gosec // G115: at most 255
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+hostPort(box.agentPort),
		grpc.WithTransportCredentials(credentials.NewTLS(tls)), grpc.WithNoProxy(), grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: redialAtFirst, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redialAtLast},
			MinConnectTimeout: helloTimeout,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 2 * time.Second}))
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(d.ctx)
	l := &link{
		node: slot.ID, kind: slot.Kind, container: box.id, port: box.agentPort, conn: conn, since: d.opts.Now(),
		client: agentproto.NewAgentClient(conn), end: end, tried: make(chan struct{}),
	}
	d.work.Go(func() { d.watch(ctx, c, l) })
	return l, nil
}

// watch keeps a link until its container ends, is gone, or the driver closes.
func (d *Driver) watch(ctx context.Context, c *cluster, l *link) {
	defer func() {
		l.end()
		_ = l.conn.Close()
	}()
	pause := redialAtFirst
	for {
		began := d.opts.Now()
		err := d.stream(ctx, c, l)
		if ctx.Err() != nil {
			l.reached()
			return
		}
		d.board.lost(l, problemOf(err))
		l.reached()
		if d.opts.Now().Sub(began) > silence {
			pause = redialAtFirst
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		pause = min(2*pause, redialAtLast)
	}
}

func problemOf(err error) string {
	var e *engine.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return "its agent does not answer"
}

// stream says hello and reads the status until it breaks, or the agent has been
// silent for too long.
func (d *Driver) stream(ctx context.Context, c *cluster, l *link) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hello, end := context.WithTimeout(ctx, helloTimeout)
	reply, err := l.client.Hello(hello, &agentproto.AgentHelloRequest{
		Protocol: agentproto.AgentProtocol, Version: d.opts.Version, Epoch: c.epoch,
	}, grpc.WaitForReady(true))
	end()
	if err != nil {
		return refused("say hello to the agent", l.node, err)
	}
	if reply.GetCluster() != c.id.uuid || engine.NodeID(reply.GetNode()) != l.node {
		return engine.Errorf(engine.KindConflict, "say hello to the agent", l.node,
			"node %d of cluster %s answers at its port", reply.GetNode(), reply.GetCluster())
	}
	d.board.greet(l, reply)
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()
	status, err := l.client.Status(ctx, &agentproto.StatusRequest{})
	if err != nil {
		return refused("watch the agent", l.node, err)
	}
	for {
		message, err := status.Recv()
		if err != nil {
			if ctx.Err() != nil {
				return engine.Errorf(engine.KindTransient, "watch the agent", l.node, "its agent has been silent for %s", silence)
			}
			return refused("watch the agent", l.node, err)
		}
		watchdog.Reset(silence)
		d.board.heard(l, message)
		l.reached()
	}
}

// reached marks the first try as over. Only the watcher calls it.
func (l *link) reached() {
	select {
	case <-l.tried:
	default:
		close(l.tried)
	}
}

// greet takes an agent's hello.
func (b *board) greet(l *link, reply *agentproto.AgentHelloReply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l.session, l.hello = reply.GetSession(), reply
}

// call makes the Call of one wish.
func (d *Driver) call(c *cluster) *agentproto.Call {
	return &agentproto.Call{Epoch: c.epoch, Key: fmt.Sprintf("%s-%d", d.run, d.calls.Add(1))}
}

// agent waits for the agent of a container that runs.
func (d *Driver) agent(ctx context.Context, op string, node engine.NodeID) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, agentPatience)
	defer cancel()
	var found *link
	var problem string
	ended := false
	err := d.until(ctx, func() bool {
		box, ok := d.board.stock.containers[node]
		ended = !ok || !box.running()
		problem = box.exit
		n := d.board.node(node)
		if n.link != nil {
			problem = n.link.problem
			if n.link.up {
				found = n.link
			}
		}
		return found != nil || ended
	})
	switch {
	case found != nil:
		return found, nil
	case ended:
		return nil, engine.Errorf(engine.KindConflict, op, node, "its container does not run: %s", problem)
	case problem != "":
		return nil, engine.Errorf(engine.KindTransient, op, node, "its agent does not answer: %s: %w", problem, err)
	default:
		return nil, engine.Errorf(engine.KindTransient, op, node, "its agent does not answer: %w", err)
	}
}

// agentPatience bounds waiting for an agent that starts.
const agentPatience = 15 * time.Second
