package host

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"rondb-tui/engine"
)

// maxEventFile is the size in bytes at which the file of events is put aside; one
// older file is kept.
const maxEventFile = 4 << 20

// eventFile keeps the cluster's events beyond the engine's life, as JSON lines.
// It is history, not truth: it is not synced, and what cannot be written is
// dropped and said once. It belongs to one goroutine.
type eventFile struct {
	path string
	log  *slog.Logger
	file *os.File
	size int64
	last uint64 // the number of the newest event written
	full bool   // writing failed; said already
}

// openEvents opens the file for appending and finds the last number in it.
func openEvents(path string, log *slog.Logger) (*eventFile, error) {
	f := &eventFile{path: path, log: log}
	events, err := ReadEvents(path)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		f.last = events[len(events)-1].Seq
	}
	return f, f.open()
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
	f.file, f.size = file, info.Size()
	if f.size == 0 {
		return nil
	}
	// A line that an earlier engine did not finish must not swallow the next.
	end := make([]byte, 1)
	if _, err := file.ReadAt(end, f.size-1); err == nil && end[0] != '\n' {
		n, err := file.WriteString("\n")
		f.size += int64(n)
		f.note(err)
	}
	return nil
}

// append writes what is newer than the newest event written.
func (f *eventFile) append(events []engine.Event) {
	var text bytes.Buffer
	for i := range events {
		if events[i].Seq <= f.last {
			continue
		}
		line, err := json.Marshal(&events[i])
		if err != nil {
			f.note(err)
			continue
		}
		f.last = events[i].Seq
		text.Write(append(line, '\n'))
	}
	if text.Len() == 0 {
		return
	}
	if f.size > maxEventFile {
		f.note(f.rotate())
	}
	if f.file == nil {
		return
	}
	n, err := f.file.Write(text.Bytes())
	f.size += int64(n)
	f.note(err)
}

// rotate puts the file aside and begins a new one.
func (f *eventFile) rotate() error {
	err := errors.Join(f.file.Close(), os.Rename(f.path, f.path+".1"))
	f.file = nil
	return errors.Join(err, f.open())
}

func (f *eventFile) note(err error) {
	if err != nil && !f.full {
		f.log.Warn("events are not recorded", "error", err)
	}
	f.full = err != nil
}

func (f *eventFile) close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// ReadEvents reads the events that engines of the cluster recorded, oldest
// first: those of the older file, then the newer. Lines that are not whole are
// left out; missing files hold none.
func ReadEvents(path string) ([]engine.Event, error) {
	var all []engine.Event
	for _, one := range []string{path + ".1", path} {
		file, err := os.Open(one)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, engine.Errorf(engine.KindTerminal, "read events", 0, "%w", err)
		}
		lines := bufio.NewScanner(io.LimitReader(file, 2*maxEventFile))
		lines.Buffer(nil, maxEventLine)
		for lines.Scan() {
			var event engine.Event
			if json.Unmarshal(lines.Bytes(), &event) == nil && event.Seq > 0 {
				all = append(all, event)
			}
		}
		if err := errors.Join(lines.Err(), file.Close()); err != nil {
			return nil, engine.Errorf(engine.KindTerminal, "read events", 0, "%s: %w", one, err)
		}
	}
	return all, nil
}

// maxEventLine is the longest line of an event, in bytes.
const maxEventLine = 1 << 20
