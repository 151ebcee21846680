package loop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// someEntries records two desired states and two wishes, one of them fulfilled.
func someEntries() []Entry {
	first, second := engine.DefaultSpec(), engine.DefaultSpec()
	second.ActiveReplicationFactor = 3
	entries := []Entry{
		{Kind: EntrySpec, Revision: 1, Spec: &first},
		{Kind: EntryRun, Revision: 1, Fingerprint: "abc", Plan: "  1  write the cluster configuration\n"},
		{Kind: EntryStep, Revision: 1, Step: 1, Text: "done"},
		{Kind: EntryRestart, Revision: 1, Node: 4, Incarnation: 1},
		{Kind: EntryRestart, Revision: 1, Node: 5, Incarnation: 7},
		{Kind: EntrySpec, Revision: 8, Spec: &second, By: engine.ActorYou, Source: "scale"},
		{Kind: EntryRestarted, Revision: 8, Node: 4},
		{Kind: EntryEnd, Revision: 8, Text: "plan done in 2s"},
	}
	for i := range entries {
		entries[i].Seq = uint64(i + 1)
		entries[i].At = time.Date(2026, 11, 20, 9, 0, i, 0, time.UTC)
	}
	return entries
}

// written gives a journal file with the entries.
func written(t *testing.T, entries []Entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	journal, _, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := journal.Append(entry); err != nil {
			t.Fatal(err)
		}
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReplay(t *testing.T) {
	state, err := Replay(someEntries())
	if err != nil {
		t.Fatal(err)
	}
	if state.Seq != 8 || state.Revision != 8 || state.Spec.ActiveReplicationFactor != 3 {
		t.Errorf("state %+v", state)
	}
	if want := (map[engine.NodeID]uint64{5: 7}); !reflect.DeepEqual(state.Restarts, want) {
		t.Errorf("restarts %v, want %v", state.Restarts, want)
	}
}

func TestReplayRefuses(t *testing.T) {
	cases := map[string]func([]Entry) []Entry{
		"a gap":                  func(e []Entry) []Entry { return append(e[:2:2], e[3:]...) },
		"a repetition":           func(e []Entry) []Entry { e[1].Seq = 1; return e },
		"an unknown kind":        func(e []Entry) []Entry { e[2].Kind = "party"; return e },
		"a spec without a spec":  func(e []Entry) []Entry { e[0].Spec = nil; return e },
		"a revision that is old": func(e []Entry) []Entry { e[5].Revision = 1; return e },
	}
	for name, spoil := range cases {
		if _, err := Replay(spoil(someEntries())); engine.KindOf(err) != engine.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileJournalRoundTrip(t *testing.T) {
	entries := someEntries()
	path := written(t, entries[:5])
	journal, recovered, err := OpenJournal(path)
	if err != nil || recovered.Notice != "" || !reflect.DeepEqual(recovered.Entries, entries[:5]) {
		t.Fatalf("recovered %+v, error %v", recovered, err)
	}
	for _, entry := range entries[5:] {
		if err := journal.Append(entry); err != nil {
			t.Fatal(err)
		}
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := ReadJournal(path)
	if err != nil || !reflect.DeepEqual(read.Entries, entries) {
		t.Errorf("read %+v, error %v", read.Entries, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v; others may not read it", info.Mode(), err)
	}
}

// TestTornJournal cuts a journal at every byte: what is recovered is always a
// beginning of what was written, and it can be gone on with.
func TestTornJournal(t *testing.T) {
	entries := someEntries()
	text, err := os.ReadFile(written(t, entries))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "torn")
	for size := range len(text) + 1 {
		if err := os.WriteFile(path, text[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		whole := strings.Count(string(text[:size]), "\n")
		read, err := ReadJournal(path)
		if err != nil || len(read.Entries) != max(0, whole-1) {
			t.Fatalf("cut at %d: %d entries, error %v; want %d", size, len(read.Entries), err, whole-1)
		}
		if torn := size > 0 && text[size-1] != '\n'; torn != (read.Notice != "") {
			t.Fatalf("cut at %d: notice %q", size, read.Notice)
		}
		if size%50 != 0 { // syncing the file each time would take long
			continue
		}
		journal, recovered, err := OpenJournal(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		next := entries[len(recovered.Entries):]
		if len(next) > 0 {
			err = journal.Append(next[0])
		}
		again, readErr := ReadJournal(path)
		if err := errors.Join(err, readErr, journal.Close()); err != nil || again.Notice != "" {
			t.Fatalf("cut at %d: %v, notice %q", size, err, again.Notice)
		}
		if want := entries[:min(len(recovered.Entries)+1, len(entries))]; !reflect.DeepEqual(again.Entries, want) {
			t.Fatalf("cut at %d, then one more: %d entries", size, len(again.Entries))
		}
	}
}

// TestTornTailIsCutOff has a torn line that is longer than what comes next.
func TestTornTailIsCutOff(t *testing.T) {
	entries := someEntries()
	path := written(t, entries[:1])
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := string(text) + `{"Seq":2,"Text":"` + strings.Repeat("x", 10_000)
	if err := os.WriteFile(path, []byte(torn), 0o600); err != nil {
		t.Fatal(err)
	}
	journal, _, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(journal.Append(entries[1]), journal.Close())
	read, readErr := ReadJournal(path)
	if err != nil || readErr != nil || read.Notice != "" || !reflect.DeepEqual(read.Entries, entries[:2]) {
		t.Errorf("%d entries, notice %q, errors %v, %v", len(read.Entries), read.Notice, err, readErr)
	}
}

func TestJournalThatIsNone(t *testing.T) {
	header := `{"Journal":"rondb-tui","Version":1}` + "\n"
	cases := map[string]struct {
		text, names string
		kind        engine.ErrorKind
	}{
		"garbage":           {"hello\n", ":1:", engine.KindInvalid},
		"another program's": {`{"Journal":"other","Version":1}` + "\n", ":1:", engine.KindInvalid},
		"newer":             {`{"Journal":"rondb-tui","Version":2}` + "\n", "version 2 is newer", engine.KindUnsupported},
		"garbage inside":    {header + "\x00\x01\n" + `{"Seq":1,"Kind":"spec"}` + "\n", ":2:", engine.KindInvalid},
		"an unknown field":  {header + `{"Seq":1,"Flavour":"mint"}` + "\n", ":2:", engine.KindInvalid},
		"two on a line":     {header + `{"Seq":1}{"Seq":2}` + "\n", ":2:", engine.KindInvalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, readErr := ReadJournal(path)
			_, _, openErr := OpenJournal(path)
			for _, err := range []error{readErr, openErr} {
				if err == nil || engine.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.names) {
					t.Errorf("got %v, want kind %s and %q in it", err, c.kind, c.names)
				}
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != c.text {
				t.Errorf("the file was changed to %q, error %v", text, err)
			}
		})
	}
}

func TestMissingJournal(t *testing.T) {
	if _, err := ReadJournal(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestMemoryJournalForgetsNoState compares a journal that forgot entries with a
// replay of all of them.
func TestMemoryJournalForgetsNoState(t *testing.T) {
	var journal MemoryJournal
	entries := someEntries()
	for len(entries) < 3*maxMemoryEntries {
		entries = append(entries, Entry{Seq: uint64(len(entries) + 1), Kind: EntryStep, Step: 1, Text: "done"})
	}
	for _, entry := range entries {
		if err := journal.Append(entry); err != nil {
			t.Fatal(err)
		}
	}
	want, err := Replay(entries)
	if err != nil || !reflect.DeepEqual(journal.State(), want) {
		t.Errorf("state %+v, want %+v, error %v", journal.State(), want, err)
	}
	if kept := journal.Entries(); len(kept) != maxMemoryEntries || kept[len(kept)-1].Seq != want.Seq {
		t.Errorf("%d entries kept", len(kept))
	}
	if err := journal.Append(Entry{Seq: 1}); err == nil {
		t.Error("an entry out of order is accepted")
	}
}

// TestJournalIsTheState asks for random things and, after each, compares the
// journal's replay with the Core, then goes on with a Core made from it.
func TestJournalIsTheState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := running(t)
		for range rapid.IntRange(1, 12).Draw(rt, "length") {
			switch rapid.IntRange(0, 6).Draw(rt, "what") {
			case 0:
				target := rapid.SampledFrom([]engine.ScaleTarget{engine.ScaleReplicas, engine.ScaleMySQL, engine.ScaleAPI}).Draw(rt, "target")
				_ = r.ask(engine.Request{Intent: engine.Scale{Target: target, Delta: rapid.IntRange(-1, 1).Draw(rt, "delta")}})
			case 1:
				_ = r.ask(engine.Request{Intent: engine.RestartNode{Target: engine.NodeID(rapid.IntRange(1, 70).Draw(rt, "node"))}})
			case 2:
				if r.run != nil {
					r.step()
				}
			case 3:
				r.look()
			case 4:
				_ = r.ask(engine.Request{Intent: engine.Undo{}})
			case 5:
				if r.full = nil; rapid.Bool().Draw(rt, "full") {
					r.full = errFull
				}
			case 6:
				recovered := r.journal.State()
				again, err := NewCore(Config{State: recovered})
				if err != nil {
					rt.Fatal(err)
				}
				effects := again.Start(r.now)
				if len(effects) != 1 || again.revision != r.core.revision || !reflect.DeepEqual(again.desired, r.core.desired) {
					rt.Fatalf("recovered revision %d with effects %v, want %d", again.revision, effects, r.core.revision)
				}
				r.core, r.run = again, nil
				r.look()
			}
			r.wantJournal()
		}
		r.full = nil
		r.now = r.now.Add(rewriteEvery)
		r.finish()
		r.converge()
	})
}
