package agent

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"rondb-tui/agentproto"
)

// Limits of the server.
const (
	maxMessage       = 4 << 20
	maxStreams       = 64 // of one connection
	handshakeTimeout = 5 * time.Second
	pingEvery        = 10 * time.Second
	pingTimeout      = 5 * time.Second
	goodbye          = time.Second // for what is being answered when the agent ends
	identifyPatience = 10 * time.Second
)

// Options are what an agent gets from its program rather than from the engine.
type Options struct {
	Version string           // of the build
	Self    string           // our own program, absolute: it runs the stand-ins
	Starter Starter          // required
	Search  []string         // where programs are looked for; nil: where images have them
	Cgroup  string           // the cgroup file system; "": the system's
	Log     *slog.Logger     // nil: none
	Now     func() time.Time // nil: the system's clock
}

// Agent is the agent of one node. Make it with New; Serve may be called once.
type Agent struct {
	agentproto.UnimplementedAgentServer

	bundle     agentproto.Bundle
	options    Options
	node       node
	log        *slog.Logger
	session    string
	book       *logbook
	supervisor *supervisor
	follower   *follower // nil but beside a management server
	guard      *guard
	starts     chan struct{} // of one: who holds it may start a process
	connect    atomic.Pointer[string]
	program    program // found by New
	missing    error   // why there is no program
}

// New makes the agent of a node, and its folders in the volume. A node whose
// program is not in the image has an agent all the same, which says so.
func New(ctx context.Context, b agentproto.Bundle, o Options) (*Agent, error) {
	if err := b.Check(); err != nil {
		return nil, fmt.Errorf("start the agent: %w", err)
	}
	o = o.withDefaults()
	a := &Agent{bundle: b, options: o, node: nodeOf(b, o.Self, o.Cgroup), log: o.Log, starts: make(chan struct{}, 1)}
	if err := a.node.prepare(); err != nil {
		return nil, err
	}
	remembered, err := recall(a.node.layout.State)
	if err != nil {
		return nil, err
	}
	if err := a.node.removeInitFile(); err != nil { // of an agent that was killed
		return nil, err
	}
	session := make([]byte, 8)
	if _, err := rand.Read(session); err != nil {
		return nil, fmt.Errorf("draw a session: %w", err)
	}
	a.session = hex.EncodeToString(session)
	a.book = &logbook{now: o.Now}
	a.supervisor = newSupervisor(a.node, a.book, o.Now, remembered)
	a.find(ctx)
	if b.Kind == agentproto.KindManagementServer {
		a.follower = a.newFollower(remembered.Formed)
	}
	return a, nil
}

func (o Options) withDefaults() Options {
	if o.Search == nil {
		o.Search = searchPath()
	}
	if o.Cgroup == "" {
		o.Cgroup = "/sys/fs/cgroup"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// find looks for the node's program and asks it what it is.
func (a *Agent) find(ctx context.Context) {
	if a.node.stub != "" || a.node.kind == agentproto.KindAPINode {
		a.program = program{path: a.options.Self, flavour: flavourStub, version: a.node.stub}
		return
	}
	path, err := findProgram(a.options.Search, programsOf(a.node.kind)...)
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, identifyPatience)
		defer cancel()
		a.program, err = identify(limited, a.options.Starter, path)
	}
	if err == nil && a.program.flavour == "" {
		err = fmt.Errorf("%s is of version %s, but neither of RonDB nor of NDB Cluster", path, a.program.version)
	}
	a.missing = err
}

func (a *Agent) newFollower(formed bool) *follower {
	running := func() bool { return a.supervisor.view.Load().GetState() == agentproto.ProcessState_PROCESS_RUNNING }
	return &follower{
		node: a.node, now: a.options.Now, running: running, changed: a.supervisor.bell.wait, wasFormed: formed,
		again: make(chan struct{}, 1),
		answers: func(ctx context.Context, yes bool) {
			if process, err := a.supervisor.current(ctx); err == nil && process != nil {
				a.tell(ctx, probeResult{process, yes})
			}
		},
		formed: func(ctx context.Context) {
			if err := a.supervisor.formed(ctx); err != nil {
				a.log.Warn("cannot remember that the cluster was formed", "error", err)
			}
		},
	}
}

// Serve answers on a listener until its context ends. Then it ends the process,
// within some ten seconds, and returns.
func (a *Agent) Serve(ctx context.Context, l net.Listener) error {
	tls, err := a.bundle.Credentials.ServerTLS(a.bundle.Cluster, a.options.Now)
	if err != nil {
		return errors.Join(fmt.Errorf("serve the agent: %w", err), l.Close())
	}
	// What ends the process needs the supervisor, so its life is longer than ours.
	life, release := context.WithCancel(context.WithoutCancel(ctx))
	var parts sync.WaitGroup
	defer parts.Wait()
	defer release()
	calls, refuse := context.WithCancel(life)
	defer refuse()
	a.guard = newGuard(calls, a.node.id, a.bundle.Epoch)
	parts.Go(func() { a.supervisor.run(life) })
	parts.Go(func() { a.watchProcess(life) })
	if a.follower != nil {
		parts.Go(func() { a.follower.run(life) })
	}
	server := grpc.NewServer(
		grpc.Creds(credentials.NewTLS(tls)), grpc.ConnectionTimeout(handshakeTimeout),
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxConcurrentStreams(maxStreams),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: pingEvery, Timeout: pingTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingEvery / 2, PermitWithoutStream: true}),
	)
	agentproto.RegisterAgentServer(server, a)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	refuse() // nothing is begun any more
	a.guard.close()
	a.end(life) // the engine may watch it happen
	release()
	farewell := time.AfterFunc(goodbye, server.Stop) // a stream that nobody reads must not hold us
	server.GracefulStop()
	farewell.Stop()
	if err != nil {
		return fmt.Errorf("serve the agent: %w", err)
	}
	return nil
}
