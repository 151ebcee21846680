package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

func TestVersionsAreReadFromWhatProgramsPrint(t *testing.T) {
	for text, want := range map[string]program{
		"MySQL distrib mysql-5.6.27 ndb-7.2.1, for Linux (x86_64)":               {flavour: "ndb", version: "7.2.1", mysql: [2]int{5, 6}},
		"MySQL distrib mysql-8.0.34 ndb-8.0.34, for Linux (x86_64)":              {flavour: "ndb", version: "8.0.34", mysql: [2]int{8, 0}},
		"mysqld  Ver 5.6.27-ndb-7.2.1 for Linux on x86_64 (Source distribution)": {flavour: "ndb", version: "7.2.1", mysql: [2]int{5, 6}},
		"/usr/sbin/mysqld  Ver 8.0.34-cluster for Linux on x86_64":               {flavour: "ndb", version: "8.0.34", mysql: [2]int{8, 0}},
		"mysqld  Ver 8.0.34-rondb-22.10.1 for Linux on x86_64":                   {flavour: "rondb", version: "22.10.1", mysql: [2]int{8, 0}},
		"RonDB-24.10.17, for Linux (x86_64)":                                     {flavour: "rondb", version: "24.10.17"},
		"mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)":   {version: "8.4.3", mysql: [2]int{8, 4}},
		"mysqld  Ver 10.11.6-MariaDB for debian-linux-gnu on x86_64":             {version: "10.11.6", mysql: [2]int{10, 11}},
		"rubbish": {},
	} {
		if got := parseVersion(text); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func TestOldServersGetTheirAccountsAndTablesTheOldWay(t *testing.T) {
	old := program{mysql: [2]int{5, 6}}
	if old.modern() || !(program{mysql: [2]int{5, 7}}).modern() || !(program{mysql: [2]int{8, 0}}).modern() {
		t.Error("5.7 is the first that initialises itself")
	}
	account := &agentproto.Account{User: "root", Host: "localhost", Password: "p", Grants: "ALL ON *.* WITH GRANT OPTION"}
	got, err := statements([]*agentproto.Account{account}, false)
	want := "GRANT USAGE ON *.* TO 'root'@'localhost' IDENTIFIED BY 'p';\nGRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	base := t.TempDir()
	for name, text := range map[string]string{"mysql_system_tables.sql": "TABLES", "mysql_system_tables_data.sql": "DATA"} {
		if err := os.MkdirAll(filepath.Join(base, "share"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(base, "share", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := node{layout: agentproto.LayoutOf(t.TempDir())}
	old.path = filepath.Join(base, "bin", "mysqld")
	c, err := n.bootstrap(old, &logbook{now: time.Now})
	if err != nil || !slices.Contains(c.Args, "--bootstrap") {
		t.Fatalf("got %+v, %v", c, err)
	}
	script, err := os.ReadFile(c.Input)
	if err != nil || !strings.HasPrefix(string(script), "use mysql;\nTABLES\nDATA\n") {
		t.Errorf("it runs %s, %v", script, err)
	}
}

func TestALogIsFollowedOverItsRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var got []string
	f := &tail{path: path}
	step := func(text string, flags int) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flags, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		f.read(func(line string) { got = append(got, line) })
	}
	step("one\ntw", os.O_APPEND)
	step("o\r\nthree\n", os.O_APPEND)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	step("four\n", os.O_APPEND)
	step("5\n", os.O_TRUNC)
	step(strings.Repeat("x", maxLine+1), os.O_APPEND)
	want := []string{"one", "two", "three", "four", "5", strings.Repeat("x", maxLine)}
	if !slices.Equal(got, want) {
		t.Errorf("got %.100q", got)
	}
}

func TestALogbookKeepsTheNewestWithinItsLimits(t *testing.T) {
	b := &logbook{now: func() time.Time { return time.UnixMilli(7) }}
	for i := range maxLogLines + 10 {
		b.add(fmt.Sprint("line ", i))
	}
	lines := b.after(0, maxLogLines)
	if len(lines) != maxLogLines || lines[0].GetSeq() != 11 || lines[0].GetText() != "line 10" {
		t.Errorf("%d lines from %v", len(lines), lines[0])
	}
	for range 2 * maxLogBytes / maxLine {
		b.add(strings.Repeat("y", maxLine))
	}
	if n := len(b.after(0, maxLogLines)); n != maxLogBytes/maxLine {
		t.Errorf("%d long lines are kept", n)
	}
	b.add("2026-03-01 12:00:00 [MgmtSrvr] ALERT    -- Node 2: bad \xff byte")
	last := b.after(0, 1)[0]
	if last.GetSeverity() != severityAlert || strings.Contains(last.GetText(), "\xff") {
		t.Errorf("got %v", last)
	}
}

func TestLinesThatAreTooLongAreCut(t *testing.T) {
	var got []string
	readLines(strings.NewReader("a\n"+strings.Repeat("b", 3*maxLine)+"\nc"), func(line string) { got = append(got, line) })
	if len(got) != 3 || got[0] != "a" || len(got[1]) != maxLine || got[2] != "c" {
		t.Errorf("got %.60q", got)
	}
}

func TestMemoryIsReadFromEitherKindOfGroup(t *testing.T) {
	for want, files := range map[[2]int64]map[string]string{
		{5, 9}: {"memory.current": "5\n", "memory.max": "9\n"},
		{5, 0}: {"memory.current": "5\n", "memory.max": "max\n"},
		{7, 8}: {"memory/memory.usage_in_bytes": "7\n", "memory/memory.limit_in_bytes": "8\n"},
		{7, 0}: {"memory/memory.usage_in_bytes": "7\n", "memory/memory.limit_in_bytes": "9223372036854771712\n"},
		{0, 0}: {},
	} {
		folder := t.TempDir()
		for name, text := range files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if used, limit := (node{groups: folder}).memory(); used != want[0] || limit != want[1] {
			t.Errorf("got %d of %d, want %v", used, limit, want)
		}
	}
}

func TestATornMemoryCountsAsUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.json")
	if m, err := recall(path); err != nil || m != (memory{}) {
		t.Errorf("a new volume: %+v, %v", m, err)
	}
	want := memory{Incarnation: 3, Stopped: true, Formed: true, Error: "gone"}
	if err := want.keep(path); err != nil {
		t.Fatal(err)
	}
	if m, err := recall(path); err != nil || m != want {
		t.Errorf("got %+v, %v", m, err)
	}
	for _, text := range []string{"", "{\"incar"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := recall(path); err != nil || m.Incarnation != 1 {
			t.Errorf("%q: %+v, %v", text, m, err)
		}
	}
}

// A restarted management server is told nothing of an arbitrator that stands.
func TestQuietMeansThatAnArbitratorStands(t *testing.T) {
	now := time.UnixMilli(0)
	f := &follower{now: func() time.Time { return now }}
	f.forget()
	if f.settledArbitration(mgm.Arbitrator{}, true) {
		t.Error("ready at once")
	}
	now = now.Add(quietTime + 1)
	if !f.settledArbitration(mgm.Arbitrator{}, true) || f.settledArbitration(mgm.Arbitrator{}, false) {
		t.Error("not ready after a quiet time, or without a cluster")
	}
	f.happened(mgm.Event{Type: mgm.EventWarning, Body: mgm.NewMessage("Could not find an arbitrator, cluster is not partition-safe")})
	now = now.Add(10 * quietTime)
	if f.settledArbitration(mgm.Arbitrator{}, true) {
		t.Error("ready though the data nodes say that there is none")
	}
}
