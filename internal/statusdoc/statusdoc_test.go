package statusdoc

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

var update = flag.Bool("update", false, "write the golden files anew")

func seen() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 1, time.UTC) }

// fullSnapshot is a cluster in trouble, in which no field of the document is null
// everywhere: 2 is dead, 4 starts, 5 is the last of its group.
func fullSnapshot() *engine.Snapshot {
	spec := engine.DefaultSpec()
	data := func(id engine.NodeID, group engine.GroupID, replica int) engine.NodeObservation {
		return engine.NodeObservation{
			Slot:   engine.Slot{ID: id, Kind: engine.KindData, Group: group, Replica: replica},
			Status: engine.StatusStarted, Active: true, Version: "24.10.0", Container: "sim-ndbmtd-" + id.String(),
		}
	}
	other := func(id engine.NodeID, kind engine.NodeKind, replica int) engine.NodeObservation {
		return engine.NodeObservation{
			Slot:   engine.Slot{ID: id, Kind: kind, Group: engine.NoGroup, Replica: replica},
			Status: engine.StatusStarted, Version: "24.10.0", Container: "sim-" + kind.String() + "-" + id.String(),
		}
	}
	one, two, four, five := data(1, 0, 0), data(2, 0, 1), data(4, 1, 0), data(5, 1, 1)
	one.President = true
	two.Status, two.Version, two.Err = engine.StatusDead, "", "error 2305: Node lost connection\x1b[31m to other nodes\u009b31m "+strings.Repeat("and so on ", 9)
	four.Status, four.StartPhase, four.Version = engine.StatusStarting, 5, "24.10.1"
	empty := data(3, 0, 2)
	empty.Status, empty.Active = engine.StatusAbsent, false
	wanted := other(68, engine.KindMySQL, 1)
	wanted.Status, wanted.Version, wanted.Container = engine.StatusAbsent, "", ""
	manager, server := other(65, engine.KindManagement, 0), other(67, engine.KindMySQL, 0)
	manager.Arbitrator = true
	server.Address = "127.0.0.1:15001"
	o := engine.Observed{
		At: seen(), Nodes: []engine.NodeObservation{one, two, empty, four, five, manager, server, wanted},
		Formed: true, Serving: true, President: 1, Arbitrator: 65, ArbitrationReady: true,
	}
	config := spec.Config()
	o.Config = &config
	return &engine.Snapshot{
		Rev: 7, At: seen(),
		Cluster: engine.ClusterView{
			Name: "demo", Driver: "sim", Simulated: true, Revision: 3, Spec: spec,
			State: engine.WorkingTowards, Health: engine.AtRisk, Observed: o, Groups: o.Groups(),
			Run:     engine.RunView{Plan: engine.Plan{Steps: make([]engine.Step, 9)}, Done: 4, Active: true, Started: seen()},
			Waiting: []string{"data node 4 is starting", "data node 2 is dead"},
		},
		Load: engine.LoadView{
			Workload: "bank", Running: true, OpsPerSecond: 199.5,
			P50: 1234567 * time.Nanosecond, P99: 20 * time.Millisecond, Max: 1500 * time.Millisecond,
			Ledger:    engine.LedgerView{Acked: 1000, Verified: 990, Failed: 3, Unknown: 2, RolledBack: 1},
			Incidents: []engine.Incident{{ID: 1, Measured: true}}, LastBlackout: 130 * time.Millisecond,
		},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./internal/statusdoc -update writes it anew):\n%s\nwant:\n%s", name, got, want)
	}
}

func TestGoldens(t *testing.T) {
	d := From(fullSnapshot())
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "full.json", text)
	golden(t, "full.table", []byte(d.Table()))
	golden(t, "full.oneline", []byte(d.Oneline()+"\n"))
	empty := From(&engine.Snapshot{Cluster: engine.ClusterView{Name: "demo", State: engine.WorkingTowards, Health: engine.Starting}})
	if text, err = empty.JSON(); err != nil {
		t.Fatal(err)
	}
	golden(t, "empty.json", text)
	golden(t, "empty.table", []byte(empty.Table()))
	golden(t, "empty.oneline", []byte(empty.Oneline()+"\n"))
}

// TestWhatIsShownIsHarmless: whatever a node says, nobody's terminal obeys it.
func TestWhatIsShownIsHarmless(t *testing.T) {
	s := fullSnapshot()
	s.Cluster.Waiting = []string{"\x1b]0;owned\a title", strings.Repeat("wide 漢字 ", 40), "3", "4", "5", "6", "7"}
	s.Cluster.Observed.Nodes[0].Version = "24\u202e.10.0-a-long-version\x00"
	s.Cluster.Observed.Nodes[1].Err = "\u009b31m 😀 \xff"
	d := From(s)
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range text {
		if b != '\n' && (b < ' ' || b > '~') {
			t.Fatalf("byte %#x in the JSON", b)
		}
	}
	table := d.Table()
	for _, row := range strings.Split(strings.TrimSuffix(table, "\n"), "\n") {
		if row != present.Clean(row) || present.Width(row) > tableWidth {
			t.Errorf("%d columns: %q", present.Width(row), row)
		}
	}
	if !strings.Contains(table, "and 2 more") || strings.Contains(table, "\n   6\n") {
		t.Errorf("the header is not bounded:\n%s", table)
	}
	if line := d.Oneline(); line != present.Clean(line) {
		t.Errorf("%q", line)
	}
}

// TestMissingIsNullNotZero pairs each measured value with the state in which it
// says nothing.
func TestMissingIsNullNotZero(t *testing.T) {
	s := fullSnapshot()
	s.Load.P50, s.Load.P99, s.Load.Max = 0, 0, 0
	s.Load.Incidents = []engine.Incident{{ID: 1}} // the load did not run
	w := From(s).Workload
	if w.P50MS != nil || w.P99MS != nil || w.MaxMS != nil || w.LastBlackoutMS != nil {
		t.Errorf("made-up latencies: %+v", w)
	}
	if w.Lost == nil || *w.Lost != 0 {
		t.Errorf("lost is %v, the ledger says 0", w.Lost)
	}
	s.Load = engine.LoadView{Workload: noWorkload}
	if w := From(s).Workload; w.Lost != nil || w.Acked != nil || w.OpsPerSecond != nil {
		t.Errorf("counts without a ledger: %+v", w)
	}
	s.Cluster.Run = engine.RunView{}
	if p := From(s).Plan; p.Steps != nil || p.Done != nil {
		t.Errorf("a plan before any: %+v", p)
	}
}

func TestLastCopy(t *testing.T) {
	s := fullSnapshot()
	last := func() (ids []engine.NodeID) {
		d := From(s)
		for _, n := range d.Nodes {
			if n.LastCopy {
				ids = append(ids, n.ID)
			}
		}
		return ids
	}
	if got := last(); !slices.Equal(got, []engine.NodeID{1, 5}) {
		t.Errorf("last copies: %v, want 1 and 5", got)
	}
	two, _ := s.Cluster.Observed.Node(2)
	two.Status = engine.StatusStarted
	if got := last(); !slices.Equal(got, []engine.NodeID{5}) {
		t.Errorf("last copies once 2 is back: %v, want 5", got)
	}
	five, _ := s.Cluster.Observed.Node(5)
	five.Status = engine.StatusPaused
	if got := last(); len(got) != 0 {
		t.Errorf("last copies where none is started, or two are: %v", got)
	}
}

// TestWhyNotIsTheReasonWhereNothingIsWaitedFor: what stops an engine is in its
// document too, and is gone with it.
func TestWhyNotIsTheReasonWhereNothingIsWaitedFor(t *testing.T) {
	s := fullSnapshot()
	s.Cluster.Waiting, s.Cluster.State, s.Cluster.Reason = nil, engine.ErrorState, "the journal cannot be written: no space left on device"
	if why := From(s).Plan.WhyWaiting; !slices.Equal(why, []string{s.Cluster.Reason}) {
		t.Errorf("why_waiting is %q", why)
	}
	s.Cluster.State = engine.AtDesiredState
	if why := From(s).Plan.WhyWaiting; len(why) != 0 {
		t.Errorf("at the desired state, why_waiting is %q", why)
	}
}

// TestTheDocumentKeepsNothing that the snapshot's owner could see change.
func TestTheDocumentKeepsNothing(t *testing.T) {
	s := fullSnapshot()
	d := From(s)
	d.NodeGroups[0].Nodes[0], d.Plan.WhyWaiting[0] = 99, "changed"
	if s.Cluster.Groups[0].Nodes[0] == 99 || s.Cluster.Waiting[0] == "changed" {
		t.Error("the document shares memory with the snapshot")
	}
}

func TestEventLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 13, 0, 0, 1, time.FixedZone("CET", 3600))
	tests := []struct {
		event engine.Event
		want  string
	}{
		{
			engine.Event{Seq: 8, At: at, Actor: engine.ActorNode, Node: 5, Severity: engine.SeverityAlert, Text: "a <b>\x1b[0m"},
			`{"seq":8,"time":"2026-01-02T12:00:00.000000001Z","actor":"node","node":5,"severity":"ALERT","text":"a <b>\u001b[0m"}`,
		},
		{
			engine.Event{Seq: 9, At: at.Truncate(time.Second), Actor: engine.ActorYou, Text: "scale"},
			`{"seq":9,"time":"2026-01-02T12:00:00Z","actor":"you","node":null,"severity":"INFO","text":"scale"}`,
		},
	}
	for _, test := range tests {
		line, err := EventLine(test.event)
		if err != nil || string(line) != test.want+"\n" {
			t.Errorf("got %s, %v; want %s", line, err, test.want)
		}
	}
}
