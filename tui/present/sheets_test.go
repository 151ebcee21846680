package present

import (
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

func text(rows []Line) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(row.String())
		b.WriteByte('\n')
	}
	return b.String()
}

func TestBlast(t *testing.T) {
	for _, one := range []struct {
		name         string
		change       func(*engine.Snapshot)
		targets      []engine.NodeID
		stops, noSQL bool
		fault        Fault
		says         []string
	}{
		{
			name: "a replica, the arbitrator decides", targets: []engine.NodeID{2},
			says: []string{"kill -9 data node 2 (NG0)", "copies 2 -> 1 of 2", "The cluster survives: exactly half", "The arbitrator is asked: node 65.", "go on serving: 67, 68", "not measured"},
		},
		{
			name: "a replica and the arbitrator", targets: []engine.NodeID{2, 65}, stops: true,
			says: []string{"The cluster WILL stop: exactly half of the data nodes are left and no arbitrator is ready", "may roll back by design"},
		},
		{name: "the group", targets: []engine.NodeID{1, 2}, stops: true, says: []string{"copies 2 -> 0 of 2", "a node group has no survivor"}},
		{
			name: "the arbitrator alone", targets: []engine.NodeID{65},
			says: []string{"kill -9 management server 65", "Node 65 is the arbitrator; another has to be chosen."},
		},
		{name: "all MySQL servers", targets: []engine.NodeID{67, 68}, noSQL: true, says: []string{"No MySQL server answers until one is back."}},
		{
			name: "not serving", targets: []engine.NodeID{1, 2},
			change: func(s *engine.Snapshot) { s.Cluster.Observed.Serving = false },
			says:   []string{"does not serve now"},
		},
		{
			name: "measured before", targets: []engine.NodeID{1},
			change: func(s *engine.Snapshot) {
				s.Load.Incidents = []engine.Incident{
					{Measured: true, Nodes: []engine.NodeID{2}, Blackout: 600 * time.Millisecond},
					{Measured: true, Nodes: []engine.NodeID{1}, Blackout: 740 * time.Millisecond},
					{Measured: true, Nodes: []engine.NodeID{1}, Blackout: 9 * time.Second, Open: true},
					{Measured: true, Nodes: []engine.NodeID{67}, Blackout: time.Millisecond},
					{Nodes: []engine.NodeID{1}}, // the load was paused: its 0 says nothing
				}
			},
			says: []string{"2 earlier kills like it: 600 ms to 740 ms"},
		},
	} {
		s := small()
		if one.change != nil {
			one.change(s)
		}
		b := BlastOf(s, one.fault, one.targets, 200)
		if b.Stops != one.stops || b.NoSQL != one.noSQL {
			t.Errorf("%s: stops %v, no MySQL server %v", one.name, b.Stops, b.NoSQL)
		}
		for _, say := range one.says {
			if got := text(b.Rows); !strings.Contains(got, say) {
				t.Errorf("%s does not say %q:\n%s", one.name, say, got)
			}
		}
		if got := text(b.Rows); b.Stops && strings.Contains(got, "Outage for clients") {
			t.Errorf("%s: an earlier kill that did not stop the cluster is no measure:\n%s", one.name, got)
		}
		if got := text(b.Rows); strings.Contains(got, "NG0") && strings.Index(got, "NG0: copies") < strings.Index(got, "The cluster") {
			t.Errorf("%s: the verdict is not first:\n%s", one.name, got)
		}
	}
}

func TestAvailability(t *testing.T) {
	s := small()
	slot := func(id engine.NodeID) engine.Slot {
		n, _ := s.Cluster.Observed.Node(id)
		return n.Slot
	}
	for _, one := range []struct {
		name    string
		actions []engine.Action
		want    string
	}{
		{"nothing stops", []engine.Action{engine.CreateNode{Slot: slot(3)}}, "keeps at least 2 started replicas, and at least 2 MySQL servers answer"},
		{
			"one after another",
			[]engine.Action{
				engine.StopNode{Slot: slot(1)}, engine.AwaitStarted{Slot: slot(1)},
				engine.StopNode{Slot: slot(2)}, engine.AwaitStarted{Slot: slot(2)}, engine.StopNode{Slot: slot(67)},
			},
			"keeps at least 1 started replica, and at least 1 MySQL server answers",
		},
		{"a whole group", []engine.Action{engine.StopNode{Slot: slot(1)}, engine.DeactivateNode{Slot: slot(2)}}, "NOT AVAILABLE: a node group has no started replica"},
		{"all MySQL servers", []engine.Action{engine.StopNode{Slot: slot(67)}, engine.RemoveNode{Slot: slot(68)}}, "NOT AVAILABLE: no MySQL server answers"},
		{"waiting for what runs", []engine.Action{engine.AwaitStarted{Slot: slot(1)}, engine.StopNode{Slot: slot(1)}}, "at least 1 started replica"},
		{"everything", []engine.Action{engine.StopAllDataNodes{}}, "NOT AVAILABLE: every data node stops"},
	} {
		var plan engine.Plan
		for i, a := range one.actions {
			plan.Steps = append(plan.Steps, engine.Step{ID: engine.StepID(i + 1), Action: a, Cause: "test"})
		}
		if got := text(ChangeRows(s, &engine.Preview{Plan: plan}, 200)); !strings.Contains(got, one.want) {
			t.Errorf("%s does not say %q:\n%s", one.name, one.want, got)
		}
	}
}

func TestHeader(t *testing.T) {
	s := small()
	s.Cluster.Health = engine.AtRisk
	s.Load.Ledger = engine.LedgerView{Acked: 18_000_000_000, Unknown: 1234}
	for w := 40; w <= 240; w++ {
		got := Header(s, false, w).String()
		if Width(got) != w || !strings.HasSuffix(got, "LOST 0 ") || !strings.Contains(got, "SIMULATED") || !strings.Contains(got, "AT RISK") {
			t.Errorf("at %d columns: %q", w, got)
		}
	}
	s.Cluster.Name = "a-name-of-forty-characters-that-is-long.."
	s.Load.Ledger.Lost = 12
	for w := 1; w <= 240; w++ {
		row := Header(s, false, w)
		if Width(row.String()) > w {
			t.Errorf("at %d columns: %q", w, row)
		}
		if w >= 40 && (!strings.HasSuffix(row.String(), "LOST 12 ") || !strings.Contains(row.String(), "SIMULATED") || row[len(row)-1].Role != Alarm) {
			t.Errorf("at %d columns: %q", w, row)
		}
		if line := StatusLine(s, w); line.Width() > w {
			t.Errorf("status line at %d columns: %q", w, line)
		}
	}
}

// TestLedgerNamesEveryWrong: nothing a ledger can find is left unsaid.
func TestLedgerNamesEveryWrong(t *testing.T) {
	s := small()
	v := &View{Now: s.At, Glyphs: Blocks()}
	s.Load.Workload = "bank"
	s.Load.Ledger = engine.LedgerView{Lost: 1, RolledBack: 2, Duplicated: 3, Torn: 4, Resurrected: 5, Unknown: 6, Verdict: engine.VerdictFail}
	got := text(LedgerRows(s, v, 28))
	for _, say := range []string{"LOST 1", "FAIL", "rolled back by design 2", "duplicated 3", "torn 4", "resurrected 5", "unknown 6"} {
		if !strings.Contains(got, say) {
			t.Errorf("does not say %q:\n%s", say, got)
		}
	}
}

// TestIncidentSaysWhatIsSure: the age is never cut off, and what is lost is final
// only once all is read back.
func TestIncidentSaysWhatIsSure(t *testing.T) {
	for _, one := range []struct {
		name    string
		open    bool
		verdict engine.LedgerVerdict
		want    string
	}{
		{"open", true, engine.VerdictPass, "lost so far       0 of 7 "},
		{"not all read back", false, engine.VerdictUnsure, "lost so far       0 of 7 "},
		{"closed", false, engine.VerdictPass, "lost              0 of 7 "},
	} {
		s := small()
		s.Load.Ledger.Verdict = one.verdict
		s.Load.Incidents = []engine.Incident{{Fault: strings.Repeat("kill ", 40), At: s.At.Add(-5 * time.Second), Acked: 7, Measured: true, Open: one.open}}
		got := text(IncidentRows(s, &View{Now: s.At, Glyphs: Blocks()}, 58, 7))
		if !strings.Contains(got, one.want) || !strings.Contains(got, "~, 5s ago\n") {
			t.Errorf("%s: does not say %q and its age:\n%s", one.name, one.want, got)
		}
	}
}

// TestUnmeasuredIncident: a fault while the load was paused claims nothing.
func TestUnmeasuredIncident(t *testing.T) {
	s := small()
	s.Load.Incidents = []engine.Incident{{Fault: "kill -9 data node 2", At: s.At}}
	got := text(IncidentRows(s, &View{Now: s.At, Glyphs: Blocks()}, 60, 8))
	if !strings.Contains(got, "not measured") || strings.Contains(got, "no write at all") || strings.Contains(got, "lost") {
		t.Errorf("got:\n%s", got)
	}
}

// TestCornerFollowsTheVerdict: LOST 0 is good news only while the ledger passes.
func TestCornerFollowsTheVerdict(t *testing.T) {
	for verdict, role := range map[engine.LedgerVerdict]Role{
		engine.VerdictPass: Good, engine.VerdictUnsure: Warn, engine.VerdictFail: Alarm, "": Good,
	} {
		s := small()
		s.Load.Ledger.Verdict = verdict
		if corner := lost(s); corner.Role != role || !strings.Contains(corner.Text, "LOST 0") {
			t.Errorf("%q: got %+v", verdict, corner)
		}
	}
}

// TestSheetsAndHeaderOutsideService: nothing is said to serve that does not.
func TestSheetsAndHeaderOutsideService(t *testing.T) {
	s := small()
	s.Cluster.Observed.Serving = false
	b := BlastOf(s, FaultKill, []engine.NodeID{65}, 120)
	if got := text(b.Rows); strings.Contains(got, "go on serving") {
		t.Errorf("the data nodes are down:\n%s", got)
	}
	s = small()
	s.Cluster.Health, s.Cluster.Spec.NumManagedMysqldVms = engine.Healthy, 0
	if long, _, _ := HealthWords(s); strings.Contains(long, "serving") {
		t.Errorf("no MySQL server: %q", long)
	}
}

// TestMarksDoNotOverwrite: two faults in the same seconds never read as one of
// nodes that do not exist.
func TestMarksDoNotOverwrite(t *testing.T) {
	l := &engine.LoadView{}
	for i := range 20 {
		l.Samples = append(l.Samples, engine.LoadSample{At: time.Unix(int64(i), 0)})
	}
	for _, one := range []struct {
		at   int64
		node engine.NodeID
	}{{3, 5}, {10, 67}, {11, 4}, {12, 65}} {
		l.Incidents = append(l.Incidents, engine.Incident{At: time.Unix(one.at, 0), Nodes: []engine.NodeID{one.node}})
	}
	if got, want := faultMarks(l, 20), "   ^5       ^65     "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStartingNodes: the phase is said once, and two nodes that start do not
// catch up with each other.
func TestStartingNodes(t *testing.T) {
	s := small()
	v := &View{Now: s.At, Glyphs: Blocks()}
	for i, link := range []string{"catching up", "starting   "} {
		n := &s.Cluster.Observed.Nodes[i]
		n.Status, n.StartPhase, n.Doing = engine.StatusStarting, 4, "node restart"
		rows, ok := ClusterCards(s, v, 80, 24)
		if got := text(rows); !ok || !strings.Contains(got, "phase 4/9  node restart  ") || !strings.Contains(got, " "+link) {
			t.Errorf("%d nodes start:\n%s", i+1, got)
		}
	}
}

// TestRowsFit: no presenter draws wider or higher than it was told, from the
// smallest pane there is.
func TestRowsFit(t *testing.T) {
	s := small()
	s.Load.Workload, s.Load.Running, s.Load.Samples = "bank", true, make([]engine.LoadSample, 30)
	s.Cluster.State, s.Cluster.Waiting = engine.WorkingTowards, []string{strings.Repeat("because ", 30)}
	s.Cluster.Events = make([]engine.Event, 40)
	s.Cluster.Observed.Nodes[0].Status, s.Cluster.Observed.Nodes[0].Doing = engine.StatusStarting, strings.Repeat("copying ", 30)
	s.Cluster.Observed.Nodes[1].Err, s.Cluster.Observed.Nodes[1].Status = strings.Repeat("broken ", 30), engine.StatusDead
	s.Load.Incidents = []engine.Incident{{Fault: strings.Repeat("kill ", 40)}}
	v := &View{Now: s.At, Glyphs: Blocks()}
	const narrowestLoad, narrowest = 28, 38 // inside the panes at 80x24 and at 40x8
	for h := range 20 {
		for _, row := range append(LoadRows(s, v, narrowestLoad, h), LedgerRows(s, v, narrowestLoad)...) {
			if row.Width() > narrowestLoad {
				t.Errorf("the load at %dx%d has a row of %d: %q", narrowestLoad, h, row.Width(), row)
			}
		}
	}
	for w := narrowest; w <= 200; w += 7 {
		for h := 1; h <= 40; h += 5 {
			var cluster []Line
			for _, row := range ClusterRows(s, v, w) {
				cluster = append(cluster, row.Line)
			}
			cards, _ := ClusterCards(s, v, w, h)
			for name, rows := range map[string][]Line{
				"load": LoadRows(s, v, w, h), "engine": EngineRows(s, v, w, h), "incident": IncidentRows(s, v, w, h),
				"timeline": TimelineRows(s, w, h, 3), "boot": BootRows(s, v, w, h), "log": ClusterLogRows(s, w, h), "cards": cards,
			} {
				if len(rows) > h {
					t.Errorf("%s at %dx%d has %d rows", name, w, h, len(rows))
				}
				cluster = append(cluster, rows...)
			}
			for _, row := range cluster {
				if row.Width() > w {
					t.Errorf("at %dx%d a row is %d wide: %q", w, h, row.Width(), row)
				}
			}
		}
	}
}
