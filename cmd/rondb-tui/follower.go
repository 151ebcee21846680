package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// follower waits on the snapshots of one engine and prints the steps of its
// plans as they end. The engine may be in this process or behind the socket.
type follower struct {
	latest  func() *engine.Snapshot
	bell    <-chan struct{}
	ended   *ending
	timeout time.Duration // without progress
	steps   io.Writer     // nil prints none

	printer  stepPrinter
	progress string
}

// until waits for a snapshot that satisfies the condition: exit code 5 when
// nothing moved for the time limit, context.Canceled when it was interrupted.
func (f *follower) until(ctx context.Context, reached func(*engine.Snapshot) bool) error {
	stuck := time.NewTimer(f.timeout)
	defer stuck.Stop()
	for {
		s := f.latest()
		if f.steps != nil {
			f.printer.print(f.steps, s)
		}
		if now := progressOf(s); now != f.progress {
			f.progress = now
			stuck.Reset(f.timeout)
		}
		if reached(s) {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Canceled
		case <-f.ended.done:
			return f.ended.reason()
		case <-f.bell:
		case <-stuck.C:
			return withCode(exitTimeout, fmt.Errorf("nothing moved for %v; %s", f.timeout, whyNot(s)))
		}
	}
}

// ending tells everybody that an engine is gone, and why.
type ending struct {
	done chan struct{}
	err  error // set before done is closed
}

// watchEnd waits for the end in the background.
func watchEnd(wait func() error) *ending {
	e := &ending{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		e.err = wait()
	}()
	return e
}

// reason is an error also where the engine ended in order: it was waited for.
func (e *ending) reason() error {
	if e.err == nil || errors.Is(e.err, control.ErrEnded) {
		return errors.New("the engine was ended by another command")
	}
	return e.err
}

// engineClient is what commands need of an engine behind the socket.
type engineClient interface {
	Latest() *engine.Snapshot
	Changed() <-chan struct{}
	Ended(ctx context.Context) error
}

// until waits for a condition of the cluster behind a client; steps are printed
// as progress.
func (p *program) until(ctx context.Context, client engineClient, timeout time.Duration, reached func(*engine.Snapshot) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := watchEnd(func() error { return client.Ended(ctx) })
	f := &follower{latest: client.Latest, bell: client.Changed(), ended: ended, timeout: timeout, steps: p.stderr}
	f.printer.skip(client.Latest()) // what ended before is history
	return f.until(ctx, reached)
}

// converged says that the cluster is as it is wanted.
func converged(s *engine.Snapshot) bool { return s.Cluster.State == engine.AtDesiredState }

// ready says that clients can use every MySQL server that is wanted.
func ready(s *engine.Snapshot) bool {
	c := &s.Cluster
	return converged(s) && (!c.Spec.RonDBRunning || c.Spec.NumManagedMysqldVms == 0 || s.Load.Ready)
}

// healthy says that the cluster serves with all its redundancy.
func healthy(s *engine.Snapshot) bool { return s.Cluster.Health == engine.Healthy }

// progressOf changes whenever the cluster comes closer to what is wanted.
func progressOf(s *engine.Snapshot) string {
	c := &s.Cluster
	text := fmt.Sprint(c.Revision, c.State, c.Run.Plan.Fingerprint, c.Run.Done, s.Load.Ready, s.Load.Ledger.Verified)
	for i := range c.Observed.Nodes {
		n := &c.Observed.Nodes[i]
		text += fmt.Sprint(n.Status, n.StartPhase)
	}
	return text
}

// whyNot explains in one sentence what the cluster waits for.
func whyNot(s *engine.Snapshot) string {
	switch {
	case len(s.Cluster.Waiting) > 0:
		return present.Clean(s.Cluster.Waiting[0])
	case s.Cluster.Reason != "":
		return present.Clean(s.Cluster.Reason)
	}
	return "the cluster is " + string(s.Cluster.Health)
}
