package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/engine/spec"
)

// fileHelp explains the desired state where a command reads one.
const fileHelp = "The file is a desired state in managed RonDB's words (JSONC); - reads it from stdin. A field that\n" +
	"it does not name has its default. Every problem is told with its line and column."

// fileFlags is what the command line of `plan` and `diff` says.
type fileFlags struct {
	file     string
	detailed bool
}

func newPlan(p *program) *cobra.Command {
	var flags fileFlags
	cmd := &cobra.Command{
		Use:   "plan [-f FILE] [NAME]",
		Short: "Print the plan that a desired state would lead to",
		Long: "Print the steps that a desired state would lead to, and change nothing. Without -f it is the\n" +
			"plan that runs, or what is left to do for the present desired state. What has to be waited for\n" +
			"goes to stderr.\n\n" + fileHelp,
		Example: "  rondb-tui plan -f desired.jsonc demo\n" +
			"  rondb-tui plan --detailed-exitcode",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.file == "" {
				return p.with(cmd.Context(), nameArg(args), func(ctx context.Context, client *control.Client) error {
					return p.planNow(ctx, client, flags.detailed)
				})
			}
			wanted, err := p.readWanted(flags.file)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(ctx context.Context, client *control.Client) error {
				return p.planFor(ctx, client, wanted, flags.detailed)
			})
		},
	}
	cmd.Flags().StringVarP(&flags.file, "file", "f", "", "desired state (JSONC), - for stdin")
	cmd.Flags().BoolVar(&flags.detailed, "detailed-exitcode", false, "exit code 8 if there is something to do")
	return cmd
}

func newDiff(p *program) *cobra.Command {
	var flags fileFlags
	cmd := &cobra.Command{
		Use:   "diff -f FILE [NAME]",
		Short: "Print how a desired state differs from the present one",
		Long:  "Print the fields in which a desired state differs from the present one of a cluster, one a line.\n\n" + fileHelp,
		Example: "  rondb-tui diff -f desired.jsonc demo\n" +
			"  rondb-tui diff -f desired.jsonc --detailed-exitcode",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := p.readWanted(flags.file)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(_ context.Context, client *control.Client) error {
				return p.diff(&client.Latest().Cluster.Spec, &wanted.spec, flags.detailed)
			})
		},
	}
	cmd.Flags().StringVarP(&flags.file, "file", "f", "", "desired state (JSONC), - for stdin; required")
	cmd.Flags().BoolVar(&flags.detailed, "detailed-exitcode", false, "exit code 8 if there is a difference")
	return cmd
}

// stdinFile is the name of a file that means stdin.
const stdinFile = "-"

// wantedState is a desired state that was read, and where its fields stood.
type wantedState struct {
	spec   engine.Spec
	source spec.Source
}

// readWanted reads the file of a command that needs one.
func (p *program) readWanted(file string) (w wantedState, err error) {
	switch file {
	case "":
		return w, withCode(exitUsage, errors.New("no desired state is given; use -f FILE, or -f - for stdin"))
	case stdinFile:
		w.spec, w.source, err = spec.Read(p.stdin, "stdin")
	default:
		w.spec, w.source, err = spec.ReadFile(file)
	}
	return w, err
}

// asked is the intent to have the state as it was read.
func (w *wantedState) asked(engine.Spec) (engine.Intent, error) {
	return engine.SetSpec{Spec: w.spec, Source: w.source.Name()}, nil
}

// planFor prints the plan that a new desired state would lead to.
func (p *program) planFor(ctx context.Context, client *control.Client, wanted wantedState, detailed bool) error {
	preview, err := client.Preview(ctx, engine.Request{
		Intent: engine.SetSpec{Spec: wanted.spec, Source: wanted.source.Name()}, By: actorCLI,
	})
	if err != nil {
		return err
	}
	if err := wanted.source.Refuse(preview.Problems); err != nil {
		return err
	}
	p.sayNotices(preview.Notices)
	return p.showPlan(&preview.Plan, preview.Report.Waiting(), detailed)
}

// planNow prints the plan that runs, else what is left to do.
func (p *program) planNow(ctx context.Context, client *control.Client, detailed bool) error {
	if c := &client.Latest().Cluster; c.Run.Active {
		return p.showPlan(&c.Run.Plan, c.Waiting, detailed)
	}
	preview, err := client.Preview(ctx, engine.Request{Intent: engine.RetryNow{}, By: actorCLI})
	if err != nil {
		return err
	}
	return p.showPlan(&preview.Plan, preview.Report.Waiting(), detailed)
}

func (p *program) showPlan(plan *engine.Plan, waiting []string, detailed bool) error {
	p.printPlan(plan)
	p.sayWaiting(waiting)
	if detailed && !plan.Empty() {
		return withCode(exitNotEmpty, nil)
	}
	return nil
}

// diff prints the differing fields.
func (p *program) diff(present, wanted *engine.Spec, detailed bool) error {
	changes, err := specChanges(present, wanted)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		p.print("no difference")
		return nil
	}
	p.printLines(changes)
	if detailed {
		return withCode(exitNotEmpty, nil)
	}
	return nil
}
