package engine_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/internal/enginegen"
)

var update = flag.Bool("update", false, "write the golden JSON anew")

const (
	goldenSnapshot = "testdata/snapshot.json"
	goldenRequests = "testdata/requests.jsonl" // one a line
)

// goldenWorld is the smallest cluster with a dead, a starting and a frozen node.
func goldenWorld() engine.Snapshot {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.MaxReplicationFactor = 1, 2
	spec.NumTotalMysqldSlots, spec.NumTotalApiSlots = 2, 1
	world := enginegen.Settled(spec)
	world.Ticket, world.Checkpoint = 3, 1234
	dead, _ := world.Node(2)
	dead.Status, dead.Err = engine.StatusDead, "killed"
	starting, _ := world.Node(spec.MySQLID(0))
	starting.Status, starting.StartPhase, starting.Progress, starting.Doing = engine.StatusStarting, 4, 0.25, "connecting"
	frozen, _ := world.Node(spec.MySQLID(1))
	frozen.Status, frozen.Address = engine.StatusPaused, "127.0.0.1:3307"
	frozen.Lease = &engine.Lease{Fault: "pause", Until: enginegen.Now.Add(5 * time.Second)}
	made, report := plan.Make(plan.Input{Spec: spec, Revision: 7, Observed: world, Now: enginegen.Now})
	s := snapshotOf(spec, world, made, report)
	s.Cluster.Notices = []engine.Notice{{Field: "NumManagedMgmdVms", Text: "one management server"}}
	s.Cluster.Events = []engine.Event{
		{Seq: 1, At: enginegen.Now, Actor: engine.ActorEngine, Text: "revision 7"},
		{Seq: 2, At: enginegen.Now, Actor: engine.ActorNode, Node: 2, Severity: engine.SeverityAlert, Text: "Node 2 failed"},
	}
	s.Load.OpsPerSecond, s.Load.P99, s.Load.Max = 199.5, 2*time.Millisecond, time.Second
	s.Load.Ledger = engine.LedgerView{Acked: 10, Verified: 9, Unknown: 1, Total: 100, TotalWanted: 100, Verdict: engine.VerdictPass}
	s.Load.Servers = []engine.ServerLoad{{Node: spec.MySQLID(1), Up: true, OpsPerSecond: 99.75, Errors: 1}}
	s.Load.Samples = []engine.LoadSample{{At: enginegen.Now, Ops: 200, Errors: 1, P50: time.Millisecond, P99: 2 * time.Millisecond}}
	s.Load.Incidents = []engine.Incident{{
		ID: 1, Fault: "kill data node 2", Nodes: []engine.NodeID{2}, At: enginegen.Now, Blackout: 80 * time.Millisecond, Acked: 10, Measured: true,
	}}
	return s
}

// goldenIntents has each intent with every field set.
func goldenIntents() []engine.Request {
	running, rate, clients := false, 0, 8
	spec := engine.DefaultSpec()
	spec.Parameters = map[string]string{"HeartbeatIntervalDbDb": "500"}
	nodes := []engine.NodeID{1, 4}
	intents := []engine.Intent{
		engine.SetSpec{Spec: spec, Source: "cluster.jsonc"},
		engine.Scale{Target: engine.ScaleReplicas, Delta: -1},
		engine.RestartNode{Target: 2},
		engine.KillNode{Targets: nodes, LastCopy: true},
		engine.PauseNode{Targets: nodes, Lease: 5 * time.Second, LastCopy: true},
		engine.ResumeNode{Targets: nodes},
		engine.IsolateNode{Targets: nodes, Lease: 5 * time.Second, LastCopy: true},
		engine.HealFaults{Targets: nodes},
		engine.HealFaults{},
		engine.Undo{},
		engine.RetryNow{},
		engine.SetLoad{Running: &running, Rate: &rate, Clients: &clients},
		engine.AuditLoad{},
	}
	requests := make([]engine.Request, len(intents))
	for i, intent := range intents {
		requests[i] = engine.Request{Intent: intent, By: "cli"}
	}
	requests[0].Base, requests[0].Approved = 6, "0123456789abcdef"
	return requests
}

// golden compares text with a file, or writes the file if -update is given.
func golden(t *testing.T, path string, text []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("the wire has changed: raise control.Protocol if an older program misreads it, then run with -update. Got\n%s\nwant\n%s", text, want)
	}
}

func TestTheWireOfASnapshot(t *testing.T) {
	sent := goldenWorld()
	text, err := json.MarshalIndent(&sent, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, goldenSnapshot, append(text, '\n'))
	var got engine.Snapshot
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("read back: %+v, %v", got, err)
	}
}

func TestTheWireOfEachIntent(t *testing.T) {
	var lines []byte
	seen := map[string]bool{}
	for _, request := range goldenIntents() {
		lines = append(append(lines, roundTrip(t, request)...), '\n')
		seen[reflect.TypeOf(request.Intent).Name()] = true
	}
	golden(t, goldenRequests, lines)
	if len(seen) != len(allIntents()) {
		t.Errorf("%d intents are in the golden file, there are %d", len(seen), len(allIntents()))
	}
}

// FuzzReadRequest: whatever arrives is read or refused with KindInvalid, and what
// is read can be written and read again.
func FuzzReadRequest(f *testing.F) {
	for _, request := range goldenIntents() {
		text, err := json.Marshal(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{``, `null`, `{`, `[]`, `{"Intent":1}`, `{"Intent":"undo"}{}`, `{"Intent":"scale","Arguments":null}`, `{"Intent":"set_load","Arguments":[]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var direct, request engine.Request
		if err := direct.UnmarshalJSON(text); err != nil {
			if engine.KindOf(err) != engine.KindInvalid {
				t.Fatalf("the error is %s: %v", engine.KindOf(err), err)
			}
			return
		}
		if err := json.Unmarshal(text, &request); err != nil || !reflect.DeepEqual(request, direct) {
			t.Fatalf("read as %+v, and by encoding/json as %+v, %v", direct, request, err)
		}
		if set, ok := request.Intent.(engine.SetSpec); ok {
			withoutEmpty(&set.Spec)
			request.Intent = set
		}
		roundTrip(t, request)
	})
}
