package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"

	"rondb-tui/control"
	"rondb-tui/engine"
)

// maxEventFile is the size in bytes at which the file of events is put aside; one
// older file is kept.
const maxEventFile = 4 << 20

// eventFile keeps the cluster's events beyond the engine's life, as JSON lines.
// It is history, not truth: it is not synced, and the engine goes on without it.
// What cannot be written is said once and written later, while the engine still
// has it. It belongs to one goroutine.
type eventFile struct {
	path    string
	log     *slog.Logger
	file    io.WriteCloser // nil if it could not be opened
	numbers *numberFile    // nil if it could not be opened
	size    int64
	torn    bool   // the last line in the file is not whole
	last    uint64 // the number of the newest event written, or given out by an earlier engine
	given   uint64 // the number of the newest event that there was to write
	failing bool   // writing failed; said already
}

// openEvents opens the file for appending and finds the last number that was
// given out. What it cannot read or open is logged.
func openEvents(path string, log *slog.Logger) *eventFile {
	f := &eventFile{path: path, log: log}
	events, err := ReadEvents(path)
	if err != nil {
		log.Warn("earlier events cannot be read, the engine goes on without", "error", err)
	}
	if len(events) > 0 {
		f.last = events[len(events)-1].Seq
	}
	var number uint64
	f.numbers, number, err = openNumber(path + ".last")
	f.last = max(f.last, number)
	f.given = f.last
	f.note(errors.Join(err, f.open()))
	return f
}

func (f *eventFile) open() error {
	const op = "open events"
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", errors.Join(err, file.Close()))
	}
	f.file, f.size, f.torn = file, info.Size(), false
	if f.size > 0 {
		end := make([]byte, 1)
		_, err := file.ReadAt(end, f.size-1)
		f.torn = err == nil && end[0] != '\n'
	}
	return nil
}

// append writes what is newer than the newest event written.
func (f *eventFile) append(events []engine.Event) {
	events = events[control.After(events, f.last):]
	if len(events) == 0 {
		return
	}
	f.given = max(f.given, events[len(events)-1].Seq)
	err := f.ready()
	if f.file != nil {
		err = errors.Join(err, f.write(events))
	}
	if err != nil { // the next engine must not give these numbers again
		err = errors.Join(err, f.numbers.set(f.given))
	}
	f.note(err)
}

// ready puts a file that is full aside, and opens one that could not be opened
// before.
func (f *eventFile) ready() error {
	var err error
	if f.file != nil && f.size > maxEventFile {
		err = errors.Join(f.file.Close(), os.Rename(f.path, f.path+".1"))
		f.file = nil
	}
	if f.file == nil {
		err = errors.Join(err, f.open())
	}
	return err
}

// write writes a line for each event. Those of which the line is not in the file
// as a whole are not written.
func (f *eventFile) write(events []engine.Event) error {
	var text bytes.Buffer
	if f.torn {
		text.WriteByte('\n') // or the torn line swallows the next
	}
	ends := make([]int, len(events)) // of the lines in the text
	for i := range events {
		line, err := json.Marshal(&events[i])
		if err != nil {
			return engine.Errorf(engine.KindInternal, "write events", 0, "%w", err)
		}
		text.Write(append(line, '\n'))
		ends[i] = text.Len()
	}
	n, err := f.file.Write(text.Bytes())
	f.size += int64(n)
	if n > 0 {
		f.torn = text.Bytes()[n-1] != '\n'
	}
	for i := range events {
		if ends[i] <= n {
			f.last = events[i].Seq
		}
	}
	return err
}

func (f *eventFile) note(err error) {
	if err != nil && !f.failing {
		f.log.Warn("events are not recorded", "error", err)
	}
	f.failing = err != nil
}

func (f *eventFile) close() error {
	err := errors.Join(f.numbers.set(f.given), f.numbers.close())
	if f.file != nil {
		err = errors.Join(err, f.file.Close())
	}
	return err
}
