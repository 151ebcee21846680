package owner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"rondb-tui/engine"
)

// A refusal is only believed once the record names a living process: whoever just
// looks holds the lock for a moment too, and a new holder needs one to say who it
// is. Both are over well before attempts*pause.
const (
	attempts = 200
	pause    = 5 * time.Millisecond
)

// maxRecord is how much of the file is read, in bytes.
const maxRecord = 16 << 10

// Lock is the lock, held.
type Lock struct {
	path string
	file *os.File
}

// Acquire takes the lock and records who has it; the file is made if need be,
// 0600. If another process has the lock: KindConflict around a *HeldError. Other
// errors: KindNotFound if the directory is not there, KindDenied if the file may
// not be written, KindTerminal (a full disk) if it could not be.
func Acquire(path string, self Owner) (*Lock, error) {
	lock, err := Hold(path)
	if err != nil {
		return nil, err
	}
	if err := lock.record(self); err != nil {
		return nil, failure(opTake, errors.Join(err, lock.Release()))
	}
	return lock, nil
}

const opTake = "take the lock"

// Hold takes the lock as Acquire does and records nobody: for a moment, by one who
// may have no room on the disk.
func Hold(path string) (*Lock, error) {
	var holder Owner
	for try := range attempts {
		if try > 0 {
			time.Sleep(pause)
		}
		file, got, err := tryLock(path)
		if err != nil {
			return nil, failure(opTake, err)
		}
		if got {
			return &Lock{path: path, file: file}, nil
		}
		if file == nil {
			continue // the path names another file by now
		}
		holder = readRecord(file)
		if err := file.Close(); err != nil {
			return nil, failure(opTake, err)
		}
		if holder.State() != Gone {
			break
		}
	}
	return nil, engine.Errorf(engine.KindConflict, opTake, 0, "%w", &HeldError{Owner: holder})
}

// tryLock opens the file and asks for its lock once. It gives the open file, and
// whether the lock was got; no file at all if the path named another file by the
// time the lock was got, in which case the lock of the first is worth nothing.
func tryLock(path string) (*os.File, bool, error) {
	file, err := open(path)
	if err != nil {
		return nil, false, err
	}
	got, err := flock(file, true)
	if err == nil && !got {
		return file, false, nil
	}
	var same bool
	if err == nil {
		same, err = isAt(file, path)
	}
	if err == nil && same {
		return file, true, nil
	}
	return nil, false, errors.Join(err, file.Close())
}

// isAt says whether the path names this very file.
func isAt(file *os.File, path string) (bool, error) {
	now, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	opened, err := file.Stat()
	return err == nil && os.SameFile(opened, now), err
}

// record replaces the content. A reader may see it empty or in part.
func (l *Lock) record(self Owner) error {
	text, err := json.Marshal(self)
	if err != nil {
		return err
	}
	if err := errors.Join(l.file.Chmod(0o600), l.file.Truncate(0)); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// readRecord reads who is recorded; nobody if the record is empty, in part, or
// not one of ours.
func readRecord(file *os.File) Owner {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, maxRecord))
	if err != nil || !bytes.HasSuffix(text, []byte("\n")) {
		return Owner{}
	}
	var o Owner
	if err := json.Unmarshal(text, &o); err != nil || o.PID <= 0 {
		return Owner{}
	}
	return o
}

// Release lets the lock go and keeps the file, emptied. Call it once.
func (l *Lock) Release() error {
	// Emptied first: a record must not outlive its lock. Unlocked before it is
	// closed: a child that is being started may have the file for a moment more.
	if err := errors.Join(l.file.Truncate(0), unlock(l.file), l.file.Close()); err != nil {
		return failure("release the lock", err)
	}
	return nil
}

// Remove removes the file and lets the lock go, in place of Release. A file that
// is gone or was replaced is left alone.
func (l *Lock) Remove() error {
	here, err := isAt(l.file, l.path)
	if err == nil && here {
		err = os.Remove(l.path) // whoever opened it before finds that out after locking
	}
	if err := errors.Join(err, l.Release()); err != nil {
		return failure("remove the lock", err)
	}
	return nil
}

// Look says who holds the lock, without waiting for it. held: a process has it,
// and the owner is who the record names (PID 0 if it does not say). Not held: the
// owner is the last one that did not let go by itself (it was killed), if any.
func Look(path string) (o Owner, held bool, err error) {
	for try := range attempts {
		if try > 0 {
			time.Sleep(pause)
		}
		o, held, err = peek(path)
		if err != nil {
			return Owner{}, false, failure("look at the lock", err)
		}
		if !held || o.State() != Gone {
			return o, held, nil
		}
	}
	return o, held, nil
}

// peek looks once. A shared lock is no obstacle to others who look, and to who
// takes the lock only for this moment.
func peek(path string) (Owner, bool, error) {
	file, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Owner{}, false, nil
	}
	if err != nil {
		return Owner{}, false, err
	}
	free, err := flock(file, false)
	o := readRecord(file)
	if err == nil && free {
		err = unlock(file)
	}
	return o, !free, errors.Join(err, file.Close())
}

// failure gives a system's error its kind.
func failure(op string, err error) error {
	kind := engine.KindTerminal
	switch {
	case errors.Is(err, fs.ErrNotExist):
		kind = engine.KindNotFound
	case errors.Is(err, fs.ErrPermission):
		kind = engine.KindDenied
	case errors.Is(err, errors.ErrUnsupported):
		kind = engine.KindUnsupported
	}
	return engine.Errorf(kind, op, 0, "%w", err)
}
