package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// endLimit bounds the end of an engine: the last audit, then letting go.
const endLimit = time.Minute

type downFlags struct {
	volumes bool
	yes     bool
}

func newDown(p *program) *cobra.Command {
	var flags downFlags
	cmd := &cobra.Command{
		Use:   "down [NAME]",
		Short: "End a cluster; --volumes forgets it",
		Long: "End a cluster: the load stops, the ledger is audited a last time (exit code 11 if an\n" +
			"acknowledged write is lost), and the engine ends. The desired state is kept, and `up` starts\n" +
			"the cluster again with it. With --volumes it is forgotten as well: no file is left.",
		Example: "  rondb-tui down demo --volumes --yes",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.down(cmd.Context(), nameArg(args), flags)
		},
	}
	cmd.Flags().BoolVar(&flags.volumes, "volumes", false, "also remove its data and its desired state")
	cmd.Flags().BoolVar(&flags.yes, "yes", false, "do not ask")
	return cmd
}

// down ends the engine, if one runs, and removes the files where that is asked.
func (p *program) down(ctx context.Context, name string, flags downFlags) error {
	place, err := p.place(name)
	if err != nil {
		return err
	}
	o, held, err := owner.Look(place.Lock)
	if err != nil {
		return err
	}
	if _, err := os.Stat(place.Dir); err != nil && !held {
		return withCode(exitNotFound, notRunning(place, o))
	}
	if err := p.confirmDown(place.Name, held, flags); err != nil {
		return err
	}
	var ledger error
	if held {
		if ledger, err = p.endEngine(ctx, place, o); err != nil {
			return err
		}
	}
	if flags.volumes {
		if err := forget(place); err != nil {
			return err
		}
		p.say("cluster %q is gone, and its files", place.Name)
	} else {
		p.say("cluster %q has ended; `rondb-tui up %s` starts it with the same desired state", place.Name, place.Name)
	}
	return ledger
}

// confirmDown asks a person for the cluster's name, and a script for --yes.
func (p *program) confirmDown(name engine.ClusterName, runs bool, flags downFlags) error {
	if flags.yes {
		return nil
	}
	what := "ends the cluster; the data of a simulated cluster goes with it"
	switch {
	case flags.volumes:
		what = "ends the cluster and removes its data and its desired state for good"
	case !runs:
		return nil // nothing would be lost
	}
	if !p.interactive() {
		return withCode(exitRefused, fmt.Errorf("down %s %s; add --yes if that is meant", name, what))
	}
	_, _ = fmt.Fprintf(p.stderr, "This %s. Type the cluster's name to go on: ", what)
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n') // without an answer: no
	if strings.TrimSpace(answer) != string(name) {
		return withCode(exitRefused, errors.New("nothing was done"))
	}
	return nil
}

// endEngine ends the engine through its socket, after a last audit whose verdict
// it gives; an engine that does not answer is ended as a process.
func (p *program) endEngine(ctx context.Context, place paths.Cluster, o owner.Owner) (ledger, err error) {
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	last, err := endPolitely(ctx, socketOf(place, o))
	if err != nil {
		p.say("the engine (%s) could not be asked to end: %v; it is ended by force, without a last audit", ownerWords(o), err)
	} else {
		p.print("%s", statusLine(last))
		ledger = finalVerdict(last)
	}
	// What the audit took of the time must not keep the process from being ended.
	ctx, cancelEnd := context.WithTimeout(background(ctx), endLimit)
	defer cancelEnd()
	if gone, err := owner.AwaitGone(ctx, place.Lock, o, politeEnd); gone || err != nil {
		return ledger, err
	}
	return ledger, owner.End(ctx, place.Lock, o, politeEnd)
}

func endPolitely(ctx context.Context, socket string) (*engine.Snapshot, error) {
	client, err := control.Dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	defer closing(client)
	return client.End(ctx)
}

// forget removes the files of a cluster, as its owner: nobody can start it before
// the last of them is gone.
func forget(place paths.Cluster) error {
	lock, err := owner.Hold(place.Lock) // nothing is written: the disk may be full
	if err != nil {
		return err
	}
	return errors.Join(place.Remove(), lock.Release())
}

func newStop(p *program) *cobra.Command {
	return lifeCommand(p, "stop [NAME]", "Stop the cluster in order and keep its data", (*program).stopCluster)
}

func newStart(p *program) *cobra.Command {
	return lifeCommand(p, "start [NAME]", "Start a cluster that was stopped", (*program).startCluster)
}

func lifeCommand(p *program, use, short string, do func(*program, context.Context, *control.Client, time.Duration) error) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := aboveZero("timeout", timeout); err != nil {
				return err
			}
			client, err := p.connect(cmd.Context(), nameArg(args))
			if err != nil {
				return err
			}
			defer closing(client)
			return do(p, cmd.Context(), client, timeout)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", defaultTimeout, "give up after this long without progress")
	return cmd
}

// stopCluster asks for a cluster that does not run, and waits until it does not.
func (p *program) stopCluster(ctx context.Context, client *control.Client, timeout time.Duration) error {
	if err := p.setRunning(ctx, client, false, timeout); err != nil {
		return err
	}
	name := client.Info().Cluster
	p.say("cluster %q is stopped and its data kept; `rondb-tui start %s` starts it", name, name)
	if client.Latest().Cluster.Simulated {
		p.say("its data lives in process %d, which goes on", client.Info().PID)
	}
	return nil
}

func (p *program) startCluster(ctx context.Context, client *control.Client, timeout time.Duration) error {
	if err := p.setRunning(ctx, client, true, timeout); err != nil {
		return err
	}
	p.print("%s", statusLine(client.Latest()))
	return nil
}

func (p *program) setRunning(ctx context.Context, client *control.Client, running bool, timeout time.Duration) error {
	c := &client.Latest().Cluster
	if c.Spec.RonDBRunning != running {
		next, word := c.Spec.Clone(), map[bool]string{true: "start", false: "stop"}[running]
		next.RonDBRunning = running
		request := engine.Request{Intent: engine.SetSpec{Spec: next, Source: word}, By: actorCLI, Base: c.Revision}
		if err := client.Submit(ctx, request); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := p.until(ctx, client, timeout, func(s *engine.Snapshot) bool {
		return s.Cluster.Spec.RonDBRunning == running && converged(s)
	})
	if errors.Is(err, context.Canceled) {
		return withCode(exitInterrupted, errors.New("interrupted; the engine goes on with it"))
	}
	return err
}

// actorCLI is who asks when a command does.
const actorCLI = "cli"
