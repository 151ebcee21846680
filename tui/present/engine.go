package present

import (
	"fmt"
	"slices"
	"time"

	"rondb-tui/engine"
)

// EngineTitle is what the engine is about.
func EngineTitle(s *engine.Snapshot) (left, right string) {
	var word string
	switch s.Cluster.State {
	case engine.AtDesiredState:
		word = "at the desired state"
	case engine.WorkingTowards:
		word = "converging"
	case engine.ErrorState:
		word = "ERROR"
	}
	return "Engine", fmt.Sprintf("%s, rev %d", word, s.Cluster.Revision)
}

// EngineRows compares what is wanted with what is there, and says what runs and
// why the two are not the same yet, in w columns and h rows.
func EngineRows(s *engine.Snapshot, v *View, w, h int) []Line {
	var rows []Line
	for _, kind := range []engine.NodeKind{engine.KindData, engine.KindMySQL, engine.KindManagement, engine.KindAPI} {
		if row := countRow(s, kind, w); row != nil {
			rows = append(rows, row)
		}
	}
	left := h - len(rows)
	kept := min(len(s.Cluster.Notices), 1) // the row that notices have at least
	why := whyRows(s, w, max(left-kept-2, 1))
	steps := runRows(s, v, w, max(left-kept-len(why), 1))
	left -= len(why) + len(steps)
	return firstRows(slices.Concat(rows, steps, why, noticeRows(s, w, left)), h)
}

// countRow counts the nodes of a kind, nil where none is wanted or there.
func countRow(s *engine.Snapshot, kind engine.NodeKind, w int) Line {
	wanted, started, other := 0, 0, map[string]int{}
	var order []string
	var g Glyphs
	for i := range s.Cluster.Observed.Nodes {
		n := &s.Cluster.Observed.Nodes[i]
		if n.Kind != kind || !shown(s, n) {
			continue
		}
		if s.Cluster.Spec.Fills(n.Slot) {
			wanted++
		}
		_, word, _ := g.Status(n)
		if word == "started" {
			started++
			continue
		}
		if other[word] == 0 {
			order = append(order, word)
		}
		other[word]++
	}
	if wanted == 0 && started == 0 && len(other) == 0 {
		return nil
	}
	desired := fmt.Sprintf("desired %d", wanted)
	if !s.Cluster.Spec.RonDBRunning {
		desired = "desired stopped"
	}
	actual := fmt.Sprintf("%d started", started)
	for _, word := range order {
		actual += fmt.Sprintf(", %d %s", other[word], word)
	}
	role := Good
	if started != wanted || len(other) > 0 {
		role = Warn
	}
	line := Words(Plain, Pad(kind.Words()+"s", 19)+" "+desired+"   ")
	return line.Add(role, Clip(actual, max(w-line.Width(), 0)))
}

// runRows shows the plan that runs, or the last one, around its running steps.
func runRows(s *engine.Snapshot, v *View, w, h int) []Line {
	run := &s.Cluster.Run
	if run.Plan.Empty() {
		return []Line{Words(Dim, "plan                nothing to do")}
	}
	word := "done"
	switch {
	case run.Active:
		word = "running " + age(v.Now, run.Started)
	case run.Done < len(run.Plan.Steps):
		word = "stopped"
	}
	head := fmt.Sprintf("plan                %d of %s   %s", run.Done, plural(len(run.Plan.Steps), "step"), word)
	if run.Attempt > 0 {
		head += fmt.Sprintf("   after %s", plural(run.Attempt, "failed run"))
	}
	if i := runningStep(run); i >= 0 && h <= 1 {
		head += ": " + Clean(run.Plan.Steps[i].Action.String())
	}
	rows := []Line{Words(Plain, Clip(head, w))}
	if !run.Active && run.Done == len(run.Plan.Steps) {
		return rows
	}
	return append(rows, StepRows(s, v, w, h-1)...)
}

// runningStep is the index of the first running step, -1 if none runs.
func runningStep(run *engine.RunView) int {
	return slices.IndexFunc(run.Steps[:min(len(run.Steps), len(run.Plan.Steps))],
		func(v engine.StepView) bool { return v.State == engine.StepRunning })
}

// StepRows lists the plan's steps with state and elapsed time, in w columns and
// at most h rows around the first unfinished step.
func StepRows(s *engine.Snapshot, v *View, w, h int) []Line {
	run := &s.Cluster.Run
	first := len(run.Plan.Steps)
	for i := range run.Plan.Steps {
		if state := stepView(run, i).State; state != engine.StepDone {
			first = i
			break
		}
	}
	start := Window(max(first-h/3, 0), min(first, len(run.Plan.Steps)-1), len(run.Plan.Steps), h)
	var rows []Line
	for i := start; i < len(run.Plan.Steps) && len(rows) < h; i++ {
		rows = append(rows, stepRow(s, v, i, w))
	}
	return rows
}

// stepView tolerates a run whose steps have no state yet.
func stepView(run *engine.RunView, i int) engine.StepView {
	if i < len(run.Steps) {
		return run.Steps[i]
	}
	return engine.StepView{State: engine.StepWaiting}
}

func stepRow(s *engine.Snapshot, v *View, i, w int) Line {
	step, view := &s.Cluster.Run.Plan.Steps[i], stepView(&s.Cluster.Run, i)
	mark, role := v.Glyphs.step(view.State)
	line := Words(role, mark+" ").Add(Plain, Clip(Clean(step.Action.String()), max(w-4, 0)))
	var detail Line
	took := ""
	switch view.State {
	case engine.StepRunning:
		took = stepTime(v.Now.Sub(view.Started))
		detail = stepProgress(s, v, step, w)
	case engine.StepDone:
		took = stepTime(view.Finished.Sub(view.Started))
	case engine.StepFailed:
		detail = Words(Bad, Clean(view.Err))
	case engine.StepSkipped:
		detail = Words(Dim, "skipped")
	case engine.StepWaiting:
		detail = Words(Dim, Clean(step.Cause))
	}
	room := w - line.Width() - Width(took) - 4
	if detail.Width() > room && room > 8 {
		detail = Words(detail[0].Role, Clip(detail.String(), room))
	}
	if detail.Width() > 0 && detail.Width() <= room {
		line = append(line.Add(Plain, "  "), detail...)
	}
	return Between(line, Words(Dim, took), w)
}

// stepTime has one decimal, so that a running step is seen to run.
func stepTime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", max(d, 0).Seconds())
	}
	return timeSpan(d)
}

// stepProgress shows how far the data node is that a running step waits for.
func stepProgress(s *engine.Snapshot, v *View, step *engine.Step, w int) Line {
	if _, waits := step.Action.(engine.AwaitStarted); !waits {
		return nil
	}
	n, found := s.Cluster.Observed.Node(step.Action.Node())
	if !found || n.Kind != engine.KindData || n.Status != engine.StatusStarting {
		return nil
	}
	line := Words(Info, v.Glyphs.bar(n.Progress, max(w/8, 5)))
	if w < 70 {
		return line.Add(Info, fmt.Sprintf(" %d/%d", n.StartPhase, engine.LastStartPhase))
	}
	return line.Add(Plain, fmt.Sprintf(" phase %d/%d %s", n.StartPhase, engine.LastStartPhase, Clean(n.Doing)))
}
