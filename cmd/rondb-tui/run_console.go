package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/tui"
)

// leaveAuditLimit bounds the last audit when the console is left.
const leaveAuditLimit = 5 * time.Second

// runConsole runs the engine and shows it on the terminal. Leaving the console
// ends the engine, and the simulated cluster with it.
func runConsole(ctx context.Context, options host.Options, stderr io.Writer) error {
	h, err := host.New(options)
	if err != nil {
		return err
	}
	engineCtx, end := context.WithCancel(ctx)
	defer end()
	// A signal or a closed terminal ends the console in order, as leaving it does.
	consoleCtx, stop := signal.NotifyContext(engineCtx, os.Interrupt, syscall.SIGHUP, syscall.SIGTERM)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- h.Run(engineCtx)
		stop() // without an engine there is nothing to show
	}()

	left, consoleErr := tui.Run(consoleCtx, tui.Options{Engine: h}.WithEnvironment(os.Environ()))
	s := h.Latest()
	if left == tui.ExitLeft {
		s = lastAudit(engineCtx, h)
	}
	end()
	engineErr := <-ended
	_, _ = fmt.Fprintf(stderr, "cluster %q ended; its simulated data is gone\n%s\n", s.Cluster.Name, statusLine(s))
	return cmp.Or(verdict(s), engineErr, consoleErr)
}

// lastAudit checks the ledger for a person who waits for the prompt: briefly.
func lastAudit(ctx context.Context, h *host.Host) *engine.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, leaveAuditLimit)
	defer cancel()
	return h.FinalAudit(ctx)
}
