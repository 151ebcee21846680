package crash_test

import (
	"strings"
	"testing"

	"rondb-tui/rondb/crash"
)

// TestEvents has the texts that the recorded logs do not hold.
func TestEvents(t *testing.T) {
	none := func(kind crash.Kind) crash.Event { return crash.Event{Kind: kind, Phase: -1} }
	for text, want := range map[string]crash.Event{
		"Start initiated (version 8.0.34)": {Kind: crash.StartInitiated, Phase: -1, Detail: "version 8.0.34"},
		"Started (RonDB (24.10.17))":       {Kind: crash.Started, Phase: -1, Detail: "RonDB (24.10.17)"},
		"Cluster shutdown initiated":       none(crash.ClusterShutdown),
		"Node shutdown completed, restarting, initial. Initiated by signal 15.": {
			Kind: crash.ShutdownCompleted, Phase: -1, Signal: 15, Detail: "restarting, initial. Initiated by signal 15"},
		"Forced node shutdown completed. Occurred during startphase 4. Caused by error 2341: 'x(y). Temporary error, restart node'.": {
			Kind: crash.ForcedShutdown, Phase: 4, Code: 2341,
			Detail: "Occurred during startphase 4. Caused by error 2341: 'x(y). Temporary error, restart node'"},
		"Forced node shutdown completed. Initiated by signal 11.": {Kind: crash.ForcedShutdown, Phase: -1, Signal: 11, Detail: "Initiated by signal 11"},
		"Node 3 has failed. The Node state at failure was 7":      {Kind: crash.NodeFailed, Phase: -1, Node: 3, Detail: "7"},
		"All nodes completed failure of Node 3":                   {Kind: crash.FailureHandled, Phase: -1, Node: 3},
		"Arbitration check won - node group majority":             {Kind: crash.ArbitrationWon, Phase: -1, Detail: "node group majority"},
		"Arbitration check lost - missing node group":             {Kind: crash.ArbitrationLost, Phase: -1, Detail: "missing node group"},
		"Network partitioning - no arbitrator available":          {Kind: crash.NoArbitrator, Phase: -1, Detail: "available"},
		"Lost arbitrator node 65 - process failure [state=6]":     {Kind: crash.ArbitratorLost, Phase: -1, Node: 65, Detail: "process failure [state=6]"},
		"Data usage is 12%(300 32K pages of total 2560)":          {Kind: crash.MemoryUsage, Phase: -1, Number: 12, Detail: "300 32K pages of total 2560)"},
		"Backup 4 started from 1 has been aborted. Error: 1326":   {Kind: crash.BackupAborted, Phase: -1, Node: 1, Number: 4, Code: 1326},
		"Backup request from 65 failed to start. Error: 1350":     {Kind: crash.BackupRefused, Phase: -1, Node: 65, Code: 1350},
		"Start potentially partitioned with nodes 1 [ missing: 2 no-wait:  ]": {
			Kind: crash.StartMaybePartitioned, Phase: -1, Detail: "1 [ missing: 2 no-wait:  ]"},
		"Node x Connected": none(""), "Node 3 Connected to something": none(""), "": none(""),
	} {
		line, ok := crash.ParseLine("2026-11-20 11:21:09 [MgmtSrvr] ALERT    -- Node 1: " + text)
		if !ok || line.Node != 1 || line.Event != want {
			t.Errorf("%q: %+v, %v", text, line.Event, ok)
		}
	}
}

func TestLines(t *testing.T) {
	line, ok := crash.ParseLine("2026-11-20 11:21:09 [ndbd] WARNING  -- Node 12: Node 2 missed heartbeat 3 - Repeated 4 times\r\n")
	if !ok || line.Program != "ndbd" || line.Severity != crash.SeverityWarning || line.Node != 12 || line.Repeated != 4 ||
		line.Event.Kind != crash.MissedHeartbeat || line.Event.Number != 3 || line.Text != "Node 2 missed heartbeat 3" {
		t.Errorf("%+v, %v", line, ok)
	}
	for _, text := range []string{
		"", "#Total files: 16, Completed: 0", "2026-11-20 11:21:09", "2026-13-20 11:21:09 [MgmtSrvr] INFO     -- x",
		"2026-11-20 11:21:09 MgmtSrvr INFO -- x", "2026-11-20 11:21:09 [MgmtSrvr INFO x",
	} {
		if _, ok := crash.ParseLine(text); ok {
			t.Errorf("%q was taken for a line", text)
		}
	}
}

func TestLinesThatGoOn(t *testing.T) {
	lines, _ := crash.ParseClusterLog(fixture(t, "docker_kill_pause_cluster.log"))
	for _, l := range lines {
		if strings.HasPrefix(l.Text, "Local redo log file initialization status") {
			if l.Text != "Local redo log file initialization status:\n#Total files: 16, Completed: 0\n#Total MBytes: 256, Completed: 0" {
				t.Errorf("%q", l.Text)
			}
			return
		}
	}
	t.Error("there is no such line")
}

func TestClusterLogLimits(t *testing.T) {
	one := "2026-11-20 11:21:09 [MgmtSrvr] INFO     -- x\n"
	lines, cut := crash.ParseClusterLog([]byte(strings.Repeat(one, 100_001)))
	if len(lines) != 100_000 || !cut {
		t.Errorf("%d lines, cut %v", len(lines), cut)
	}
	lines, cut = crash.ParseClusterLog([]byte(one + strings.Repeat("goes on\n", 3<<20)))
	if len(lines) != 1 || len(lines[0].Text) > 4000 || !cut {
		t.Errorf("%d lines, cut %v", len(lines), cut)
	}
}
