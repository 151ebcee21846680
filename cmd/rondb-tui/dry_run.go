package main

import (
	"fmt"
	"io"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/host"
)

// dryRun prints the plan that `up` would begin with, and starts nothing.
func dryRun(options host.Options, stdout, stderr io.Writer) error {
	for _, n := range options.Notices {
		_, _ = fmt.Fprintln(stderr, "notice:", n)
	}
	steps, _ := plan.Make(plan.Input{Spec: options.Spec, Revision: max(options.Spec.ID, 1), Observed: engine.Observed{}})
	_, err := fmt.Fprint(stdout, steps.String())
	return err
}
