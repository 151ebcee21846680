package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/engine/spec"
)

// changeFlags is what the command line of `apply`, `scale` and `undo` says.
type changeFlags struct {
	wait    bool
	dryRun  bool
	yes     bool // apply only
	timeout time.Duration
}

// changeRequest is a change of the desired state that is asked for.
type changeRequest struct {
	ask      func(present engine.Spec) (engine.Intent, error)
	source   spec.Source // where problems stand; the zero Source knows no place
	fullPlan bool        // show the plan and not the fields that change
	confirm  bool        // a person has to agree
}

func newApply(p *program) *cobra.Command {
	var flags changeFlags
	var file string
	cmd := &cobra.Command{
		Use:   "apply -f FILE [NAME]",
		Short: "Make a file the desired state",
		Long: "Make a file the desired state of a cluster. The plan is printed first, and exactly that plan is\n" +
			"agreed to: if the cluster moves meanwhile so that another plan would run, it is shown once more.\n" +
			"On a terminal you are asked, unless --yes. The new revision is printed.\n\n" + fileHelp,
		Example: "  rondb-tui apply -f desired.jsonc demo --wait\n" +
			"  rondb-tui apply -f - < desired.jsonc",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := p.readWanted(file)
			if err != nil {
				return err
			}
			request := changeRequest{ask: wanted.asked, source: wanted.source, fullPlan: true, confirm: !flags.yes}
			return p.change(cmd.Context(), nameArg(args), request, flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVarP(&file, "file", "f", "", "desired state (JSONC), - for stdin; required")
	cmd.Flags().BoolVar(&flags.yes, "yes", false, "do not ask")
	return cmd
}

func newUndo(p *program) *cobra.Command {
	var flags changeFlags
	cmd := &cobra.Command{
		Use:   "undo [NAME]",
		Short: "Go back to the desired state before the present one",
		Long: "Go back to the desired state before the present one, as a new revision. Asked again, it goes\n" +
			"back further. What changes is printed, then the new revision.",
		Example: "  rondb-tui undo demo --dry-run\n  rondb-tui undo demo --wait",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask := func(engine.Spec) (engine.Intent, error) { return engine.Undo{}, nil }
			return p.change(cmd.Context(), nameArg(args), changeRequest{ask: ask}, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

// add defines the flags that all changes have.
func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait until the cluster is as it is wanted")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the plan and change nothing")
	cmd.Flags().DurationVar(&f.timeout, "timeout", defaultTimeout, "with --wait, give up after this long without progress")
}

// change asks for a new desired state and, where that is wanted, waits until the
// cluster has it.
func (p *program) change(ctx context.Context, name string, request changeRequest, flags changeFlags) error {
	if err := aboveZero("timeout", flags.timeout); err != nil {
		return err
	}
	return p.with(ctx, name, func(ctx context.Context, client *control.Client) error {
		revision, err := p.changeOnce(ctx, client, request, flags)
		if engine.KindOf(err) == engine.KindConflict {
			p.say("the cluster or its desired state changed meanwhile; looking again")
			revision, err = p.changeOnce(ctx, client, request, flags)
		}
		if err != nil || !flags.wait || flags.dryRun {
			return err
		}
		return p.until(ctx, client, flags.timeout, func(s *engine.Snapshot) bool {
			return s.Cluster.Revision >= revision && converged(s)
		})
	})
}

// changeOnce previews, shows, asks and submits. It gives the revision that holds
// then. KindConflict says that what was shown is not what would run.
func (p *program) changeOnce(ctx context.Context, client *control.Client, request changeRequest, flags changeFlags) (engine.Revision, error) {
	now, err := client.Preview(ctx, engine.Request{Intent: engine.RetryNow{}, By: actorCLI}) // the present state
	if err != nil {
		return 0, err
	}
	intent, err := request.ask(now.Spec)
	if err != nil {
		return 0, err
	}
	asked := engine.Request{Intent: intent, By: actorCLI, Base: now.Base}
	next, err := client.Preview(ctx, asked)
	if err != nil {
		return 0, err
	}
	if err := request.source.Refuse(next.Problems); err != nil {
		return 0, err
	}
	p.sayNotices(next.Notices)
	changes, err := specChanges(&now.Spec, &next.Spec)
	if err != nil {
		return 0, err
	}
	if flags.dryRun {
		p.showChange(request, changes, &next, true)
		return now.Base, nil
	}
	if len(changes) == 0 {
		p.print("nothing to change at revision %d", now.Base)
		return now.Base, nil
	}
	p.showChange(request, changes, &next, false)
	if err := p.agreed(ctx, request); err != nil {
		return 0, err
	}
	asked.Approved = next.Plan.Fingerprint
	if err := client.Submit(ctx, asked); err != nil {
		return 0, err
	}
	p.print("revision %d", next.Spec.ID)
	return next.Spec.ID, nil
}

// showChange prints what a change leads to: the plan, or the fields and how long
// the plan is; a dry run has the plan in any case.
func (p *program) showChange(request changeRequest, changes []string, next *engine.Preview, dryRun bool) {
	if !request.fullPlan {
		p.printLines(changes)
	}
	if request.fullPlan || dryRun {
		p.printPlan(&next.Plan)
	} else {
		p.print("%s", counted(len(next.Plan.Steps), "step"))
	}
	p.sayWaiting(next.Report.Waiting())
}

// agreed asks a person, where that is wanted and there is one. A script has
// agreed by calling.
func (p *program) agreed(ctx context.Context, request changeRequest) error {
	if !request.confirm || !p.interactive() {
		return nil
	}
	return p.confirm(ctx, "Make this the desired state?")
}

// confirm asks a question on stderr. Only a yes is one.
func (p *program) confirm(ctx context.Context, question string) error {
	_, _ = fmt.Fprintf(p.stderr, "%s (y/N) ", question)
	typed := make(chan string, 1)
	go func() { // outlives an interrupt: a read from a terminal cannot be broken off
		answer, _ := bufio.NewReader(p.stdin).ReadString('\n') // without an answer: no
		typed <- answer
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case answer := <-typed:
		if word := strings.ToLower(strings.TrimSpace(answer)); word == "y" || word == "yes" {
			return nil
		}
	}
	return withCode(exitRefused, errors.New("nothing was changed"))
}
