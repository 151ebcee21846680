package loop

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rondb-tui/engine"
)

// journalFile is what a FileJournal needs of its file.
type journalFile interface {
	io.WriteSeeker
	Sync() error
	Truncate(size int64) error
	Close() error
}

// FileJournal is a Journal of synced JSON lines. Whoever opens it must own the
// cluster's lock: two writers would tear each other's lines. When the file has
// become large it is replaced by a short one with the same state.
type FileJournal struct {
	path      string
	file      journalFile
	size      int64 // of whole, synced lines
	state     State // after them
	limit     int64 // of the size, before it is compacted
	compactAt int64 // the same, but not soon again after the last time
	broken    error // why it must not be used any more
}

// OpenJournal opens a journal file for appending, creating it if it is missing.
// It cuts off a last line that was not finished, and compacts a large file.
// Errors are those of ReadJournal, and those of writing.
func OpenJournal(path string) (*FileJournal, Recovered, error) {
	return openJournal(path, compactBeyond)
}

func openJournal(path string, limit int64) (*FileJournal, Recovered, error) {
	const op = "open journal"
	if err := regular(path); err != nil {
		return nil, Recovered{}, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, Recovered{}, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	journal := &FileJournal{path: path, file: file, limit: limit, compactAt: limit}
	recovered, err := readJournal(file, path)
	if err == nil {
		err = journal.resume(&recovered)
	}
	if err != nil {
		return nil, Recovered{}, errors.Join(err, journal.Close())
	}
	return journal, recovered, nil
}

// resume cuts the file to its whole lines, writes the header of a new one, and
// does what an earlier engine did not come to.
func (j *FileJournal) resume(recovered *Recovered) error {
	const op = "open journal"
	if err := os.Remove(successor(j.path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	j.size, j.state = recovered.whole, recovered.State
	if err := j.cut(); err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	if j.size == 0 {
		header, err := encode(journalHeader{Journal: journalName, Version: journalVersion})
		if err != nil {
			return err
		}
		if err := j.write(header); err != nil {
			return err
		}
		if err := syncFolder(filepath.Dir(j.path)); err != nil {
			return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
		}
		return nil
	}
	if j.size > j.limit {
		return j.compact()
	}
	return nil
}

// Append implements Journal. If the file could not be written it is cut back to
// its last whole line and stays usable. If it could not be synced, nobody knows
// what is on the disk: this and every later call fails.
func (j *FileJournal) Append(entries ...Entry) error {
	if j.broken != nil {
		return j.broken
	}
	state, err := j.state.afterAll(entries)
	if err != nil {
		return err
	}
	var text []byte
	for _, entry := range entries {
		line, err := encode(entry)
		if err != nil {
			return err
		}
		text = append(text, line...)
	}
	if j.size+int64(len(text)) > j.compactAt {
		if err := j.compact(); err != nil {
			return err
		}
	}
	if err := j.write(text); err != nil {
		return err
	}
	j.state = state
	return nil
}

// encode gives a value's line.
func encode(value any) ([]byte, error) {
	const op = "write journal"
	line, err := json.Marshal(value)
	switch {
	case err != nil:
		return nil, engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	case len(line) >= maxJournalLine:
		return nil, engine.Errorf(engine.KindInternal, op, 0, "an entry of %d bytes is longer than %d", len(line), maxJournalLine)
	}
	return append(line, '\n'), nil
}

// write adds whole lines to the file, or leaves it as it is.
func (j *FileJournal) write(text []byte) error {
	const op = "write journal"
	if j.size+int64(len(text)) > maxJournalFile {
		return engine.Errorf(engine.KindTerminal, op, 0, "the journal would grow beyond %d bytes", maxJournalFile)
	}
	if _, err := j.file.Write(text); err != nil {
		if cutErr := j.cut(); cutErr != nil {
			return j.breakOff("the file could not be cut back to its last whole line", errors.Join(err, cutErr))
		}
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	if err := j.file.Sync(); err != nil {
		// The next engine should not find what this one refused, if that can be helped.
		return j.breakOff("the file could not be synced", errors.Join(err, j.cut()))
	}
	j.size += int64(len(text))
	return nil
}

// cut makes the file end with its last whole line.
func (j *FileJournal) cut() error {
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	if _, err := j.file.Seek(j.size, io.SeekStart); err != nil {
		return err
	}
	return j.file.Sync()
}

// breakOff has every later call fail.
func (j *FileJournal) breakOff(why string, err error) error {
	j.broken = engine.Errorf(engine.KindTerminal, "write journal", 0,
		"%s: %w; this engine does not use the journal again, the next one will", why, err)
	return j.broken
}

// Close closes the file. The entries are durable already.
func (j *FileJournal) Close() error { return j.file.Close() }
