package main

import (
	"fmt"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
)

// dryRun prints the plan that `up` would begin with, and starts nothing.
func dryRun(r *upRequest, p *program) error {
	p.sayNotices(r.notices)
	steps, _ := plan.Make(plan.Input{Spec: r.spec, Revision: max(r.spec.ID, 1), Observed: engine.Observed{}})
	_, err := fmt.Fprint(p.stdout, steps.String())
	return err
}
