package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// stepPrinter prints one line for each step that ended since the last snapshot.
type stepPrinter struct {
	plan    engine.Fingerprint
	started time.Time
	printed map[engine.StepID]bool
}

// skip takes note of what ended already, and prints nothing.
func (p *stepPrinter) skip(s *engine.Snapshot) { p.print(io.Discard, s) }

func (p *stepPrinter) print(w io.Writer, s *engine.Snapshot) {
	run := &s.Cluster.Run
	if run.Plan.Fingerprint != p.plan || !run.Started.Equal(p.started) {
		p.plan, p.started, p.printed = run.Plan.Fingerprint, run.Started, map[engine.StepID]bool{}
	}
	for i := range run.Steps {
		step, state := &run.Plan.Steps[i], &run.Steps[i]
		if p.printed[step.ID] || state.State != engine.StepDone && state.State != engine.StepFailed {
			continue
		}
		p.printed[step.ID] = true
		line := fmt.Sprintf("%-6s %2d/%-2d %-46s %6.1f s", state.State, step.ID, len(run.Steps), step.Action, state.Finished.Sub(state.Started).Seconds())
		if state.Err != "" {
			line += "  " + present.Clean(state.Err)
		}
		_, _ = fmt.Fprintln(w, line)
	}
}

// noWorkload is the name of a load that there is not.
const noWorkload = "none"

// statusLine is the cluster in one line.
func statusLine(s *engine.Snapshot) string {
	c, l := &s.Cluster, &s.Load
	parts := []string{string(c.Name), string(c.State), string(c.Health)}
	if c.Simulated {
		parts = append(parts, "SIMULATED")
	}
	for _, g := range c.Groups {
		parts = append(parts, fmt.Sprintf("NG%d=%d/%d", g.ID, g.Started, len(g.Nodes)))
	}
	if l.Workload != noWorkload {
		parts = append(parts, fmt.Sprintf("%.0f op/s p99=%s acked=%d verified=%d unknown=%d", l.OpsPerSecond,
			l.P99.Round(100*time.Microsecond), l.Ledger.Acked, l.Ledger.Verified, l.Ledger.Unknown))
	}
	if l.Workload != noWorkload && !l.Running && l.Reason != "" {
		parts = append(parts, "(load: "+present.Clean(l.Reason)+")")
	}
	if l.Ledger.RolledBack > 0 {
		parts = append(parts, fmt.Sprintf("rolled_back_by_design=%d", l.Ledger.RolledBack))
	}
	if l.Workload == noWorkload {
		return strings.Join(append(parts, "no load, so no write has a receipt"), " ")
	}
	parts = append(parts, fmt.Sprintf("LOST=%d", l.Ledger.Lost))
	return strings.Join(parts, " ")
}
