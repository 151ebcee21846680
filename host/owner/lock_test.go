//go:build linux || darwin

package owner

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rondb-tui/engine"
)

func lockPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "lock")
}

func mustAcquire(t *testing.T, path string) *Lock {
	t.Helper()
	lock, err := acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func TestTheLockSaysWhoHasIt(t *testing.T) {
	path := lockPath(t)
	if o, held := mustLook(t, path); held || o != (Owner{}) {
		t.Fatalf("a file that is not there: %+v, held %v", o, held)
	}
	self, err := Self("1.2.3", "/run/x.sock", time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	lock, err := Acquire(path, self)
	if err != nil {
		t.Fatal(err)
	}
	if o, held := mustLook(t, path); !held || o != self {
		t.Errorf("held %v by %+v, want %+v", held, o, self)
	}
	if self.State() != Running {
		t.Errorf("we are %v", self.State())
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	_, err = Acquire(path, self)
	wantKind(t, err, engine.KindConflict)
	var refusal *HeldError
	if !errors.As(err, &refusal) || refusal.Owner != self {
		t.Errorf("refused with %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || len(text) > 0 {
		t.Errorf("after the release the file has %q, %v", text, err)
	}
	if o, held := mustLook(t, path); held || o != (Owner{}) {
		t.Errorf("after the release: %+v, held %v", o, held)
	}
	if err := lock.Release(); err == nil {
		t.Error("a second release is no error")
	}
}

func TestRemoveLeavesNoFile(t *testing.T) {
	path := lockPath(t)
	if err := mustAcquire(t, path).Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Error(err)
	}
	if _, held := mustLook(t, path); held {
		t.Error("still held")
	}
}

// What is at the path by then is another's: its lock must survive our Remove.
func TestRemoveLeavesAReplacedFileAlone(t *testing.T) {
	path := lockPath(t)
	old := mustAcquire(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	replaced := mustAcquire(t, path) // the path has no lock any more: free
	if err := old.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, held := mustLook(t, path); !held {
		t.Error("the new lock is gone")
	}
	if err := replaced.Remove(); err != nil {
		t.Fatal(err)
	}
}

// TestALockOfAReplacedFileIsWorthNothing is the step of the race that luck rarely
// meets: the file was opened, then replaced, then locked.
func TestALockOfAReplacedFileIsWorthNothing(t *testing.T) {
	path := lockPath(t)
	opened, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	for _, change := range []func() error{
		func() error { return os.Remove(path) },
		func() error { return os.WriteFile(path, nil, 0o600) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if same, err := isAt(opened, path); same || err != nil {
			t.Errorf("the path is taken for the old file, %v", err)
		}
	}
}

func TestForeignContentIsNobody(t *testing.T) {
	contents := map[string]string{
		"text":      "hello\n",
		"no object": "[1,2]\n",
		"no owner":  "{}\n",
		"bad pid":   `{"pid":-1,"start":1}` + "\n",
		"cut off":   `{"pid":1,"start":`,
		"binary":    "\x00\xff\x1b[31m\n",
		"large":     strings.Repeat("x\n", 1<<20),
	}
	for name, content := range contents {
		t.Run(name, func(t *testing.T) {
			path := lockPath(t)
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if o, held := mustLook(t, path); held || o != (Owner{}) {
				t.Errorf("%+v, held %v", o, held)
			}
			lock := mustAcquire(t, path)
			text, err := os.ReadFile(path)
			if err != nil || bytes.Count(text, []byte("\n")) != 1 || text[0] != '{' {
				t.Errorf("the record is %.100q, %v", text, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			if err := lock.Release(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A holder that is not one of ours writes no record: we wait a moment for one,
// and then say that somebody has it.
func TestAHolderThatDoesNotSayWhoItIs(t *testing.T) {
	path := lockPath(t)
	file, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if got, err := flock(file, true); !got || err != nil {
		t.Fatal(got, err)
	}
	_, err = acquire(path)
	var refusal *HeldError
	if !errors.As(err, &refusal) || refusal.Owner != (Owner{}) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("refused with %v", err)
	}
}

func TestWhatCannotBeALock(t *testing.T) {
	dir := t.TempDir()
	target, link, fifo := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "fifo")
	if err := errors.Join(os.WriteFile(target, []byte("precious"), 0o600), os.Symlink(target, link), syscall.Mkfifo(fifo, 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]engine.ErrorKind{
		dir:                            engine.KindTerminal,
		link:                           engine.KindTerminal,
		fifo:                           engine.KindTerminal,
		filepath.Join(dir, "no", "at"): engine.KindNotFound,
	} {
		_, err := acquire(path)
		wantKind(t, err, kind)
	}
	if text, err := os.ReadFile(target); string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAFullDiskLeavesTheLockFree(t *testing.T) {
	path := lockPath(t)
	c := newCompetitor(t, path)
	c.must(t, "full")
	c.send(t, "take")
	if got := c.answer(t); !strings.HasPrefix(got, "terminal: take the lock") {
		t.Fatalf("on a full disk: %s", got)
	}
	if _, held := mustLook(t, path); held {
		t.Error("the lock is still held")
	}
	if err := mustAcquire(t, path).Release(); err != nil {
		t.Fatal(err)
	}
}
