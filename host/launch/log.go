package launch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Bounds of the log, in bytes: what is kept of it at a start, and what a failure
// shows.
const (
	maxLog  = 1 << 20
	maxTail = 4 << 10
)

// openLog opens the log for appending, cut to its last MiB.
func openLog(path string) (*os.File, error) {
	if err := cutLog(path); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := log.Chmod(0o600); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return log, nil
}

// cutLog keeps the last whole lines of a log that is too large. It works in
// place: a process that still writes to the log goes on at its end, and a full
// disk is no obstacle.
func cutLog(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(cut(file), file.Close())
}

func cut(file *os.File) error {
	info, err := file.Stat()
	if err != nil || info.Size() <= maxLog {
		return err
	}
	rest, err := io.ReadAll(io.NewSectionReader(file, info.Size()-maxLog, maxLog))
	if err != nil {
		return err
	}
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[end+1:]
	}
	if _, err := file.WriteAt(rest, 0); err != nil {
		return err
	}
	return file.Truncate(int64(len(rest)))
}

// logTail words the end of what was logged from position began on.
func logTail(path string, began int64) string {
	const empty = "; its log is empty"
	file, err := os.Open(path)
	if err != nil {
		return fmt.Sprintf("; its log cannot be read: %v", err)
	}
	defer func() { _ = file.Close() }() // only read
	if info, err := file.Stat(); err == nil {
		began = max(began, info.Size()-maxTail)
	}
	text, err := io.ReadAll(io.NewSectionReader(file, began, maxTail))
	if text = bytes.TrimSpace(text); err != nil || len(text) == 0 {
		return empty
	}
	return "; its log ends:\n" + string(text)
}
