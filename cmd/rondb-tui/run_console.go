package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"rondb-tui/host"
	"rondb-tui/tui"
)

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

	_, consoleErr := tui.Run(consoleCtx, tui.Options{Engine: h}.WithEnvironment(os.Environ()))
	end()
	engineErr := <-ended
	s := h.Latest()
	_, _ = fmt.Fprintf(stderr, "cluster %q ended; its simulated data is gone\n%s\n", s.Cluster.Name, statusLine(s))
	if s.Load.Ledger.Lost > 0 {
		return withCode(exitLost, fmt.Errorf("%d acknowledged writes were lost", s.Load.Ledger.Lost))
	}
	if engineErr != nil {
		return engineErr
	}
	if consoleErr != nil && !errors.Is(consoleErr, context.Canceled) {
		return consoleErr
	}
	return nil
}
