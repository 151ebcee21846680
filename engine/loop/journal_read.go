package loop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"rondb-tui/engine"
)

// journalVersion is the version of the file's format that this program writes,
// and the newest it reads.
const journalVersion = 1

// Limits of a journal file, in bytes. A line holds at most a desired state or
// the text of a plan.
const (
	maxJournalLine = 8 << 20
	maxJournalFile = 256 << 20
	// compactBeyond is the size at which a journal is written anew, without what
	// its state does not need.
	compactBeyond = 4 << 20
)

// journalHeader is the first line of a journal file.
type journalHeader struct {
	Journal string
	Version int
}

const journalName = "rondb-tui"

// Recovered is what a journal file held.
type Recovered struct {
	Entries []Entry
	State   State // after them
	// Notice says that the last line was cut off and is left out, "" if it was not:
	// the process ended while it wrote. Nothing had followed from such an entry.
	Notice string

	whole int64 // bytes up to the end of the last whole line
}

// ReadJournal reads a journal file without changing it. A last line that was cut
// off is tolerated; a newer version has KindUnsupported, anything else that is
// not a journal KindInvalid, with the line, and so have entries that cannot follow
// each other. A missing file keeps its fs error.
func ReadJournal(path string) (Recovered, error) {
	if err := regular(path); err != nil {
		return Recovered{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return Recovered{}, engine.Errorf(engine.KindTerminal, "open journal", 0, "%w", err)
	}
	recovered, err := readJournal(file, path)
	return recovered, errors.Join(err, file.Close())
}

// regular refuses what is there and is no file: opening a pipe would wait for ever.
func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return engine.Errorf(engine.KindInvalid, "open journal", 0, "%s is not a regular file", path)
	}
	return nil
}

func readJournal(file io.Reader, path string) (Recovered, error) {
	const op = "read journal"
	text, err := io.ReadAll(io.LimitReader(file, maxJournalFile+1))
	switch {
	case err != nil:
		return Recovered{}, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	case len(text) > maxJournalFile:
		return Recovered{}, engine.Errorf(engine.KindInvalid, op, 0, "%s is larger than %d bytes", path, maxJournalFile)
	}
	var recovered Recovered
	for number := 1; len(text) > 0; number++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			recovered.Notice = fmt.Sprintf("%s: line %d was cut off and is left out", path, number)
			break
		}
		if number == 1 {
			err = readHeader(line)
		} else {
			err = recovered.readEntry(line)
		}
		if err != nil {
			return Recovered{}, engine.Errorf(engine.KindOf(err), op, 0, "%s:%d: %w", path, number, err)
		}
		text = rest
		recovered.whole += int64(len(line)) + 1
	}
	return recovered, nil
}

func readHeader(line []byte) error {
	var header journalHeader
	if err := strictJSON(line, &header); err != nil || header.Journal != journalName {
		return engine.Errorf(engine.KindInvalid, "read header", 0, "this is not a journal of %s", journalName)
	}
	if header.Version > journalVersion {
		return engine.Errorf(engine.KindUnsupported, "read header", 0,
			"version %d is newer than %d, the newest this program knows", header.Version, journalVersion)
	}
	return nil
}

func (r *Recovered) readEntry(line []byte) error {
	var entry Entry
	if err := strictJSON(line, &entry); err != nil {
		return engine.Errorf(engine.KindInvalid, "read entry", 0, "%w", err)
	}
	state, err := r.State.after(entry)
	if err != nil {
		return err
	}
	r.Entries, r.State = append(r.Entries, entry), state
	return nil
}

// strictJSON reads exactly one value and refuses fields it does not know: a
// journal is written by this program only.
func strictJSON(line []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one value on the line")
	}
	return nil
}
