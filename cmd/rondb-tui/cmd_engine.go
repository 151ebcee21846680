package main

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/host/launch"
	"rondb-tui/internal/buildinfo"
)

// programName is what an engine's process is called, whatever its file is.
const programName = "rondb-tui"

// engineCommand is the name of the command that `up` starts its engine with.
const engineCommand = "engine"

// maxLaunch bounds what an engine is handed at its start, in bytes.
const maxLaunch = 8 << 20

// newEngine is the engine's own process: started by `up`, never by a person. It
// reads its launch from stdin, tells `up` over the third pipe that it serves, and
// logs to stderr, which is the cluster's engine.log.
func newEngine(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:    engineCommand + " NAME",
		Short:  "The process behind a cluster; `up` starts it",
		Hidden: true,
		Args:   usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEngine(cmd, p, args[0])
		},
	}
	// The directory tells engines apart in a list of processes (see doctor).
	cmd.Flags().String("state", "", "the cluster's state directory")
	return cmd
}

func runEngine(cmd *cobra.Command, p *program, name string) error {
	report := launch.ReadyFile()
	process, err := openEngine(p, name)
	if err != nil {
		return errors.Join(err, launch.Report(report, nil, err))
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGHUP) // there is no terminal to lose
	if err := launch.Report(report, process.Ready(), nil); err != nil {
		slog.Warn("who started this engine is gone", "error", err)
	}
	err = process.Run(ctx, buildinfo.Version)
	slog.Info("ended", "error", err)
	return err
}

func openEngine(p *program, name string) (*host.Process, error) {
	text, err := io.ReadAll(io.LimitReader(p.stdin, maxLaunch))
	if err != nil {
		return nil, engine.Errorf(engine.KindInternal, "read launch", 0, "%w", err)
	}
	var l host.Launch
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, engine.Errorf(engine.KindInvalid, "read launch", 0, "%w; an engine is started by `rondb-tui up`", err)
	}
	place, err := p.place(name)
	if err != nil {
		return nil, err
	}
	return host.Open(place, l, buildinfo.Version, slog.Default())
}
