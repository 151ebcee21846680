package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rondb-tui/engine"
)

func TestStatusInEveryForm(t *testing.T) {
	withFake(t)
	expect(t, exitDone, "NOTE", "", "status", "demo")
	expect(t, exitDone, "demo healthy AT_DESIRED_STATE rev 1 2x2 LOST 0\n", "", "status", "-o", "oneline")
	o := expect(t, exitDone, `"cluster": "demo"`, "", "status", "-o", "json")
	if !json.Valid([]byte(o.stdout)) {
		t.Errorf("not JSON:\n%s", o.stdout)
	}
}

func TestStatusCheck(t *testing.T) {
	f := withFake(t)
	for health, code := range map[engine.Health]int{
		engine.Healthy: exitDone, engine.AtRisk: exitAtRisk, engine.Starting: exitAtRisk, engine.Down: exitDown, engine.Stopped: exitDown,
	} {
		f.change(func(s *engine.Snapshot) { s.Cluster.Health = health })
		o := expect(t, code, string(health), "", "status", "--check", "-o", "oneline")
		if o.stderr != "" {
			t.Errorf("%s: the code is the answer, yet stderr says %q", health, o.stderr)
		}
		expect(t, exitDone, string(health), "", "status", "-o", "oneline")
	}
}

func TestStatusAsserts(t *testing.T) {
	f := withFake(t)
	expect(t, exitDone, "demo", "", "status", "--assert", "workload.lost==0", "--assert", "nodes.5.status==started")
	f.change(func(s *engine.Snapshot) { s.Load.Ledger.Lost, s.Cluster.Health = 2, engine.Down })
	o := expect(t, exitAssert, "LOST", "workload.lost == 0, found 2", "status", "--check",
		"--assert", "workload.lost==0", "--assert", "health==healthy", "--assert", "revision==1")
	if !strings.Contains(o.stderr, "health == healthy") || strings.Contains(o.stderr, "revision") {
		t.Errorf("every assertion that fails, and no other:\n%s", o.stderr)
	}
	if o := expect(t, exitUsage, "", `"workload"`, "status", "--assert", "worklaod.lost==0"); o.stdout != "" {
		t.Errorf("printed though the assertion makes no sense:\n%s", o.stdout)
	}
	expect(t, exitNotFound, "", "99", "status", "--assert", "nodes.99.status==started")
}

// TestWithoutAnEngine: what needs an engine says that there is none.
func TestWithoutAnEngine(t *testing.T) {
	ownState(t)
	for _, args := range [][]string{
		{"status"}, {"status", "--check"}, {"events"}, {"events", "-f"}, {"logs", "1"}, {"plan"}, {"scale", "mysqlds=3"}, {"undo"},
		{"kill", "5"}, {"pause", "5"}, {"resume", "5"}, {"isolate", "5"}, {"heal"}, {"workload", "stats"}, {"workload", "stop"},
		{"audit"}, {"sql", "-e", "SELECT 1"}, {"dsn"},
	} {
		if o := expect(t, exitNotFound, "", "demo", args...); o.stdout != "" {
			t.Errorf("%v printed %q", args, o.stdout)
		}
	}
}

// TestResultThatCannotBeWritten: a script that saves a result on a full disk is told.
func TestResultThatCannotBeWritten(t *testing.T) {
	withFake(t)
	for _, args := range [][]string{{"status"}, {"plan"}, {"ps"}, {"version"}} {
		var stderr bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), full{}, &stderr)
		if code != exitUnexpected || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr.String())
		}
	}
}

// full is a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestWrongUse: every wrong command line is exit code 2, names what is wrong and
// what is near, and reaches no engine.
func TestWrongUse(t *testing.T) {
	f := withFake(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"status", "-o", "jsn"}, "do you mean json?"},
		{[]string{"status", "-o", "yaml"}, "use table, json or oneline"},
		{[]string{"status", "a", "b"}, "use: rondb-tui status"},
		{[]string{"status", "../x"}, "lower-case"},
		{[]string{"events", "-o", "csv"}, "use text or json"},
		{[]string{"events", "--after", "-1"}, "after"},
		{[]string{"logs"}, "use: rondb-tui logs"},
		{[]string{"logs", "5", "--tail", "1001"}, "0 to 1000"},
		{[]string{"logs", "ngx"}, "ngx"},
		{[]string{"plan", "-f", "none.jsonc"}, "none.jsonc"},
		{[]string{"diff"}, "-f FILE"},
		{[]string{"apply"}, "-f FILE"},
		{[]string{"apply", "-f", "-"}, "stdin"},
		{[]string{"scale"}, "use: rondb-tui scale"},
		{[]string{"scale", "demo"}, "replicas, groups"},
		{[]string{"scale", "replica=3"}, "do you mean replicas?"},
		{[]string{"scale", "bananas=3"}, "use replicas, groups"},
		{[]string{"scale", "replicas=three"}, `"three"`},
		{[]string{"scale", "replicas="}, "number"},
		{[]string{"scale", "demo", "mysqlds"}, "COUNT=N"},
		{[]string{"scale", "replicas=3", "replicas=+1"}, "twice"},
		{[]string{"scale", "replicas=3", "--timeout", "0s"}, "--timeout"},
		{[]string{"kill"}, "use: rondb-tui kill"},
		{[]string{"kill", "presidnet"}, "president"},
		{[]string{"kill", "5", "--seed", "x"}, "seed"},
		{[]string{"pause", "5", "--lease", "11m"}, "10m"},
		{[]string{"isolate", "5", "--lease", "0s"}, "--lease"},
		{[]string{"resume", "5", "--lease", "5s"}, "lease"},
		{[]string{"workload", "stat"}, "start"},
		{[]string{"workload", "stats", "-o", "csv"}, "table or json"},
		{[]string{"sql", "-e", "SELECT 'a"}, "not closed"},
		{[]string{"sql", "-e", "  ; -- nothing"}, "no statement"},
		{[]string{"sql"}, "no statement"},
		{[]string{"sql", "-e", "SELECT 1", "-o", "xml"}, "table, json or csv"},
		{[]string{"dsn", "--format", "jdb"}, "do you mean jdbc?"},
	} {
		if o := expect(t, exitUsage, "", tc.want, tc.args...); o.stdout != "" {
			t.Errorf("%v printed %q", tc.args, o.stdout)
		}
	}
	if asked := f.asked(); len(asked) > 0 {
		t.Errorf("the engine was asked for %v", asked)
	}
}

// TestEveryVerbExplainsItself: help is on stdout, with an example.
func TestEveryVerbExplainsItself(t *testing.T) {
	for _, verb := range []string{
		"status", "events", "logs", "plan", "diff", "apply", "scale", "undo", "kill", "pause", "resume", "isolate", "heal",
		"workload", "workload start", "workload stop", "workload stats", "audit", "sql", "dsn",
	} {
		o := expect(t, exitDone, "rondb-tui "+verb, "", append(strings.Fields(verb), "--help")...)
		if strings.Count(o.stdout, "rondb-tui "+verb) < 2 {
			t.Errorf("%s has no example:\n%s", verb, o.stdout)
		}
	}
}
