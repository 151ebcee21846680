package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
)

// EngineTitle is what the engine is about.
func EngineTitle(s *engine.Snapshot) (left, right string) {
	word := "converging"
	switch s.Cluster.State {
	case engine.AtDesiredState:
		word = "at the desired state"
	case engine.ErrorState:
		word = "ERROR"
	}
	return "Engine  desired vs actual", fmt.Sprintf("%s, rev %d", word, s.Cluster.Revision)
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
	why := whyRows(s, w, max(h-len(rows)-2, 1))
	steps := runRows(s, v, w, max(h-len(rows)-len(why), 1))
	rows = append(rows, steps...)
	rows = append(rows, why...)
	for _, n := range s.Cluster.Notices {
		for _, text := range Wrap("note: "+Clean(n.String()), w) {
			rows = append(rows, Words(Dim, text))
		}
	}
	return firstRows(rows, h)
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

// WhyNot says in one sentence why the desired state is not reached, "" if it is.
func WhyNot(s *engine.Snapshot) string {
	c := &s.Cluster
	if c.State == engine.AtDesiredState {
		return ""
	}
	reasons := make([]string, 0, len(c.Waiting)+1)
	if c.Reason != "" {
		reasons = append(reasons, Clean(c.Reason))
	}
	for _, one := range c.Waiting {
		if one != c.Reason {
			reasons = append(reasons, Clean(one))
		}
	}
	if len(reasons) == 0 && c.Run.Active {
		return fmt.Sprintf("the plan is running, %d of %d steps done", c.Run.Done, len(c.Run.Plan.Steps))
	}
	if len(reasons) == 0 {
		return "no reason was given"
	}
	return strings.Join(reasons, "; ")
}

// whyRows is WhyNot in at most h rows.
func whyRows(s *engine.Snapshot, w, h int) []Line {
	why := WhyNot(s)
	if why == "" {
		return nil
	}
	role, label := Info, "why not converged: "
	if s.Cluster.State == engine.ErrorState {
		role, label = Bad, "gave up: "
	}
	texts := Wrap(label+why, w)
	if len(texts) > h && h > 0 {
		texts = append(texts[:h-1], Clip(strings.Join(texts[h-1:], " "), w))
	}
	var rows []Line
	for _, text := range texts {
		rows = append(rows, Words(role, text))
	}
	return rows
}

// IncidentTitle numbers the last incident.
func IncidentTitle(s *engine.Snapshot) (left, right string) {
	if len(s.Load.Incidents) == 0 {
		return "Last incident", "none"
	}
	one := &s.Load.Incidents[len(s.Load.Incidents)-1]
	right = "measured"
	if one.Open {
		right = "still being measured"
	}
	return fmt.Sprintf("Last incident  #%d", one.ID), right
}

// IncidentRows is what the last fault did to the clients.
func IncidentRows(s *engine.Snapshot, v *View, w, h int) []Line {
	if len(s.Load.Incidents) == 0 {
		return []Line{Words(Dim, Clip("no fault in this session", w))}
	}
	one := &s.Load.Incidents[len(s.Load.Incidents)-1]
	e := &one.Errors
	role := Good
	if one.Lost > 0 {
		role = Alarm
	}
	rows := []Line{
		Words(Strong, Clip(fmt.Sprintf("%s, %s ago", Clean(one.Fault), age(v.Now, one.At)), w)),
		Words(Plain, Clip(fmt.Sprintf("no write at all   %s", timeSpan(one.Blackout)), w)),
		Words(Plain, Clip(fmt.Sprintf("some path down    %s", timeSpan(one.Brownout)), w)),
	}
	errors := fmt.Sprintf("%s temporary, %s permanent,", Count(e.Temporary), Count(e.Permanent))
	more := fmt.Sprintf("%s unknown, %s refused", Count(e.Unknown), Count(e.Refused))
	if 18+Width(errors)+1+Width(more) <= w {
		rows = append(rows, Words(Plain, "errors            "+errors+" "+more))
	} else {
		rows = append(rows, Words(Plain, Clip("errors            "+errors, w)), Words(Plain, Clip("                  "+more, w)))
	}
	rows = append(rows, Words(role, Clip(fmt.Sprintf("lost              %s of %s acknowledged writes", Count(one.Lost), Count(one.Acked)), w)))
	if one.RolledBack > 0 {
		rows = append(rows, Words(Warn, Clip("rolled back       "+Count(one.RolledBack)+" by design (system restart)", w)))
	}
	return firstRows(rows, h)
}
