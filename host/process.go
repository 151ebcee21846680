package host

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
	"rondb-tui/host/serve"
)

// Process is the engine of a cluster as its owner: it holds the lock and the
// journal and serves the control socket. There is at most one a cluster.
type Process struct {
	*Host

	place    paths.Cluster
	lock     *owner.Lock
	journal  *loop.FileJournal
	events   *eventFile
	listener net.Listener
	ready    Ready
}

// Ready says how an engine began.
type Ready struct {
	PID      int
	Socket   string
	Revision engine.Revision
	Seed     uint64
	Resumed  bool   // the desired state was recorded by an earlier engine
	Gone     bool   // the simulated cluster of that engine ended with it
	Notice   string // what was mended in the journal, "" if nothing
}

// Open makes a process the owner of its cluster. It fails with *owner.HeldError
// if another is; with KindInvalid or KindUnsupported if the journal is not one
// that this program reads, which leaves it as it is. Call Run, or Close.
func Open(place paths.Cluster, l Launch, version string, log *slog.Logger) (_ *Process, err error) {
	if err := place.Make(); err != nil {
		return nil, err
	}
	self, err := owner.Self(version, place.Socket, time.Now())
	if err != nil {
		return nil, err
	}
	p := &Process{place: place}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.lock, err = owner.Acquire(place.Lock, self); err != nil {
		return nil, err
	}
	var recovered loop.Recovered
	if p.journal, recovered, err = loop.OpenJournal(place.Journal); err != nil {
		return nil, err
	}
	state := recovered.State
	p.events = openEvents(place.Events, log)
	p.Host, err = New(Options{
		Name: place.Name, Seed: l.Seed, Speed: l.Speed, Workload: l.Workload, Rate: l.Rate, Clients: l.Clients,
		Spec: l.Spec, Source: l.Source, State: state, Journal: p.journal,
		LastEvent: p.events.last, Record: p.events.append, Log: log,
	})
	if err != nil {
		return nil, err
	}
	if p.listener, err = serve.Listen(place.Socket); err != nil {
		return nil, err
	}
	c := &p.Latest().Cluster
	l.Seed = c.Seed
	p.ready = Ready{
		PID: self.PID, Socket: place.Socket, Revision: c.Revision, Seed: c.Seed,
		Resumed: state.Spec != nil, Gone: state.Spec != nil && c.Simulated, Notice: recovered.Notice,
	}
	return p, l.save(place.Launch)
}

// Ready says how the engine began.
func (p *Process) Ready() Ready { return p.ready }

// Run runs the engine and serves its socket until ctx ends, somebody asks for
// the end over the socket, or a part of it fails. Everything it started has
// ended when it returns, the socket is gone and the lock is free.
func (p *Process) Run(ctx context.Context, version string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	info := serve.Info{Version: version, Cluster: p.place.Name, Driver: DriverSim, PID: p.ready.PID, Since: time.Now()}
	engineStage := begin(ctx, p.Host.Run, cancel)
	server := begin(ctx, func(ctx context.Context) error { return serve.Run(ctx, p.listener, p, info) }, cancel)
	select {
	case <-ctx.Done():
	case <-p.Ending():
	}
	// The socket goes first: who asked for the end gets the answer, then nobody
	// reaches an engine that is ending.
	err := errors.Join(server.end(), engineStage.end())
	p.listener = nil
	return errors.Join(err, p.close())
}

// Recorded gives the events with a number above after that are in the file, also
// those of earlier engines, oldest first. It may be called from any goroutine
// while the engine runs. With an error come the events that could be read.
func (p *Process) Recorded(after uint64) ([]engine.Event, error) {
	events, err := ReadEvents(p.place.Events)
	return events[control.After(events, after):], err
}

// Close lets go of what Open took, if Run was not called.
func (p *Process) Close() error { return p.close() }

func (p *Process) close() error {
	var errs []error
	if p.listener != nil {
		errs = append(errs, p.listener.Close())
	}
	if p.events != nil {
		errs = append(errs, p.events.close())
	}
	if p.journal != nil {
		errs = append(errs, p.journal.Close())
	}
	if p.lock != nil {
		errs = append(errs, p.lock.Release())
	}
	return errors.Join(errs...)
}
