package host

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"rondb-tui/engine"
	"rondb-tui/workload"
)

// load follows the cluster with the workload: it waits until every MySQL server
// is verified, starts the generator, tells it which servers there are and when
// the cluster came back by a system restart. follow and what it touches belong
// to one goroutine; the other methods may be called from any.
type load struct {
	connector  workload.Connector
	runner     *workload.Runner // nil without a workload
	ready      atomic.Bool      // a row went through every MySQL server once
	serverless atomic.Bool      // the desired state wants no MySQL server
	told       chan struct{}    // bell: a person changed the load

	servers  []workload.Server // what exists, up or down
	answers  int               // how many of them are started
	restarts int
	wentDown time.Time // when the data nodes were first seen not serving; zero while they serve
}

func newLoad(o Options, connector workload.Connector) (*load, error) {
	l := &load{connector: connector, told: make(chan struct{}, 1)}
	if o.Workload == "none" {
		return l, nil
	}
	var err error
	l.runner, err = workload.New(workload.Config{
		Connector: connector, Kind: workload.Kind(o.Workload), Rate: o.Rate, Clients: o.Clients, Seed: o.Seed,
	})
	if err != nil {
		return nil, engine.Errorf(engine.KindInvalid, "make workload", 0, "%w", err)
	}
	return l, nil
}

// follow takes note of what the engine sees. A server that is down stays on the
// list, at its last address, until its slot is empty.
func (l *load) follow(now time.Time, c *engine.ClusterView) {
	l.serverless.Store(c.Spec.NumManagedMysqldVms == 0)
	known := l.servers
	l.servers, l.answers = nil, 0
	for i := range c.Observed.Nodes {
		n := &c.Observed.Nodes[i]
		if n.Kind != engine.KindMySQL || n.Status == engine.StatusAbsent {
			continue
		}
		server := workload.Server{ID: int(n.ID), Addr: n.Address}
		if at := slices.IndexFunc(known, func(s workload.Server) bool { return s.ID == server.ID }); server.Addr == "" && at >= 0 {
			server.Addr = known[at].Addr
		}
		if server.Addr == "" {
			continue
		}
		l.servers = append(l.servers, server)
		if n.Status == engine.StatusStarted {
			l.answers++
		}
	}
	if l.runner != nil && !slices.Equal(known, l.servers) {
		l.runner.SetServers(l.servers)
	}
	l.noteRestart(now, &c.Observed)
}

// noteRestart tells the ledger about a system restart, with the moment the
// cluster went down and the durability line: the driver stamps both worlds' times
// with this machine's clock.
func (l *load) noteRestart(now time.Time, o *engine.Observed) {
	if !o.Serving && o.Formed && l.wentDown.IsZero() {
		l.wentDown = now
	}
	if !o.Serving || o.SystemRestarts == l.restarts {
		return
	}
	restored := o.RestoredAt
	if o.SystemRestarts > l.restarts+1 {
		restored = time.Time{} // only the last one's line is known: the ledger takes its own
	}
	l.restarts = o.SystemRestarts
	if l.runner != nil {
		down := l.wentDown
		if down.IsZero() {
			down = now
		}
		l.runner.ReportSystemRestart(down, restored)
	}
	l.wentDown = time.Time{}
}

// complete says whether every wanted MySQL server answers.
func (l *load) complete(c *engine.ClusterView) bool {
	return c.Observed.Serving && l.answers > 0 && l.answers >= c.Spec.NumManagedMysqldVms
}

// verifyServers writes through every server and reads through all the others.
func (l *load) verifyServers(ctx context.Context, servers []workload.Server) bool {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	return workload.CheckEveryServer(ctx, l.connector, servers) == nil
}

// run generates load until ctx ends.
func (l *load) run(ctx context.Context) error {
	if l.runner == nil {
		return nil
	}
	return l.runner.Run(ctx)
}

// set changes what the intent names and leaves the rest.
func (l *load) set(intent engine.SetLoad) error {
	if l.runner == nil {
		return engine.Errorf(engine.KindDenied, "change the load", 0, "there is none: the cluster was started with --workload none")
	}
	if intent.Rate != nil {
		if err := l.runner.SetRate(*intent.Rate); err != nil {
			return engine.Errorf(engine.KindInvalid, "change the load", 0, "%w", err)
		}
	}
	if intent.Clients != nil {
		if err := l.runner.SetClients(*intent.Clients); err != nil {
			return engine.Errorf(engine.KindInvalid, "change the load", 0, "%w", err)
		}
	}
	if intent.Running != nil && *intent.Running {
		l.runner.Start()
	} else if intent.Running != nil {
		l.runner.Stop()
	}
	l.tell()
	return nil
}

// audit checks every receipt now.
func (l *load) audit(ctx context.Context) error {
	if l.runner == nil {
		return engine.Errorf(engine.KindDenied, "audit the ledger", 0, "there is no load, so no write has a receipt")
	}
	if _, err := l.runner.Audit(ctx); err != nil {
		return engine.Errorf(engine.KindTransient, "audit the ledger", 0, "%w", err)
	}
	l.tell()
	return nil
}

// finalAudit stops the load and checks every receipt.
func (l *load) finalAudit(ctx context.Context) {
	if l.runner != nil && l.ready.Load() {
		_, _ = l.runner.FinalAudit(ctx) // what it found, or that it could not, is in the ledger
	}
}

// mark opens the incident of a fault.
func (l *load) mark(fault string, nodes []engine.NodeID, at time.Time) {
	if l.runner == nil {
		return
	}
	ids := make([]int, len(nodes))
	for i, n := range nodes {
		ids[i] = int(n)
	}
	l.runner.BeginIncident(fault, ids, at)
}

func (l *load) tell() {
	select {
	case l.told <- struct{}{}:
	default:
	}
}

// view is the load as the console shows it.
func (l *load) view() engine.LoadView {
	if l.runner == nil {
		return engine.LoadView{Workload: "none", Ready: l.ready.Load(), Reason: "started with --workload none"}
	}
	view := viewOf(l.runner.Stats())
	view.Ready = l.ready.Load()
	switch {
	case l.serverless.Load():
		view.Running, view.Reason = false, "the desired state has no MySQL server"
	case !l.ready.Load():
		view.Running, view.Reason = false, "waits until a row went through every MySQL server"
	}
	return view
}

// active says whether the load's figures move.
func (l *load) active() bool {
	return l.runner != nil && l.ready.Load() && l.runner.Stats().Running
}
