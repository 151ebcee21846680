package workload

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// Config is what a Runner needs to know.
type Config struct {
	Connector Connector
	Servers   []Server
	Kind      Kind
	Rate      int    // operations per second; 0 means DefaultRate
	Clients   int    // 0 means DefaultClients
	Seed      uint64 // repeats the choice of operations, not their interleaving
	// CheckpointInterval is the cluster's time between global checkpoints; 0
	// means two seconds, RonDB's default. It must stay below 2.5 s unless restarts
	// are reported with their checkpoint.
	CheckpointInterval time.Duration
}

// Runner runs one load. See the package comment for who may call what.
type Runner struct {
	cfg       Config
	kind      kind
	book      *ledger
	paths     *paths
	meter     *meter
	incidents *incidents
	// gate lets clients through one unit each; an audit takes all of it.
	gate  *semaphore.Weighted
	queue chan time.Time // intended times

	mu   sync.Mutex // guards what follows
	set  settings
	bell chan struct{} // closed when set changes
}

// settings are what may change while the load runs.
type settings struct {
	rate    int
	clients int
	running bool // wanted
	ready   bool // the tables are there and seeded
	seed    bool // they must be looked after before the next operation
	seeded  time.Time
	waiting string // what ready waits for
}

// New makes a Runner; Run starts it, running.
func New(cfg Config) (*Runner, error) {
	k, err := kindOf(cfg.Kind)
	if err != nil {
		return nil, err
	}
	if cfg.Connector == nil {
		return nil, errors.New("a workload needs a connector")
	}
	if cfg.Rate == 0 {
		cfg.Rate = DefaultRate
	}
	if cfg.Clients == 0 {
		cfg.Clients = DefaultClients
	}
	if cfg.CheckpointInterval == 0 {
		cfg.CheckpointInterval = defaultCheckpointInterval
	}
	now := time.Now()
	r := &Runner{
		cfg:       cfg,
		kind:      k,
		book:      newLedger(k, now),
		paths:     newPaths(cfg.Servers, now),
		meter:     newMeter(),
		incidents: newIncidents(),
		gate:      semaphore.NewWeighted(MaxClients),
		queue:     make(chan time.Time, queueLimit),
		set:       settings{running: true, seed: true, waiting: "not started yet"},
		bell:      make(chan struct{}),
	}
	if err := errors.Join(r.SetRate(cfg.Rate), r.SetClients(cfg.Clients)); err != nil {
		return nil, err
	}
	return r, nil
}

// Run creates and seeds the tables and then runs the load until the context
// ends, which is no error. It may be called once.
func (r *Runner) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { r.schedule(ctx); return nil })
	g.Go(func() error { r.manageClients(ctx, g); return nil })
	g.Go(func() error { r.manageReaders(ctx, g); return nil })
	g.Go(func() error { r.sample(ctx); return nil })
	return g.Wait()
}

// Start lets the load run after Stop.
func (r *Runner) Start() { r.change(func(s *settings) { s.running = true }) }

// Stop ends the sending; what was sent ends normally and is verified.
func (r *Runner) Stop() { r.change(func(s *settings) { s.running = false }) }

// SetRate changes the operations per second, 1 to MaxRate.
func (r *Runner) SetRate(rate int) error {
	if rate < 1 || rate > MaxRate {
		return fmt.Errorf("a rate of %d is not between 1 and %d", rate, MaxRate)
	}
	r.change(func(s *settings) { s.rate = rate })
	return nil
}

// SetClients changes the number of clients, 1 to MaxClients.
func (r *Runner) SetClients(clients int) error {
	if clients < 1 || clients > MaxClients {
		return fmt.Errorf("%d clients are not between 1 and %d", clients, MaxClients)
	}
	r.change(func(s *settings) { s.clients = clients })
	return nil
}

// SetServers replaces the list of MySQL servers. Ids must differ; a server that
// is down stays on the list.
func (r *Runner) SetServers(servers []Server) {
	now := time.Now()
	for _, id := range r.paths.set(servers, now) {
		r.incidents.recovered(id, now)
	}
}

// BeginIncident opens the card of a fault that happened at a moment, a short time
// ago at most, and gives its number.
func (r *Runner) BeginIncident(fault string, nodes []int, at time.Time) int {
	set, _ := r.settings()
	return r.incidents.begin(fault, nodes, set.running && set.ready, r.totals(), at)
}

// ReportSystemRestart says that the whole cluster crashed and came back with
// what it had at checkpointAt; a zero time means unknown, and is taken as two
// checkpoint intervals and half a second before the crash. crashAt must not be
// earlier than the crash, nor later than the first write after it; the report
// should come within two seconds of the cluster serving again.
func (r *Runner) ReportSystemRestart(crashAt, checkpointAt time.Time) {
	if checkpointAt.IsZero() {
		checkpointAt = crashAt.Add(-2*r.cfg.CheckpointInterval - checkpointMargin)
	}
	r.book.systemRestart(crashAt, checkpointAt, time.Now())
	r.change(func(s *settings) {
		if checkpointAt.Before(s.seeded) { // rows the load began with may be gone, too
			s.seed = true
		}
	})
}

// Stats gives the load as it is now.
func (r *Runner) Stats() Stats {
	set, _ := r.settings()
	now := time.Now()
	s := Stats{
		Kind: r.kind.name, Running: set.running && set.ready, Reason: r.reason(set, now),
		Rate: set.rate, Clients: set.clients,
	}
	s.Ledger, s.Findings = r.book.snapshot(now)
	r.meter.fill(&s)
	r.paths.fill(&s)
	r.incidents.fill(&s)
	return s
}

// reason says why the load does not run, or what it waits for; "" if it runs.
func (r *Runner) reason(set settings, now time.Time) string {
	switch {
	case !set.running:
		return "stopped"
	case !set.ready:
		return set.waiting
	case !r.paths.anyUp():
		return "no MySQL server can be reached"
	case r.book.isBehind(now):
		return "verification is behind: no receipt is free"
	default:
		return ""
	}
}

// settings gives the settings, and a channel that is closed when they change.
func (r *Runner) settings() (settings, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.set, r.bell
}

func (r *Runner) change(edit func(*settings)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.set
	edit(&r.set)
	if r.set != before {
		close(r.bell)
		r.bell = make(chan struct{})
	}
}

// totals gives the counts that incidents measure their share of.
func (r *Runner) totals() totals {
	s, _ := r.book.snapshot(time.Now())
	return totals{
		errors: r.meter.errorCounts(), acked: s.Acked, lost: s.Lost, rolledBack: s.RolledBack, unsure: s.Verdict == Unsure,
	}
}

// sample ends each second of measuring.
func (r *Runner) sample(ctx context.Context) {
	for pause(ctx, time.Second) {
		now := time.Now()
		r.meter.rotate(now)
		r.paths.rotate()
		set, _ := r.settings()
		r.incidents.update(set.running && set.ready, r.totals(), now)
	}
}

// pause waits; false means the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
