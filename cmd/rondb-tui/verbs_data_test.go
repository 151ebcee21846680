package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/host"
)

func TestWorkload(t *testing.T) {
	f := newFakeEngine()
	f.refuse = func(r engine.Request) error {
		if load, ok := r.Intent.(engine.SetLoad); ok && load.Rate != nil && *load.Rate == 0 {
			return engine.Errorf(engine.KindInvalid, "change the load", 0, "rate 0 is out of range")
		}
		return nil
	}
	serveFake(t, ownState(t), f)
	expect(t, exitDone, "started", "", "workload", "start", "demo", "--rate", "50")
	expect(t, exitDone, "stopped", "", "workload", "stop")
	expect(t, exitUsage, "", "rate 0", "workload", "start", "--rate", "0")
	asked := f.asked()
	start, _ := asked[0].Intent.(engine.SetLoad)
	stop, _ := asked[1].Intent.(engine.SetLoad)
	if start.Running == nil || !*start.Running || start.Rate == nil || *start.Rate != 50 || start.Clients != nil {
		t.Errorf("start submitted %+v", start)
	}
	if stop.Running == nil || *stop.Running || stop.Rate != nil {
		t.Errorf("stop submitted %+v", stop)
	}
	expect(t, exitDone, "LOST                   0\n", "", "workload", "stats", "demo")
	o := expect(t, exitDone, `"last_blackout_ms": null`, "", "workload", "stats", "-o", "json")
	if !json.Valid([]byte(o.stdout)) {
		t.Errorf("not JSON: %s", o.stdout)
	}
	expect(t, exitDone, "rondb-tui workload stats", "", "workload")
	expect(t, exitUsage, "", "or stats?", "workload", "stat")
}

func TestAudit(t *testing.T) {
	f := newFakeEngine()
	serveFake(t, ownState(t), f)
	expect(t, exitDone, "verdict", "", "audit", "demo")
	set := func(ledger engine.LedgerView) {
		f.change(func(s *engine.Snapshot) {
			ledger.Audits = s.Load.Ledger.Audits
			s.Load.Ledger = ledger
		})
	}
	set(engine.LedgerView{Acked: 10, Verified: 8, Lost: 2, Verdict: engine.VerdictFail})
	expect(t, exitLost, "LOST                   2\n", "2 acknowledged writes were lost", "audit")
	set(engine.LedgerView{Acked: 10, Verified: 10, Duplicated: 1, Verdict: engine.VerdictFail})
	expect(t, exitUnexpected, "applied twice          1\n", "1 writes applied twice", "audit")
	set(engine.LedgerView{Acked: 10, Verified: 10, Unknown: 3, UnknownPresent: 1, UnknownAbsent: 1, Verdict: engine.VerdictPass})
	expect(t, exitUnsure, "1 unresolved", "1 write without a reply", "audit")
	set(engine.LedgerView{Acked: 10, Verified: 9, Verdict: engine.VerdictUnsure})
	expect(t, exitUnsure, "UNSURE", "inconclusive", "audit")
}

func TestAuditThatCannotBeDone(t *testing.T) {
	f := newFakeEngine()
	f.refuse = func(engine.Request) error {
		return engine.Errorf(engine.KindTransient, "audit the ledger", 0, "the load has not begun")
	}
	serveFake(t, ownState(t), f)
	if o := expect(t, exitUnsure, "", "could not be done", "audit"); o.stdout != "" {
		t.Errorf("a ledger that was not audited is printed:\n%s", o.stdout)
	}
}

func TestDSN(t *testing.T) {
	f := newFakeEngine()
	f.endpoints = []engine.Endpoint{
		{Node: 67, Address: "127.0.0.1:3306", User: "root"},
		{Node: 68, Address: "127.0.0.1:3307", User: "o'hara", Password: "p:w d", Up: true},
	}
	stop := serveFake(t, ownState(t), f)
	for format, want := range map[string]string{
		"url":   "mysql://o%27hara:p%3Aw%20d@127.0.0.1:3307/\n",
		"go":    "o'hara:p:w d@tcp(127.0.0.1:3307)/\n",
		"jdbc":  "jdbc:mysql://127.0.0.1:3307/?password=p%3Aw+d&user=o%27hara\n",
		"shell": `env MYSQL_PWD='p:w d' mysql --protocol=tcp -h 127.0.0.1 -P 3307 -u 'o'\''hara'` + "\n",
		"json":  `{"node":68,"host":"127.0.0.1","port":"3307","user":"o'hara","password":"p:w d"}` + "\n",
	} {
		if o := expect(t, exitDone, "", "", "dsn", "demo", "--format", format); o.stdout != want {
			t.Errorf("%s: got %q, want %q", format, o.stdout, want)
		}
	}
	expect(t, exitNotFound, "", "it is not up", "sql", "-e", "SELECT 1", "--node", "67")
	expect(t, exitNotFound, "", "no such MySQL server", "sql", "-e", "SELECT 1", "--node", "5")
	stop()
	f.endpoints = f.endpoints[:1]
	serveFake(t, ownState(t), f)
	expect(t, exitNotFound, "", "none is up", "dsn")
	expect(t, exitNotFound, "", "none is up", "sql", "-e", "SELECT 1")
}

// TestSQL runs statements on a MySQL server of a simulated cluster.
func TestSQL(t *testing.T) {
	place, err := ownState(t).Cluster("demo")
	if err != nil {
		t.Fatal(err)
	}
	launch := host.Launch{Cluster: "demo", Driver: host.DriverSim, Seed: 1, Speed: 50, Workload: "none"}
	process, err := host.Open(place, launch, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx, "test") }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	expect(t, exitDone, "", "", "wait", "converged", "--timeout", "20s")

	const fill = "CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=NDB; " +
		`INSERT INTO d.t VALUES (1, 'a;b'), (2, NULL), (3, ''), (10, '"x", y')`
	if o := expect(t, exitDone, "", "", "sql", "demo", "-e", fill); o.stdout != "" {
		t.Errorf("statements without rows print %q", o.stdout)
	}
	read := "USE d; SELECT * FROM t ORDER BY id; # all\nSELECT COUNT(*) AS n FROM t"
	for output, want := range map[string]string{
		"table": "id  v\n--  ------\n 1  a;b\n 2  NULL\n 3\n10  \"x\", y\nn\n-\n4\n",
		"json":  `[{"id":1,"v":"a;b"},{"id":2,"v":null},{"id":3,"v":""},{"id":10,"v":"\"x\", y"}]` + "\n" + `[{"n":4}]` + "\n",
		"csv":   "id,v\n1,a;b\n2,\\N\n3,\"\"\n10,\"\"\"x\"\", y\"\nn\n4\n",
	} {
		args := []string{"sql", "-o", output, "--node", "68"}
		if o := command(t, read, args...); o.code != exitDone || o.stdout != want {
			t.Errorf("%s: exit code %d, got\n%s\nwant\n%s\n%s", output, o.code, o.stdout, want, o.stderr)
		}
	}
	o := expect(t, exitUnexpected, "1", "MySQL server 67: error 1146: ", "sql", "-e", "SELECT 1; SELECT * FROM d.nope; SELECT 2")
	if strings.Contains(o.stdout, "2") {
		t.Errorf("it went on after an error:\n%s", o.stdout)
	}
	// 4 to the power of 7 rows are more than the limit; the session goes on after them.
	many := "SELECT a.id FROM d.t a, d.t b, d.t c, d.t d, d.t e, d.t f, d.t g; SELECT 'after'"
	o = expect(t, exitDone, "\nafter\n", "only the first 10000 rows are printed", "sql", "-o", "csv", "-e", many)
	if got := strings.Count(o.stdout, "\n"); got != 1+maxRows+2 {
		t.Errorf("%d lines, want %d", got, 1+maxRows+2)
	}
}
