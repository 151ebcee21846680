package present

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestBlastOfLastingFaults: the lease and who ends it, what a frozen node does
// to the others, and the same verdict as for a kill.
func TestBlastOfLastingFaults(t *testing.T) {
	for _, one := range []struct {
		name    string
		fault   Fault
		targets []engine.NodeID
		stops   bool
		says    []string
	}{
		{
			"pause a replica", FaultPause, []engine.NodeID{2}, false,
			[]string{"pause (SIGSTOP) data node 2 (NG0)", "copies 2 -> 1 of 2", "Lease 60 s: it ends by itself then", "P again, or X, ends it at once", "missed heartbeats"},
		},
		{
			"isolate a replica", FaultIsolate, []engine.NodeID{2}, false,
			[]string{"isolate from every other node: data node 2 (NG0)", "X ends it at once", "it ends; it is started again after the lease"},
		},
		{"pause the group", FaultPause, []engine.NodeID{1, 2}, true, []string{"The cluster WILL stop", "Lease 60 s"}},
		{"pause a MySQL server", FaultPause, []engine.NodeID{67}, false, []string{"Connections to MySQL server 67 stand still", "count as unknown", "go on serving: 68"}},
		{"isolate a MySQL server", FaultIsolate, []engine.NodeID{67}, false, []string{"MySQL server 67 can commit nothing"}},
	} {
		b := BlastOf(small(), one.fault, one.targets, 300)
		got := text(b.Rows)
		if b.Stops != one.stops {
			t.Errorf("%s: stops %v", one.name, b.Stops)
		}
		for _, say := range one.says {
			if !strings.Contains(got, say) {
				t.Errorf("%s does not say %q:\n%s", one.name, say, got)
			}
		}
		if strings.Contains(got, "kill") || strings.Contains(got, "break at once") {
			t.Errorf("%s speaks of a kill:\n%s", one.name, got)
		}
	}
	if got := text(BlastOf(small(), FaultKill, []engine.NodeID{2}, 300).Rows); strings.Contains(got, "ease") {
		t.Errorf("a kill has no lease:\n%s", got)
	}
}

// TestUsualOutageIsOfTheSameFault: an isolation says nothing about a kill.
func TestUsualOutageIsOfTheSameFault(t *testing.T) {
	s := small()
	s.Load.Incidents = []engine.Incident{
		{Measured: true, Fault: "kill -9 data node 2", Nodes: []engine.NodeID{2}, Blackout: 100 * time.Millisecond},
		{Measured: true, Fault: "pause data node 2", Nodes: []engine.NodeID{2}, Blackout: 900 * time.Millisecond},
		{Measured: true, Fault: "isolate data node 2", Nodes: []engine.NodeID{2}, Blackout: 700 * time.Millisecond},
	}
	for fault, want := range map[Fault]string{
		FaultKill: "1 earlier kill like it: 100 ms", FaultPause: "1 earlier pause like it: 900 ms", FaultIsolate: "1 earlier isolation like it: 700 ms",
	} {
		if got := text(BlastOf(s, fault, []engine.NodeID{2}, 200).Rows); !strings.Contains(got, want) {
			t.Errorf("does not say %q:\n%s", want, got)
		}
	}
}

// TestLeaseWords: the fault and the time left, a dead node is not called
// isolated, and what ran out is not negative.
func TestLeaseWords(t *testing.T) {
	at := time.Unix(1000, 0)
	for _, one := range []struct {
		node engine.NodeObservation
		left time.Duration
		want string
	}{
		{engine.NodeObservation{Status: engine.StatusPaused}, 42100 * time.Millisecond, "paused, ends in 43 s"},
		{engine.NodeObservation{Status: engine.StatusStarted, Isolated: true}, 10 * time.Minute, "isolated, ends in 10m00s"},
		{engine.NodeObservation{Status: engine.StatusDead, Isolated: true}, time.Second, "dead, isolate ends in 1 s"},
		{engine.NodeObservation{Status: engine.StatusPaused}, -time.Minute, "paused, ends in 0 s"},
	} {
		one.node.Lease = &engine.Lease{Fault: "isolate", Until: at.Add(one.left)}
		g := Blocks()
		_, word, _ := g.Status(&one.node)
		if got := leaseWords(&one.node, word, at); got != one.want {
			t.Errorf("got %q, want %q", got, one.want)
		}
	}
}

// TestSilence fits every width and is an alarm in each.
func TestSilence(t *testing.T) {
	for w := 9; w <= 120; w++ {
		line := Silence(75*time.Second, w)
		if line.Width() != w || line[0].Role != Alarm || !strings.Contains(line.String(), "NO ANSWER") {
			t.Errorf("at %d columns: %q", w, line)
		}
	}
	if got := Silence(12900*time.Millisecond, 80).String(); !strings.Contains(got, "from the engine for 12 s: what is shown is old") {
		t.Errorf("got %q", got)
	}
	for w := 20; w <= 120; w++ {
		if line := SilentStatus(small(), time.Minute, w); line.Width() != w || !strings.Contains(line.String(), "LOST 0") || !strings.Contains(line.String(), "NO ANSWER") {
			t.Errorf("at %d columns: %q", w, line)
		}
	}
}

// TestHeaderOfAWatcher keeps its corner and says so from 40 columns on.
func TestHeaderOfAWatcher(t *testing.T) {
	for _, health := range []engine.Health{engine.Healthy, engine.AtRisk, engine.Down, engine.Stopped} {
		s := small()
		s.Cluster.Health = health
		for w := 40; w <= 200; w++ {
			got := Header(s, true, w).String()
			if Width(got) != w || !strings.Contains(got, "READ-ONLY") || !strings.Contains(got, "SIMULATED") || !strings.HasSuffix(got, "LOST 0 ") {
				t.Errorf("%s at %d columns: %q", health, w, got)
			}
		}
	}
	if got := Header(nil, true, 80).String(); !strings.Contains(got, "READ-ONLY") || !strings.Contains(got, "LOST ?") {
		t.Errorf("before the first snapshot: %q", got)
	}
}

// TestSpecRows lists what differs, and only that.
func TestSpecRows(t *testing.T) {
	from := engine.DefaultSpec()
	to := from.Clone()
	to.ActiveReplicationFactor, to.NumManagedMysqldVms, to.RonDBRunning, to.RonDBVersion = 3, 1, false, "24.10.1\x1b[2J"
	var got []string
	for _, row := range SpecRows(&from, &to, 80) {
		got = append(got, row.String())
	}
	want := []string{"RonDB: running -> stopped", "version: 24.10.0 -> 24.10.1", "replicas: 2 -> 3", "MySQL servers: 2 -> 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if rows := SpecRows(&from, &from, 80); len(rows) != 0 {
		t.Errorf("nothing differs: %v", rows)
	}
}

func TestAnyFault(t *testing.T) {
	s := small()
	if AnyFault(s) {
		t.Error("a healthy cluster has a fault")
	}
	s.Cluster.Observed.Nodes[1].Lease = &engine.Lease{Fault: "pause"}
	if !AnyFault(s) {
		t.Error("a lease is no fault")
	}
}

// TestIsolatedCountsAsLost: the only copy that can still be reached is the last,
// as the engine's guard has it.
func TestIsolatedCountsAsLost(t *testing.T) {
	s := small()
	s.Cluster.Observed.Nodes[0].Isolated = true // data node 1
	b := BlastOf(s, FaultKill, []engine.NodeID{2}, 200)
	if got := text(b.Rows); !b.Stops || !strings.Contains(got, "-> 0 of 2") {
		t.Errorf("stops %v:\n%s", b.Stops, got)
	}
}
