package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host"
)

// statusEvery is the pause between status lines off a terminal.
const statusEvery = 5 * time.Second

// runPlain runs the engine in the foreground and prints lines until it is
// interrupted: 130 before the cluster is up, 0 after, 5 when nothing moved for
// the time limit, 11 when an acknowledged write was lost.
func runPlain(ctx context.Context, options host.Options, flags upFlags, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	h, err := host.New(options)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, driverSentence(flags.driver, h.Latest()))
	for _, n := range options.Notices {
		_, _ = fmt.Fprintln(stderr, "notice:", n)
	}

	engineCtx, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- h.Run(engineCtx) }()

	watch := &plainWatch{host: h, flags: flags, stdout: stdout, stderr: stderr}
	watchErr := watch.run(ctx, ended)
	if errors.Is(watchErr, context.Canceled) {
		stop() // a second interrupt ends the program at once
		watchErr = watch.interrupted(engineCtx)
	}
	end()
	if err := <-ended; err != nil && watchErr == nil {
		return err
	}
	return watchErr
}

// plainWatch follows the snapshots and prints what is new in each.
type plainWatch struct {
	host   *host.Host
	flags  upFlags
	stdout io.Writer
	stderr io.Writer

	steps    stepPrinter
	up       bool
	progress string
}

// run returns context.Canceled when the person interrupts.
func (w *plainWatch) run(ctx context.Context, ended chan error) error {
	status := time.NewTicker(statusEvery)
	defer status.Stop()
	stuck := time.NewTimer(w.flags.timeout)
	defer stuck.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Canceled
		case err := <-ended:
			ended <- err
			return err
		case <-w.host.Changed():
			s := w.host.Latest()
			w.steps.print(w.stderr, s)
			if now := progressOf(s); now != w.progress {
				w.progress = now
				stuck.Reset(w.flags.timeout)
			}
			if !w.up && w.reached(s) {
				w.up = true
				w.announce(s)
			}
		case <-status.C:
			_, _ = fmt.Fprintln(w.stdout, statusLine(w.host.Latest()))
		case <-stuck.C:
			if !w.up {
				return withCode(exitTimeout, fmt.Errorf("nothing moved for %v; %s", w.flags.timeout, whyNot(w.host.Latest())))
			}
		}
	}
}

// reached says whether the cluster counts as up.
func (w *plainWatch) reached(s *engine.Snapshot) bool {
	if s.Cluster.State != engine.AtDesiredState {
		return false
	}
	return w.flags.wait == waitConverged || !s.Cluster.Spec.RonDBRunning || w.host.Ready()
}

func (w *plainWatch) announce(s *engine.Snapshot) {
	_, _ = fmt.Fprintln(w.stdout, statusLine(s))
	for i := range s.Cluster.Observed.Nodes {
		if n := &s.Cluster.Observed.Nodes[i]; n.Kind == engine.KindMySQL && n.Address != "" {
			_, _ = fmt.Fprintf(w.stdout, "MySQL server %d at %s, user root, no password\n", n.ID, n.Address)
		}
	}
}

// interrupted audits the ledger a last time, so that the last line tells what
// became of every acknowledged write.
func (w *plainWatch) interrupted(ctx context.Context) error {
	if !w.up {
		return withCode(exitInterrupted, errors.New("interrupted before the cluster was up"))
	}
	s := w.host.FinalAudit(ctx)
	_, _ = fmt.Fprintln(w.stdout, statusLine(s))
	return verdict(s)
}

// verdict is the exit code that the ledger asks for.
func verdict(s *engine.Snapshot) error {
	l := &s.Load.Ledger
	switch {
	case l.Lost > 0:
		return withCode(exitLost, fmt.Errorf("%d acknowledged writes were lost", l.Lost))
	case l.Verdict == engine.VerdictFail:
		return withCode(exitUnexpected, fmt.Errorf("the ledger failed: %d writes applied twice, %d torn, %d found though refused, total %d of %d",
			l.Duplicated, l.Torn, l.Resurrected, l.Total, l.TotalWanted))
	}
	return nil
}
