package simdrv

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

var managedTwice = shape{groups: 2, replicas: 3, active: 2, management: 2, mysql: 2}

// logOf is the text of a node's log.
func logOf(t *testing.T, w *World, id engine.NodeID) []string {
	t.Helper()
	lines, err := w.Logs(id, 0, engine.MaxLogLines)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = line.Text
		if line.Node != id || line.Seq != uint64(i+1) || line.At.Before(w.base) {
			t.Errorf("line %d of node %d: %+v", i, id, line)
		}
	}
	return texts
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEachKindOfNodeWritesItsOwnLog(t *testing.T) {
	config := Config{Seed: 1, Base: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
	w := boot(t, twoByTwo, config)
	data := []string{"Normal start of data node using checkpoint and log info if existing", "Angel allocated nodeid: 4", "Start initiated (version 24.10.0)"}
	for phase := 1; phase <= engine.LastStartPhase; phase++ {
		data = append(data, "Start phase "+engine.NodeID(phase).String()+" completed (initial start)")
	}
	wantLines(t, "data node 4", logOf(t, w, 4), append(data, "Started (version 24.10.0)")...)
	server := []string{
		"mysqld (mysqld 24.10.0) starting as process 1",
		"NDB[0]: NodeID: 67, all storage nodes connected",
		"mysqld: ready for connections. Version: '24.10.0'  port: 0",
	}
	wantLines(t, "MySQL server 67", logOf(t, w, 67), server...)
	cluster := []string{"NDB Cluster Management Server. RonDB-24.10.0", "Id: 65, Command port: *:0"}
	for _, e := range w.EventsSince(0) {
		cluster = append(cluster, e.Text)
	}
	wantLines(t, "management server 65", logOf(t, w, 65), cluster...)

	order(t, w, engine.StopNode{Slot: slot(w, 67)})
	until(t, w, engine.AwaitDown{Slot: slot(w, 67)})
	server = append(server, "Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: 24.10.0).", "mysqld: Shutdown complete (mysqld 24.10.0).")
	wantLines(t, "MySQL server 67, stopped", logOf(t, w, 67), server...)
	order(t, w, engine.StopNode{Slot: slot(w, 65)})
	until(t, w, engine.AwaitDown{Slot: slot(w, 65)})
	wantLines(t, "management server 65, stopped", last(logOf(t, w, 65), 2), "Shutting down server...", "Shutdown complete")
	order(t, w, engine.StartNode{Slot: slot(w, 65)})
	until(t, w, engine.AwaitStarted{Slot: slot(w, 65)})
	order(t, w, engine.StopNode{Slot: slot(w, 4)})
	until(t, w, engine.AwaitDown{Slot: slot(w, 4)})
	wantLines(t, "data node 4, stopped", last(logOf(t, w, 4), 2), "Node shutdown initiated", "Node shutdown completed.")
}

func last(lines []string, count int) []string { return lines[max(0, len(lines)-count):] }

// TestAKilledProcessWritesNothing, of its own end or of what ends with it.
func TestAKilledProcessWritesNothing(t *testing.T) {
	w := boot(t, managedTwice, Config{Seed: 1})
	victims := []engine.NodeID{5, 66, 67}
	before := map[engine.NodeID][]string{}
	for _, id := range victims {
		before[id] = logOf(t, w, id)
	}
	if err := w.Kill(victims...); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + 5*time.Second)
	for _, id := range victims {
		wantLines(t, "node "+id.String(), logOf(t, w, id), before[id]...)
	}
	if !slices.Contains(logOf(t, w, 65), "Node 5: Node shutdown completed. Initiated by signal 9.") {
		t.Error("the management server that is left did not hear of it")
	}
	if !slices.Contains(logOf(t, w, 1), "Node 5 Disconnected") {
		t.Error("the president did not write what it saw")
	}
	order(t, w, engine.StartNode{Slot: slot(w, 5), Initial: true})
	until(t, w, engine.AwaitStarted{Slot: slot(w, 5)})
	again := logOf(t, w, 5)[len(before[5]):]
	if again[0] != "Initial start of data node, ignoring any info on disk" || last(again, 1)[0] != "Started (version 24.10.0)" {
		t.Errorf("the next process wrote %v", again)
	}
}

func TestAFailureIsInTheNodesLog(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	if err := w.Isolate(5, time.Minute); err != nil {
		t.Fatal(err)
	}
	eventually(t, w, "node 5 is dead", func(o *engine.Observed) bool { n, _ := o.Node(5); return n.Status == engine.StatusDead })
	lines, err := w.Logs(5, 0, 1)
	if err != nil || len(lines) != 1 || lines[0].Severity != engine.SeverityAlert || !strings.Contains(lines[0].Text, "Caused by error 2305") {
		t.Errorf("node 5 wrote %+v, %v", lines, err)
	}
	if text := strings.Join(logOf(t, w, 65), "\n"); strings.Contains(text, "error 2305") || !strings.Contains(text, "Node 5 Disconnected") {
		t.Errorf("a management server hears what its side says, not the other:\n%s", text)
	}
}

// TestWhoIsCutOffHearsNothing, and who is frozen does not either.
func TestWhoIsCutOffHearsNothing(t *testing.T) {
	for fault, begin := range map[string]func(w *World) error{
		"isolated": func(w *World) error { return w.Isolate(66, time.Minute) },
		"paused":   func(w *World) error { return w.Pause(66, time.Minute) },
	} {
		w := boot(t, managedTwice, Config{Seed: 1})
		if err := begin(w); err != nil {
			t.Fatal(err)
		}
		other, own := len(logOf(t, w, 65)), len(logOf(t, w, 66))
		if err := w.Kill(5); err != nil {
			t.Fatal(err)
		}
		if len(logOf(t, w, 65)) == other || len(logOf(t, w, 66)) != own {
			t.Errorf("%s: 65 wrote %v, 66 wrote %v", fault, logOf(t, w, 65)[other:], logOf(t, w, 66)[own:])
		}
	}
}

func TestALogIsBoundedAndGoesWithItsContainer(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 1})
	n := w.node(67)
	already := n.log.last
	for range 5*maxNodeLog + 7 {
		w.write(n, engine.SeverityInfo, "a line")
		if len(n.log.lines) >= 2*maxNodeLog {
			t.Fatalf("%d lines are kept", len(n.log.lines))
		}
	}
	newest := already + 5*maxNodeLog + 7
	tests := []struct {
		after       uint64
		limit       int
		first, last uint64
	}{
		{0, 10 * maxNodeLog, newest - maxNodeLog + 1, newest},
		{0, 3, newest - 2, newest},
		{newest - 5, 100, newest - 4, newest},
		{newest - 5, 2, newest - 1, newest},
		{newest, 100, 0, 0},
		{newest + 50, 100, 0, 0},
		{0, 0, 0, 0},
		{0, -1, 0, 0},
	}
	for _, test := range tests {
		lines, err := w.Logs(67, test.after, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		if test.last == 0 {
			if len(lines) != 0 {
				t.Errorf("after %d, %d: %d lines", test.after, test.limit, len(lines))
			}
			continue
		}
		if uint64(len(lines)) != test.last-test.first+1 || lines[0].Seq != test.first || lines[len(lines)-1].Seq != test.last {
			t.Errorf("after %d, %d: %d lines from %d", test.after, test.limit, len(lines), lines[0].Seq)
		}
	}

	server := slot(w, 67)
	if err := w.Kill(67); err != nil {
		t.Fatal(err)
	}
	order(t, w, engine.RemoveNode{Slot: server})
	for _, id := range []engine.NodeID{67, 99} {
		if _, err := w.Logs(id, 0, 10); engine.KindOf(err) != engine.KindNotFound || err == nil {
			t.Errorf("the log of node %d: %v", id, err)
		}
	}
	order(t, w, engine.CreateNode{Slot: server})
	order(t, w, engine.StartNode{Slot: server})
	lines, err := w.Logs(67, 0, 10)
	if err != nil || len(lines) != 1 || lines[0].Seq != newest+1 {
		t.Errorf("the new container's log is %+v, %v", lines, err)
	}
}

func TestLogsThroughTheDriver(t *testing.T) {
	front := &listener{}
	driven(t, Options{Front: front}, func(t *testing.T, d *Driver) {
		server := slot(d.w, 67)
		do(t, d, engine.CreateNode{Slot: server})
		do(t, d, engine.StartNode{Slot: server})
		do(t, d, engine.AwaitStarted{Slot: server})
		lines, err := d.Logs(t.Context(), 67, 0, 1)
		if err != nil || len(lines) != 1 || !strings.HasSuffix(lines[0].Text, "port: 67") {
			t.Errorf("%+v, %v", lines, err)
		}
		ended, stop := context.WithCancel(t.Context())
		stop()
		if _, err := d.Logs(ended, 67, 0, 1); engine.KindOf(err) != engine.KindTransient {
			t.Errorf("with an ended context: %v", err)
		}
	})
}

// TestHealEndsTheFaultsOfTheNodesNamed and no others; without names, all.
func TestHealEndsTheFaultsOfTheNodesNamed(t *testing.T) {
	begin := func(t *testing.T) *World {
		w := boot(t, twoByTwo, Config{Seed: 1})
		for _, err := range []error{
			w.Pause(5, time.Minute), w.Isolate(67, time.Minute), w.Cut([]engine.NodeID{65}, []engine.NodeID{68}, time.Minute),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return w
	}
	tests := []struct {
		heal []engine.NodeID
		left []faultKind
	}{
		{[]engine.NodeID{5}, []faultKind{faultIsolate, faultCut}},
		{[]engine.NodeID{67}, []faultKind{faultPause, faultCut}},
		{[]engine.NodeID{65}, []faultKind{faultPause, faultIsolate}},
		{[]engine.NodeID{68}, []faultKind{faultPause, faultIsolate}},
		{[]engine.NodeID{5, 68}, []faultKind{faultIsolate}},
		{[]engine.NodeID{1, 99}, []faultKind{faultPause, faultIsolate, faultCut}},
		{nil, nil},
	}
	for _, test := range tests {
		w := begin(t)
		w.Heal(test.heal...)
		var left []faultKind
		for _, f := range w.broken {
			left = append(left, f.kind)
		}
		if !slices.Equal(left, test.left) {
			t.Errorf("healing %v leaves %v, want %v", test.heal, left, test.left)
		}
		if paused := look(w, 5).Status == engine.StatusPaused; paused != slices.Contains(left, faultPause) {
			t.Errorf("healing %v: node 5 is paused: %t", test.heal, paused)
		}
		w.Heal(test.heal...) // again changes nothing
		if len(w.broken) != len(left) {
			t.Errorf("healing %v twice leaves %d faults", test.heal, len(w.broken))
		}
	}
}
