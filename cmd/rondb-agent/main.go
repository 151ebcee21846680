package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"rondb-tui/agent"
	"rondb-tui/agent/stub"
	"rondb-tui/agentproto"
	"rondb-tui/dockerdrv/netcut"
	"rondb-tui/internal/buildinfo"
)

// Exit codes.
const (
	exitError = 1
	exitUsage = 2
)

// unprivileged is the user that the processes belong to where the agent is root.
const unprivileged = 1000

func main() {
	shareWithGroup()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, in io.Reader, out, errs io.Writer) int {
	if len(args) == 0 {
		return serve(in, errs)
	}
	switch {
	case args[0] == "stub":
		return standIn(args[1:], out, errs)
	case args[0] == netcut.Command:
		return netcut.Main(context.Background(), args[1:], in, out)
	case args[0] == "remove" && len(args) == 2:
		return report(errs, os.RemoveAll(args[1]), exitError) //nolint:gosec // the agent names it
	case args[0] == "version" && len(args) == 1:
		_, _ = fmt.Fprintln(out, buildinfo.Info())
		return 0
	}
	_, _ = fmt.Fprintln(errs, "usage: rondb-agent < bundle | rondb-agent stub KIND … | rondb-agent remove PATH | rondb-agent version")
	return exitUsage
}

func report(errs io.Writer, err error, code int) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintf(errs, "rondb-agent: %v\n", err)
	return code
}

// standIn lets signals end it as they end the real programs, so it asks for none.
func standIn(args []string, out, errs io.Writer) int {
	options, err := stub.Parse(args)
	if err != nil {
		return report(errs, err, exitUsage)
	}
	return stub.Run(context.Background(), options, out)
}

func serve(in io.Reader, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	bundle, err := agentproto.ReadBundle(in)
	if err != nil {
		return report(errs, err, exitUsage)
	}
	self, err := os.Executable()
	if err != nil {
		return report(errs, err, exitError)
	}
	reaper := agent.NewReaper(agent.ReaperOptions{Orphans: os.Getpid() == 1, UID: unprivileged})
	defer reaper.Close()
	a, err := agent.New(ctx, bundle, agent.Options{
		Version: buildinfo.Version, Self: self, Starter: reaper, Log: slog.New(slog.NewTextHandler(errs, nil)),
	})
	if err != nil {
		return report(errs, err, exitError)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", bundle.Listen)
	if err != nil {
		return report(errs, err, exitError)
	}
	return report(errs, a.Serve(ctx, listener), exitError)
}
