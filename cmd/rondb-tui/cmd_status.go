package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/internal/statusdoc"
)

// statusFlags is what the command line of `status` says.
type statusFlags struct {
	output  string
	check   bool
	asserts []string
}

func newStatus(p *program) *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Print the state of a cluster",
		Long: "Print the state of a cluster: for people (table), for scripts (json, as docs/status-schema.md\n" +
			"says) or in one line for prompts and status bars (oneline).\n\n" +
			"--assert compares a field of the JSON with a value, by == != < <= > or >=. Exit code 10: one\n" +
			"does not hold. --check gives the health as exit code: 0 healthy, 9 at risk or starting, 19 down\n" +
			"or stopped. An assertion that does not hold comes before the health.",
		Example: "  rondb-tui status demo -o json\n" +
			"  rondb-tui status --check\n" +
			"  rondb-tui status --assert workload.lost==0 --assert nodes.5.status==started",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", flags.output, outputTable, outputJSON, outputOneline); err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(_ context.Context, client *control.Client) error {
				return p.status(client.Latest(), &flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.output, "output", "o", outputTable, "table, json or oneline")
	f.BoolVar(&flags.check, "check", false, "exit code 9 if the cluster is at risk or starting, 19 if it is down or stopped")
	f.StringArrayVar(&flags.asserts, "assert", nil, "exit code 10 unless this holds, such as workload.lost==0; may be repeated")
	return cmd
}

// status prints the document, and says by the error what the flags ask of it. An
// assertion that makes no sense prints nothing.
func (p *program) status(s *engine.Snapshot, flags *statusFlags) error {
	d := statusdoc.From(s)
	failed, err := assertAll(d, flags.asserts)
	if err != nil {
		return err
	}
	text, err := statusText(d, flags.output)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(p.stdout, text); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return withCode(exitAssert, failed)
	case flags.check:
		return healthCode(s.Cluster.Health)
	}
	return nil
}

func statusText(d statusdoc.Document, output string) (string, error) {
	switch output {
	case outputJSON:
		text, err := d.JSON()
		return string(text), err
	case outputOneline:
		return d.Oneline() + "\n", nil
	}
	return d.Table(), nil
}

// assertAll gives every assertion that does not hold as one error, and apart from
// that the first one that makes no sense.
func assertAll(d statusdoc.Document, asserts []string) (failed, wrong error) {
	for _, one := range asserts {
		err := statusdoc.Assert(d, one)
		var not *statusdoc.AssertError
		if err != nil && !errors.As(err, &not) {
			return nil, err
		}
		failed = errors.Join(failed, err)
	}
	return failed, nil
}

// healthCode is what --check answers. The code is the whole answer: the document
// has said the rest.
func healthCode(health engine.Health) error {
	switch health {
	case engine.Healthy:
		return nil
	case engine.Down, engine.Stopped:
		return withCode(exitDown, nil)
	case engine.AtRisk, engine.Starting:
	}
	return withCode(exitAtRisk, nil) // also for what is not known yet
}
