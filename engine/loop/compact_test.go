package loop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// drawnEntries gives a journal as an engine writes it, with undos and wishes.
func drawnEntries(t *rapid.T) []Entry {
	var state State
	var entries []Entry
	add := func(entry Entry) {
		entry.Seq = state.Seq + 1
		next, err := state.after(entry)
		if err != nil {
			t.Fatal(err)
		}
		state, entries = next, append(entries, entry)
	}
	spec := func(of engine.Revision, content engine.Spec) {
		revision := state.Revision + engine.Revision(rapid.IntRange(1, 3).Draw(t, "gap"))
		content.ID = revision
		add(Entry{Kind: EntrySpec, Revision: revision, Of: of, Spec: &content})
	}
	spec(0, engine.DefaultSpec())
	for range rapid.IntRange(0, 80).Draw(t, "length") {
		node := engine.NodeID(rapid.IntRange(1, 4).Draw(t, "node"))
		switch rapid.IntRange(0, 6).Draw(t, "what") {
		case 0, 1, 2:
			content := state.Spec.Clone()
			content.NumManagedMysqldVms = rapid.IntRange(1, 9).Draw(t, "servers")
			spec(0, content)
		case 3:
			if n := len(state.History); n > 0 {
				spec(state.History[n-1].ID, state.History[n-1].Clone())
			}
		case 4:
			spec(state.Of, state.Spec.Clone())
		case 5:
			add(Entry{Kind: EntryRestart, Revision: state.Revision, Node: node, Incarnation: 3})
		case 6:
			add(Entry{Kind: EntryRestarted, Revision: state.Revision, Node: node})
		}
	}
	return entries
}

// TestCompactionKeepsTheState compares the replay of a compacted journal with that
// of the whole one, also after the same entries were added to both.
func TestCompactionKeepsTheState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		entries := drawnEntries(rt)
		cut := rapid.IntRange(1, len(entries)).Draw(rt, "cut")
		middle, err := Replay(entries[:cut])
		if err != nil {
			rt.Fatal(err)
		}
		short := compacted(middle)
		if again := compacted(middle); !reflect.DeepEqual(again, short) || short[0].Seq < 1 || len(short) > cut {
			rt.Fatalf("%d entries, from %d on, instead of %d", len(short), short[0].Seq, cut)
		}
		for _, rest := range [][]Entry{nil, entries[cut:]} {
			want, err := Replay(entries[:cut+len(rest)])
			if err != nil {
				rt.Fatal(err)
			}
			got, err := Replay(append(short[:len(short):len(short)], rest...))
			if err != nil || !reflect.DeepEqual(got, want) {
				rt.Fatalf("compacted %+v, whole %+v, error %v", got, want, err)
			}
		}
		if twice, err := Replay(compacted(middle)); err != nil || !reflect.DeepEqual(compacted(twice), short) {
			rt.Fatalf("compacted twice it is another journal, error %v", err)
		}
	})
}

// long gives the entries of someEntries and many steps after them.
func long(n int) []Entry {
	entries := someEntries()
	for len(entries) < n {
		entries = append(entries, Entry{Seq: uint64(len(entries) + 1), Kind: EntryStep, Revision: 8, Step: 1, Text: "done"})
	}
	return entries
}

func TestLargeJournalIsCompactedWhenOpened(t *testing.T) {
	entries := long(100)
	path := written(t, entries)
	if err := os.WriteFile(successor(path), []byte("left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	journal, recovered, err := openJournal(path, 4000)
	if err != nil || len(recovered.Entries) != len(entries) {
		t.Fatalf("%d entries, error %v", len(recovered.Entries), err)
	}
	err = errors.Join(journal.Append(Entry{Seq: 101, Kind: EntryStep, Revision: 8, Text: "done"}), journal.Close())
	read, readErr := ReadJournal(path)
	if err != nil || readErr != nil || len(read.Entries) != 4 {
		t.Fatalf("%d entries, errors %v, %v", len(read.Entries), err, readErr)
	}
	want := recovered.State
	want.Seq++
	if !reflect.DeepEqual(read.State, want) {
		t.Errorf("state %+v, want %+v", read.State, want)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	wantAlone(t, path)
}

// wantAlone checks that a journal's folder holds nothing else.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, error %v", files, err)
	}
}

// TestGrowingJournalIsCompacted appends far more than the limit.
func TestGrowingJournalIsCompacted(t *testing.T) {
	const limit = 4000
	entries := long(120)
	path := filepath.Join(t.TempDir(), "journal")
	journal, _, err := openJournal(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	for i, entry := range entries {
		if err := journal.Append(entry); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > limit || info.Size() != journal.size {
			t.Fatalf("%d bytes after entry %d, error %v", info.Size(), i, err)
		}
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	want, err := Replay(entries)
	read, readErr := ReadJournal(path)
	if err != nil || readErr != nil || !reflect.DeepEqual(read.State, want) {
		t.Errorf("state %+v, want %+v, errors %v, %v", read.State, want, err, readErr)
	}
	wantAlone(t, path)
}

// TestCompactionIsWorthIt has a limit that the shortest journal exceeds: it is not
// written anew for every entry.
func TestCompactionIsWorthIt(t *testing.T) {
	entries := long(16)
	journal, _, err := openJournal(written(t, entries[:10]), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries[10:] {
		err = errors.Join(err, journal.Append(entry))
	}
	err = errors.Join(err, journal.Close())
	if read, readErr := ReadJournal(journal.path); err != nil || readErr != nil || len(read.Entries) != 3+6 {
		t.Errorf("%d entries, errors %v, %v", len(read.Entries), err, readErr)
	}
}

// TestFailedCompactionLosesNothing has a folder in the way of the new file.
func TestFailedCompactionLosesNothing(t *testing.T) {
	entries := long(20)
	path := written(t, entries)
	journal, _, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	journal.compactAt = 1
	if err := os.MkdirAll(filepath.Join(successor(path), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	next := Entry{Seq: 21, Kind: EntryStep, Revision: 8, Text: "done"}
	if err := journal.Append(next); engine.KindOf(err) != engine.KindTerminal || !strings.Contains(err.Error(), "compact journal") {
		t.Errorf("got %v", err)
	}
	if read, err := ReadJournal(path); err != nil || len(read.Entries) != 20 {
		t.Fatalf("%d entries, error %v", len(read.Entries), err)
	}
	if err := os.RemoveAll(successor(path)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(journal.Append(next), journal.Close()); err != nil {
		t.Error(err)
	}
	if read, err := ReadJournal(path); err != nil || read.State.Seq != 21 || len(read.Entries) != 4 {
		t.Errorf("%d entries up to %d, error %v", len(read.Entries), read.State.Seq, err)
	}
}

// badFile is a file that fails on demand.
type badFile struct {
	*os.File
	room   int // bytes it still takes; negative is without limit
	sync   error
	noCuts bool
}

func (f *badFile) Write(text []byte) (int, error) {
	if f.room < 0 || len(text) <= f.room {
		return f.File.Write(text)
	}
	n, err := f.File.Write(text[:f.room])
	return n, errors.Join(errFull, err)
}

func (f *badFile) Sync() error { return errors.Join(f.sync, f.File.Sync()) }

func (f *badFile) Truncate(size int64) error {
	if f.noCuts {
		return errFull
	}
	return f.File.Truncate(size)
}

// faulty gives a journal with one entry whose file can be made to fail.
func faulty(t *testing.T) (*FileJournal, *badFile, []Entry) {
	t.Helper()
	entries := someEntries()
	journal, _, err := OpenJournal(written(t, entries[:1]))
	if err != nil {
		t.Fatal(err)
	}
	file := &badFile{File: journal.file.(*os.File), room: -1}
	journal.file = file
	t.Cleanup(func() { _ = journal.Close() })
	return journal, file, entries[1:]
}

// TestFullDiskTearsNothing lets a batch of two entries be written up to some
// byte. Nothing of it stays, and the next one can be written.
func TestFullDiskTearsNothing(t *testing.T) {
	journal, file, entries := faulty(t)
	first, err := json.Marshal(entries[0])
	second, secondErr := json.Marshal(entries[1])
	if err := errors.Join(err, secondErr); err != nil {
		t.Fatal(err)
	}
	for room := 0; room < len(first)+len(second)+2; room += 7 { // syncing the file each time takes long
		file.room = room
		if err := journal.Append(entries[:2]...); !errors.Is(err, errFull) || engine.KindOf(err) != engine.KindTerminal {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		if read, err := ReadJournal(journal.path); err != nil || len(read.Entries) != 1 || read.Notice != "" {
			t.Fatalf("room for %d bytes: %d entries, %q, error %v", room, len(read.Entries), read.Notice, err)
		}
	}
	file.room = -1
	if err := journal.Append(entries...); err != nil {
		t.Fatal(err)
	}
	if read, err := ReadJournal(journal.path); err != nil || len(read.Entries) != 1+len(entries) {
		t.Errorf("%d entries, error %v", len(read.Entries), err)
	}
}

// TestUnsyncedJournalIsNotUsedAgain has a sync fail, then a cut.
func TestUnsyncedJournalIsNotUsedAgain(t *testing.T) {
	cases := map[string]func(*badFile){
		"could not be synced":   func(f *badFile) { f.sync = errors.New("input/output error") },
		"could not be cut back": func(f *badFile) { f.room, f.noCuts = 5, true },
	}
	for why, spoil := range cases {
		journal, file, entries := faulty(t)
		spoil(file)
		first := journal.Append(entries[0])
		file.sync, file.room, file.noCuts = nil, -1, false
		second := journal.Append(entries[0])
		for _, err := range []error{first, second} {
			if engine.KindOf(err) != engine.KindTerminal || !strings.Contains(fmt.Sprint(err), why) ||
				!strings.Contains(fmt.Sprint(err), "does not use the journal again") {
				t.Errorf("%s: %v", why, err)
			}
		}
		if _, recovered, err := OpenJournal(journal.path); err != nil || len(recovered.Entries) != 1 {
			t.Errorf("%s: the next engine reads %d entries, error %v", why, len(recovered.Entries), err)
		}
	}
}
