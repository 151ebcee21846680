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
	// Notice says that the last line was cut off and is left out, "" if it was not:
	// the process ended while it wrote. Nothing had followed from such an entry.
	Notice string

	whole int64 // bytes up to the end of the last whole line
}

// ReadJournal reads a journal file without changing it. A last line that was cut
// off is tolerated; a newer version has KindUnsupported, anything else that is
// not a journal KindInvalid, with the line. A missing file keeps its fs error.
func ReadJournal(path string) (Recovered, error) {
	file, err := os.Open(path)
	if err != nil {
		return Recovered{}, engine.Errorf(engine.KindTerminal, "open journal", 0, "%w", err)
	}
	recovered, err := readJournal(file, path)
	return recovered, errors.Join(err, file.Close())
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
	r.Entries = append(r.Entries, entry)
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

// FileJournal is a Journal of synced JSON lines. Whoever opens it must own the
// cluster's lock: two writers would tear each other's lines.
type FileJournal struct {
	file *os.File
	size int64
}

// OpenJournal opens a journal file for appending, creating it if it is missing,
// and cuts off a last line that was not finished. Errors are those of
// ReadJournal.
func OpenJournal(path string) (*FileJournal, Recovered, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, Recovered{}, engine.Errorf(engine.KindTerminal, "open journal", 0, "%w", err)
	}
	journal := &FileJournal{file: file}
	recovered, err := readJournal(file, path)
	if err == nil {
		err = journal.resume(recovered.whole)
	}
	if err != nil {
		return nil, Recovered{}, errors.Join(err, file.Close())
	}
	return journal, recovered, nil
}

// resume cuts the file to its whole lines and writes the header of a new one.
func (j *FileJournal) resume(whole int64) error {
	if err := j.file.Truncate(whole); err != nil {
		return engine.Errorf(engine.KindTerminal, "cut journal", 0, "%w", err)
	}
	if _, err := j.file.Seek(whole, io.SeekStart); err != nil {
		return engine.Errorf(engine.KindTerminal, "cut journal", 0, "%w", err)
	}
	j.size = whole
	if whole > 0 {
		return nil
	}
	return j.write(journalHeader{Journal: journalName, Version: journalVersion})
}

// Append implements Journal. After an error the journal must not be used again,
// since its last line may be torn.
func (j *FileJournal) Append(entry Entry) error { return j.write(entry) }

func (j *FileJournal) write(value any) error {
	const op = "write journal"
	line, err := json.Marshal(value)
	switch {
	case err != nil:
		return engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	case len(line) >= maxJournalLine:
		return engine.Errorf(engine.KindInternal, op, 0, "an entry of %d bytes is longer than %d", len(line), maxJournalLine)
	case j.size+int64(len(line))+1 > maxJournalFile:
		return engine.Errorf(engine.KindTerminal, op, 0, "the journal would grow beyond %d bytes", maxJournalFile)
	}
	written, err := j.file.Write(append(line, '\n'))
	j.size += int64(written)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	return nil
}

// Close closes the file. The entries are durable already.
func (j *FileJournal) Close() error { return j.file.Close() }
