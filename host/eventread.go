package host

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"rondb-tui/engine"
)

const (
	// maxEventLine is the longest line of an event, in bytes.
	maxEventLine = 1 << 20
	// maxEventRead is how much is read of each file: its end, in bytes.
	maxEventRead = 2 * maxEventFile
)

// ReadEvents reads the events that engines of the cluster recorded, oldest
// first: those of the older file, then the newer. Lines that are not whole, or
// longer than an event's, are left out; missing files hold none. An engine may be
// writing. With an error come the events that could be read.
func ReadEvents(path string) ([]engine.Event, error) {
	// The newer file first: if it is put aside meanwhile, it is read twice, which
	// leaves no gap.
	newer, newerErr := readEventFile(path)
	all, olderErr := readEventFile(path + ".1")
	for _, event := range newer {
		all = addEvent(all, event)
	}
	return all, errors.Join(newerErr, olderErr)
}

// addEvent keeps the numbers rising. Where they do not rise in the files, an
// engine that could not read them has begun anew: the later line counts.
func addEvent(all []engine.Event, event engine.Event) []engine.Event {
	for len(all) > 0 && all[len(all)-1].Seq >= event.Seq {
		all = all[:len(all)-1]
	}
	return append(all, event)
}

func readEventFile(path string) (all []engine.Event, err error) {
	const op = "read events"
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	end := io.NewSectionReader(file, max(0, info.Size()-maxEventRead), maxEventRead)
	err = eachLine(end, maxEventLine, func(line []byte) {
		var event engine.Event
		if json.Unmarshal(line, &event) == nil && event.Seq > 0 {
			all = addEvent(all, event)
		}
	})
	if err != nil {
		return all, engine.Errorf(engine.KindTerminal, op, 0, "%s: %w", path, err)
	}
	return all, nil
}

// eachLine gives each line, also a last one without an end. Lines longer than the
// limit in bytes are passed over.
func eachLine(r io.Reader, limit int, take func(line []byte)) error {
	lines := bufio.NewReaderSize(r, limit)
	for tooLong := false; ; {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			tooLong = true
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if !tooLong && len(line) > 0 {
			take(line)
		}
		if err != nil {
			return nil //nolint:nilerr // the end of the file
		}
		tooLong = false
	}
}
