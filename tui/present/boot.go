package present

import (
	"fmt"
	"slices"

	"rondb-tui/engine"
)

// Ready says whether the cluster is what `up` promises: healthy, and where there
// is a workload, a first write read back; or stopped, where that is wanted.
func Ready(s *engine.Snapshot) bool {
	if !s.Cluster.Spec.RonDBRunning {
		return s.Cluster.State == engine.AtDesiredState
	}
	return s.Cluster.Health == engine.Healthy && firstWriteVerified(s)
}

func firstWriteVerified(s *engine.Snapshot) bool {
	return !hasWorkload(s) || s.Load.Ledger.Verified > 0
}

func hasWorkload(s *engine.Snapshot) bool {
	return s.Load.Workload != "" && s.Load.Workload != "none"
}

// BootTitle counts the steps.
func BootTitle(s *engine.Snapshot, v *View) (left, right string) {
	run := &s.Cluster.Run
	if run.Plan.Empty() {
		return "Starting", "making a plan"
	}
	right = fmt.Sprintf("%d of %d steps done", run.Done, len(run.Plan.Steps))
	if run.Active {
		right += "   " + age(v.Now, run.Started)
	}
	return "Starting", right
}

// BootRows is the way up in w columns and h rows: the plan's steps, the first
// write that makes "ready" true, and what is waited for.
func BootRows(s *engine.Snapshot, v *View, w, h int) []Line {
	tail := slices.Concat(firstWriteRow(s, v, w), whyRows(s, w, 3))
	tail = firstRows(tail, max(h/2, 1))
	rows := StepRows(s, v, w, max(h-len(tail), 0))
	if s.Cluster.Run.Plan.Empty() {
		rows = []Line{Words(Dim, Clip("the engine looks at the world and makes its plan", w))}
	}
	return firstRows(append(rows, tail...), h)
}

func firstWriteRow(s *engine.Snapshot, v *View, w int) []Line {
	if !hasWorkload(s) {
		return nil
	}
	state := engine.StepWaiting
	switch {
	case firstWriteVerified(s):
		state = engine.StepDone
	case s.Load.Running && s.Cluster.Observed.Serving:
		state = engine.StepRunning
	}
	mark, role := v.Glyphs.step(state)
	line := Words(role, mark+" ").Add(Plain, Clip("first write read back through another MySQL server (the real \"ready\")", max(w-4, 0)))
	rows := []Line{line}
	if state == engine.StepRunning && s.Load.Reason != "" {
		rows = append(rows, Words(Info, Clip("    "+Clean(s.Load.Reason), w)))
	}
	return rows
}
