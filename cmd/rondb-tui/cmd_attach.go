package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/tui"
)

func newAttach(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "attach [NAME]",
		Short: "Open the console on a running cluster",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.attach(cmd.Context(), nameArg(args), false)
		},
	}
}

func newWatch(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "watch [NAME]",
		Short: "Open the console on a running cluster, to look only",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.attach(cmd.Context(), nameArg(args), true)
		},
	}
}

// attach shows the console on a running engine. Whatever happens to the console,
// the cluster goes on; stopping and destroying happen after the terminal is the
// person's again, so that they can be seen.
func (p *program) attach(ctx context.Context, name string, readOnly bool) error {
	if !p.interactive() {
		return withCode(exitUsage, fmt.Errorf("the console needs a terminal; `rondb-tui status` and `rondb-tui events` do not"))
	}
	place, err := p.place(name)
	if err != nil {
		return err
	}
	client, err := p.reach(ctx, place, (*control.Client).Follow)
	if err != nil {
		return err
	}
	defer closing(client)
	// A signal or a closed terminal ends the console in order, and only that.
	consoleCtx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGHUP, syscall.SIGTERM)
	defer stop()
	cluster := client.Info().Cluster
	left, err := tui.Run(consoleCtx, tui.Options{
		Engine: client, Ended: client.Ended, ReadOnly: readOnly, Cluster: cluster,
	}.WithEnvironment(os.Environ()))
	stop()
	switch left {
	case tui.ExitStop:
		return cmp.Or(err, p.stopCluster(ctx, client, defaultTimeout))
	case tui.ExitDestroy:
		return cmp.Or(err, p.down(ctx, string(cluster), downFlags{volumes: true, yes: true}))
	case tui.ExitEngine:
		return p.engineGone(client, err)
	case tui.ExitKeep, tui.ExitForced, tui.ExitCancelled:
	}
	if err != nil {
		return err
	}
	s := client.Latest()
	p.say("%s", statusLine(s))
	p.say("cluster %q keeps running; `rondb-tui attach %s` comes back to it, `rondb-tui down %s` ends it", cluster, cluster, cluster)
	if left == tui.ExitKeep {
		return verdict(s)
	}
	return withCode(exitInterrupted, nil)
}

// engineGone says what became of the cluster whose engine ended under the
// console: in order, because somebody asked for it, or not.
func (p *program) engineGone(client *control.Client, why error) error {
	s, name := client.Latest(), client.Info().Cluster
	p.say("%s", statusLine(s))
	if why == nil || errors.Is(why, control.ErrEnded) {
		p.say("cluster %q was ended by another command", name)
		return verdict(s)
	}
	fate := ""
	if s.Cluster.Simulated {
		fate = ", and the simulated cluster with it"
	}
	return withCode(exitNotFound, fmt.Errorf("the engine of cluster %q is gone%s (%w); `rondb-tui up %s` starts it with the same desired state", name, fate, why, name))
}

// closing lets go of a client whose work is done: an error tells nothing more.
func closing(client *control.Client) { _ = client.Close() }
