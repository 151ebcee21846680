package present

import (
	"fmt"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// running gives a snapshot a plan of one step that runs.
func running(s *engine.Snapshot) {
	s.Cluster.State = engine.WorkingTowards
	plan := engine.Plan{Steps: []engine.Step{{ID: 1, Action: engine.WriteConfig{}, Cause: "because there is none"}}}
	s.Cluster.Run = engine.RunView{Plan: plan, Active: true}
}

func TestWhyNot(t *testing.T) {
	const first = "write the cluster configuration, because there is none"
	for _, one := range []struct {
		name    string
		active  bool
		reason  string
		waiting []string
		want    string
	}{
		{name: "no reason", want: "no reason was given"},
		{name: "two reasons", reason: "steady", waiting: []string{"steady", "no arbitrator is ready"}, want: "steady; no arbitrator is ready"},
		{name: "a plan runs", active: true, want: "the plan is running, 0 of 1 steps done"},
		{name: "its first step says less than what is waited for", active: true, reason: first, waiting: []string{"node 1 starts"}, want: "node 1 starts"},
		{name: "nor is it worth a word alone", active: true, reason: first, want: "the plan is running, 0 of 1 steps done"},
		{name: "any other reason is", active: true, reason: "cannot look", waiting: []string{"node 1 starts"}, want: "cannot look; node 1 starts"},
		{name: "the plan has ended", reason: first, want: first},
	} {
		s := small()
		running(s)
		s.Cluster.Run.Active, s.Cluster.Reason, s.Cluster.Waiting = one.active, one.reason, one.waiting
		if got := strings.Join(whyNot(s), "; "); got != one.want {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
	if got := strings.Join(whyNot(small()), "; "); got != "" {
		t.Errorf("at the desired state: %q", got)
	}
}

// TestWhyRowsCountTheRest: what has no room is counted, not cut.
func TestWhyRowsCountTheRest(t *testing.T) {
	s := small()
	running(s)
	for i := range 144 {
		s.Cluster.Waiting = append(s.Cluster.Waiting, fmt.Sprintf("waiting until data node %d is started", i+1))
	}
	for _, one := range []struct {
		w, h int
		want string
	}{
		{80, 1, "why not converged: waiting until data node 1 is started; and 143 more\n"},
		{80, 2, "node\n2 is started; waiting until data node 3 is started; and 141 more\n"},
		{30, 1, "why not converged: waiting un~\n"},
	} {
		if got := text(whyRows(s, one.w, one.h)); !strings.HasSuffix(got, one.want) {
			t.Errorf("%dx%d: %q does not end in %q", one.w, one.h, got, one.want)
		}
	}
}

func TestNoticesAreSeen(t *testing.T) {
	const text1 = "accepted, not acted on yet"
	s := small()
	v := &View{Now: s.At, Glyphs: Blocks()}
	s.Cluster.Notices = []engine.Notice{
		{Field: "OnDemandBackups", Text: text1 + " (no backup is taken)"}, {Field: "Region", Text: text1}, {Field: "Parameters", Text: text1},
	}
	const summary = "3 notices, accepted, not acted on yet (? lists them): OnDemandBackups"
	const full = "note: OnDemandBackups: accepted, not acted on yet (no backup is taken)"
	for _, one := range []struct {
		name string
		rows []Line
		want string
	}{
		{"timeline", TimelineRows(s, 78, 5, 0), summary},
		{"engine pane, low", EngineRows(s, v, 78, 5), summary},
		{"engine pane, high", EngineRows(s, v, 78, 8), full},
		{"help", NoticeRows(s, 78), full[len("note: "):]},
	} {
		if got := text(one.rows); !strings.Contains(got, one.want) {
			t.Errorf("%s does not say %q:\n%s", one.name, one.want, got)
		}
	}
	s.Cluster.State = engine.WorkingTowards
	if got := text(TimelineRows(s, 78, 5, 0)); strings.Contains(got, "notices") || !strings.Contains(got, "why not converged") {
		t.Errorf("why comes first:\n%s", got)
	}
}

// TestChangeNotesOnlyWhatIsNew, and below the plan, which is what is agreed to.
func TestChangeNotesOnlyWhatIsNew(t *testing.T) {
	s := small()
	known, added := engine.Notice{Field: "Region", Text: "known"}, engine.Notice{Field: "Parameters", Text: "added"}
	s.Cluster.Notices = []engine.Notice{known}
	p := engine.Preview{Notices: []engine.Notice{known, added}}
	p.Plan.Steps = []engine.Step{{ID: 1, Action: engine.WriteConfig{}, Cause: "because it is new"}}
	got := text(ChangeRows(s, &p, 60))
	if !strings.HasSuffix(got, "   1  write the cluster configuration\nnote: Parameters: added\n") || strings.Contains(got, "known") {
		t.Errorf("the sheet says:\n%s", got)
	}
}
