package loop

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"rondb-tui/engine"
)

// successor is where the file is written that is to replace a journal.
func successor(path string) string { return path + ".new" }

// compacted gives the shortest journal that leads to a state: the desired states
// that it knows, and its wishes. The last entry keeps its number, so that the
// numbers go on; each of these entries was one of the journal's, so that there
// are enough numbers.
func compacted(s State) []Entry {
	var entries []Entry
	for _, earlier := range s.History {
		entries = append(entries, Entry{Kind: EntrySpec, Revision: earlier.ID, Spec: &earlier})
	}
	present := Entry{Kind: EntrySpec, Revision: s.Revision, Spec: s.Spec}
	if s.Of != s.Revision {
		content := s.Spec.Clone()
		content.ID = s.Of
		entries = append(entries, Entry{Kind: EntrySpec, Revision: s.Of, Spec: &content})
		present.Of = s.Of
	}
	entries = append(entries, present)
	for _, id := range slices.Sorted(maps.Keys(s.Restarts)) {
		entries = append(entries, Entry{Kind: EntryRestart, Revision: s.Revision, Node: id, Incarnation: s.Restarts[id]})
	}
	seq := s.Seq
	for i := range slices.Backward(entries) {
		entries[i].Seq, seq = seq, seq-1
		entries[i].Text = "kept when the journal was compacted"
	}
	return entries
}

// compact replaces the file by a short one with the same state. At each moment
// one of the two stands whole at the journal's path. A journal without a desired
// state has nothing to go on from, and stays.
func (j *FileJournal) compact() error {
	if j.state.Spec == nil {
		return nil
	}
	text, err := encode(journalHeader{Journal: journalName, Version: journalVersion})
	if err != nil {
		return err
	}
	for _, entry := range compacted(j.state) {
		line, err := encode(entry)
		if err != nil {
			return err
		}
		text = append(text, line...)
	}
	file, err := replace(j.path, text)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, "compact journal", 0, "%w", err)
	}
	_ = j.file.Close() // it has no name any more, and nothing in it is missed
	j.file, j.size = file, int64(len(text))
	j.compactAt = max(j.limit, 2*j.size)
	if err := syncFolder(filepath.Dir(j.path)); err != nil {
		return j.breakOff("the replacement of the file could not be synced", err)
	}
	return nil
}

// replace puts a synced file with a text in the place of another and gives it,
// open at its end. If it fails, the other stays.
func replace(path string, text []byte) (*os.File, error) {
	file, err := os.OpenFile(successor(path), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(successor(path), path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(successor(path)))
	}
	return file, nil
}

// syncFolder makes the names in a folder durable. Windows does so by itself, and
// has no call for it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
