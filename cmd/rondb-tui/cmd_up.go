package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/host/paths"
	"rondb-tui/workload"
)

// upFlags is what the command line of `up` says.
type upFlags struct {
	file     string
	driver   string
	seed     uint64
	speed    float64
	groups   int
	replicas int
	mysqlds  int
	mgmds    int
	apis     int
	workload string
	rate     int
	clients  int
	noTUI    bool
	detach   bool
	takeOver bool
	wait     string
	timeout  time.Duration
	dryRun   bool
}

// Bounds of the flags that have no rule in the desired state.
const (
	defaultRate    = 200
	defaultClients = 8
	maxRate        = workload.MaxRate
	maxClients     = workload.MaxClients
	maxSpeed       = 1000
	minSpeed       = 0.5 // slower, a checkpoint interval outlasts what the ledger keeps open
	defaultTimeout = 10 * time.Minute
	waitReady      = "ready"
	waitConverged  = "converged"
)

func newUp(p *program) *cobra.Command {
	var flags upFlags
	cmd := &cobra.Command{
		Use:   "up [NAME]",
		Short: "Start a cluster and open the console on it",
		Long: "Start a cluster and open the console on it. The cluster runs in a process of its own: leaving\n" +
			"the console leaves it running. A cluster that was there before comes up with the desired state\n" +
			"it had; flags and -f change it.\n\n" +
			"Without a terminal, or with --no-tui, the cluster runs in the foreground: one line is printed\n" +
			"for each step, then a status line every few seconds, until interrupted.",
		Example: "  rondb-tui up\n  rondb-tui up big --groups 3 --replicas 2\n  rondb-tui up demo -d --wait ready",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUp(cmd, p, &flags, nameArg(args))
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.file, "file", "f", "", "desired state to start from (JSONC)")
	f.StringVar(&flags.driver, "driver", "auto", "what runs the cluster: auto or sim")
	f.Uint64Var(&flags.seed, "seed", 0, "seed of the simulated world; 0 draws one")
	f.Float64Var(&flags.speed, "speed", 1, "how fast simulated time runs")
	f.IntVar(&flags.groups, "groups", 0, "node groups")
	f.IntVar(&flags.replicas, "replicas", 0, "replicas in each node group")
	f.IntVar(&flags.mysqlds, "mysqlds", 0, "MySQL servers")
	f.IntVar(&flags.mgmds, "mgmds", 0, "management servers")
	f.IntVar(&flags.apis, "apis", 0, "API nodes")
	f.StringVar(&flags.workload, "workload", "bank", "load: bank, kv or none")
	f.IntVar(&flags.rate, "rate", defaultRate, "operations per second")
	f.IntVar(&flags.clients, "clients", defaultClients, "clients of the load")
	f.BoolVar(&flags.noTUI, "no-tui", false, "stay in the foreground and print lines instead of opening the console")
	f.BoolVarP(&flags.detach, "detach", "d", false, "start the cluster in the background and return")
	f.BoolVar(&flags.takeOver, "take-over", false, "end the process that owns the cluster, then start it")
	f.StringVar(&flags.wait, "wait", waitReady, "with -d or --no-tui, what counts as up: ready or converged")
	f.DurationVar(&flags.timeout, "timeout", defaultTimeout, "give up after this long without progress")
	f.BoolVar(&flags.dryRun, "dry-run", false, "print the plan and end")
	return cmd
}

// upRequest is a checked command line of `up`.
type upRequest struct {
	place   paths.Cluster
	launch  host.Launch
	spec    engine.Spec // what the cluster begins with
	notices []engine.Notice
	flags   *upFlags
	waits   bool // --wait was given
}

func runUp(cmd *cobra.Command, p *program, flags *upFlags, name string) error {
	name = cmp.Or(name, os.Getenv(clusterVariable), defaultName) // never a guess: it might be another's cluster
	if err := flags.check(name); err != nil {
		return withCode(exitUsage, err)
	}
	place, err := p.place(name)
	if err != nil {
		return err
	}
	request := upRequest{place: place, flags: flags, waits: cmd.Flags().Changed("wait")}
	// Read before anything is ended: a bad file must not cost a cluster.
	if err := request.read(cmd); err != nil {
		return err
	}
	if flags.dryRun {
		return dryRun(&request, p)
	}
	if found, err := p.whoOwns(cmd.Context(), place, flags); found || err != nil {
		return err
	}
	switch {
	case flags.detach:
		return p.upDetached(cmd.Context(), &request)
	case flags.noTUI || !p.interactive():
		return p.upForeground(cmd.Context(), &request)
	default:
		return p.upConsole(cmd.Context(), &request)
	}
}

func (f *upFlags) check(name string) error {
	if err := paths.CheckName(name); err != nil {
		return err
	}
	switch {
	case f.detach && f.noTUI:
		return fmt.Errorf("--detach and --no-tui exclude each other: one returns, the other stays in the foreground")
	case f.driver == "docker":
		return fmt.Errorf("--driver docker: this version has no Docker driver yet; use --driver sim, which needs nothing installed")
	case f.driver != "auto" && f.driver != host.DriverSim:
		return fmt.Errorf("--driver %q is not known; use auto or sim", f.driver)
	case !(f.speed >= minSpeed && f.speed <= maxSpeed): // NaN is neither
		return fmt.Errorf("--speed %v is out of range; use %v to %d", f.speed, minSpeed, maxSpeed)
	case f.workload != "bank" && f.workload != "kv" && f.workload != "none":
		return fmt.Errorf("--workload %q is not known; use bank, kv or none", f.workload)
	case f.rate < 1 || f.rate > maxRate:
		return fmt.Errorf("--rate %d is out of range; use 1 to %d operations per second", f.rate, maxRate)
	case f.clients < 1 || f.clients > maxClients:
		return fmt.Errorf("--clients %d is out of range; use 1 to %d", f.clients, maxClients)
	case f.wait != waitReady && f.wait != waitConverged:
		return fmt.Errorf("--wait %q is not known; use ready or converged", f.wait)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout %v is out of range; use a duration above 0, such as 10m", f.timeout)
	}
	return nil
}

// reached gives the condition that --wait names.
func (f *upFlags) reached() func(*engine.Snapshot) bool {
	if f.wait == waitConverged {
		return converged
	}
	return ready
}

// background is a context for what must go on when ctx is interrupted.
func background(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
