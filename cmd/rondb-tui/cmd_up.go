package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
	"rondb-tui/engine/validate"
	"rondb-tui/host"
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
	wait     string
	timeout  time.Duration
	dryRun   bool
}

// Bounds of the flags that have no rule in the desired state.
const (
	defaultName    = "demo"
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

func newUp(stdout, stderr io.Writer) *cobra.Command {
	var flags upFlags
	cmd := &cobra.Command{
		Use:   "up [NAME]",
		Short: "Start a cluster and open the console on it",
		Long: "Start a cluster and open the console on it. Without a terminal, or with --no-tui, one line is\n" +
			"printed for each step, then a status line every few seconds, until interrupted.",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := defaultName
			if len(args) == 1 {
				name = args[0]
			}
			options, err := flags.options(cmd, name)
			if err != nil {
				return err
			}
			switch {
			case flags.dryRun:
				return dryRun(options, stdout, stderr)
			case flags.noTUI || !onTerminal(stdout):
				return runPlain(cmd.Context(), options, flags, stdout, stderr)
			default:
				return runConsole(cmd.Context(), options, stderr)
			}
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
	f.BoolVar(&flags.noTUI, "no-tui", false, "print lines instead of opening the console")
	f.StringVar(&flags.wait, "wait", waitReady, "what counts as up without the console: ready or converged")
	f.DurationVar(&flags.timeout, "timeout", defaultTimeout, "give up after this long without progress")
	f.BoolVar(&flags.dryRun, "dry-run", false, "print the plan and end")
	return cmd
}

var clusterName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// options checks the flags and makes the host's options of them.
func (f *upFlags) options(cmd *cobra.Command, name string) (host.Options, error) {
	if err := f.check(name); err != nil {
		return host.Options{}, withCode(exitUsage, err)
	}
	wanted, notices, err := f.desired(cmd)
	if err != nil {
		return host.Options{}, err
	}
	return host.Options{
		Name:     engine.ClusterName(name),
		Spec:     wanted,
		Notices:  notices,
		Seed:     f.seed,
		Speed:    f.speed,
		Workload: f.workload,
		Rate:     f.rate,
		Clients:  f.clients,
	}, nil
}

func (f *upFlags) check(name string) error {
	switch {
	case len(name) > engine.MaxClusterNameSize || !clusterName.MatchString(name):
		return fmt.Errorf("%q is no name for a cluster; use at most %d lower-case letters, digits and dashes", name, engine.MaxClusterNameSize)
	case f.driver == "docker":
		return fmt.Errorf("--driver docker: this version has no Docker driver yet; use --driver sim, which needs nothing installed")
	case f.driver != "auto" && f.driver != "sim":
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

// desired reads the desired state and lays the flags over it.
func (f *upFlags) desired(cmd *cobra.Command) (engine.Spec, []engine.Notice, error) {
	wanted, source := engine.DefaultSpec(), spec.Source{}
	if f.file != "" {
		var err error
		if wanted, source, err = spec.ReadFile(f.file); err != nil {
			return engine.Spec{}, nil, err
		}
	}
	for _, count := range []struct {
		flag   string
		value  int
		target *int
	}{
		{"groups", f.groups, &wanted.NumNodeGroups},
		{"replicas", f.replicas, &wanted.ActiveReplicationFactor},
		{"mysqlds", f.mysqlds, &wanted.NumManagedMysqldVms},
		{"mgmds", f.mgmds, &wanted.NumManagedMgmdVms},
		{"apis", f.apis, &wanted.NumManagedApiVms},
	} {
		if cmd.Flags().Changed(count.flag) {
			*count.target = count.value
		}
	}
	if err := source.Refuse(validate.Spec(wanted)); err != nil {
		return engine.Spec{}, nil, err
	}
	return wanted, validate.Notices(nil, wanted), nil
}

// onTerminal says whether the console can draw: both ends must be terminals.
func onTerminal(stdout io.Writer) bool {
	out, ok := stdout.(*os.File)
	return ok && term.IsTerminal(out.Fd()) && term.IsTerminal(os.Stdin.Fd())
}
