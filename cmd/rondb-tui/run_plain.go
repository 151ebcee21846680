package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/host/owner"
	"rondb-tui/internal/buildinfo"
)

// statusEvery is the pause between status lines off a terminal.
const statusEvery = 5 * time.Second

// upForeground runs the engine in this process and prints lines until it is
// interrupted: 130 before the cluster is up, 0 after, 5 when nothing moved for
// the time limit, 11 when an acknowledged write was lost. Other commands and
// consoles reach it as they would reach one in the background.
func (p *program) upForeground(ctx context.Context, r *upRequest) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	process, err := host.Open(r.place, r.launch, buildinfo.Version, slog.New(slog.DiscardHandler))
	if err != nil {
		return notOpened(r.place.Name, err)
	}
	p.sayStart(r, process.Ready())

	engineCtx, end := context.WithCancel(background(ctx))
	defer end()
	ended := watchEnd(func() error { return process.Run(engineCtx, buildinfo.Version) })
	bell, deafen := process.Listen()
	defer deafen()

	watch := &plainWatch{process: process, flags: r.flags, stdout: p.stdout, stderr: p.stderr}
	watchErr := watch.run(ctx, bell, ended)
	if errors.Is(watchErr, context.Canceled) {
		stop() // a second interrupt ends the program at once
		watchErr = watch.interrupted(engineCtx)
	}
	end()
	<-ended.done
	return cmp.Or(watchErr, ended.err)
}

// notOpened words why this process cannot be the engine.
func notOpened(name engine.ClusterName, err error) error {
	var held *owner.HeldError
	if errors.As(err, &held) {
		return ownedBy(name, held.Owner)
	}
	return err
}

// plainWatch follows the snapshots and prints what is new in each.
type plainWatch struct {
	process *host.Process
	flags   *upFlags
	stdout  io.Writer
	stderr  io.Writer
	up      bool
}

// run returns context.Canceled when the person interrupts, nil when somebody
// ended the engine over its socket.
func (w *plainWatch) run(ctx context.Context, bell <-chan struct{}, ended *ending) error {
	f := &follower{latest: w.process.Latest, bell: bell, ended: ended, timeout: w.flags.timeout, steps: w.stderr}
	if err := f.until(ctx, w.flags.reached()); err != nil {
		return err
	}
	w.up = true
	w.announce(w.process.Latest())
	status := time.NewTicker(statusEvery)
	defer status.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Canceled
		case <-ended.done:
			if ended.err == nil {
				_, _ = fmt.Fprintln(w.stderr, "the engine was ended by another command")
			}
			return ended.err
		case <-bell:
			f.printer.print(w.stderr, w.process.Latest())
		case <-status.C:
			_, _ = fmt.Fprintln(w.stdout, statusLine(w.process.Latest()))
		}
	}
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
	s := w.process.FinalAudit(ctx)
	_, _ = fmt.Fprintln(w.stdout, statusLine(s))
	return finalVerdict(s)
}

// finalVerdict is the exit code of a cluster's end: that of the ledger, and
// inconclusive if the last audit could not read everything back.
func finalVerdict(s *engine.Snapshot) error {
	if err := verdict(s); err != nil || s.Load.Ledger.Acked == 0 {
		return err
	}
	return conclusive(&s.Load.Ledger)
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
