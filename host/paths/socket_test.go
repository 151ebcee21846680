//go:build unix

package paths

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// listening makes a socket with a listener, until the test ends.
func listening(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // closed by some tests
	return listener
}

// deadSocket makes a socket as a killed engine leaves it.
func deadSocket(t *testing.T, path string) {
	t.Helper()
	listener := listening(t, path)
	listener.SetUnlinkOnClose(false)
	with(t, listener.Close(), "")
}

// shortDir is a directory whose path leaves room for that of a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	with(t, err, "")
	t.Cleanup(func() { with(t, os.RemoveAll(dir), "") })
	return dir
}

func TestOnlyADeadSocketIsCleared(t *testing.T) {
	cases := map[string]struct {
		prepare func(t *testing.T, path string)
		free    bool
	}{
		"nothing":  {func(*testing.T, string) {}, true},
		"dead":     {deadSocket, true},
		"living":   {func(t *testing.T, path string) { t.Helper(); listening(t, path) }, false},
		"a file":   {func(t *testing.T, path string) { t.Helper(); touched(t, path) }, false},
		"a folder": {func(t *testing.T, path string) { t.Helper(); with(t, os.Mkdir(path, 0o700), "") }, false},
		"a link to a dead one": {func(t *testing.T, path string) {
			t.Helper()
			deadSocket(t, path+"2")
			with(t, os.Symlink(path+"2", path), "")
		}, false},
		"another user's": {func(t *testing.T, path string) {
			t.Helper()
			asRoot(t)
			deadSocket(t, path)
			with(t, os.Chown(path, 12345, -1), "")
		}, false},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(shortDir(t), "s")
			one.prepare(t, path)
			if dead := DeadSocket(path); dead != (name == "dead") {
				t.Errorf("dead: %v", dead)
			}
			free, err := ClearSocket(path)
			if err != nil || free != one.free {
				t.Errorf("free: %v, %v", free, err)
			}
			if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) != one.free {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Two state roots share a runtime root: the lock of one cluster says nothing about
// the engine of the other, whose socket is at the same path.
func TestRemoveLeavesTheSocketOfARunningCluster(t *testing.T) {
	dir := shortDir(t)
	for _, name := range []string{"run", "one", "two"} {
		with(t, os.Mkdir(filepath.Join(dir, name), 0o700), "")
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(dir, "run"))
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "one"))
	ended := made(t, mustFind(t), "demo")
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "two"))
	running := made(t, mustFind(t), "demo")
	if ended.Socket != running.Socket || ended.Dir == running.Dir {
		t.Fatalf("%+v, %+v", ended, running)
	}
	listener := listening(t, running.Socket)

	with(t, ended.Remove(), "")
	if _, err := os.Stat(ended.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the ended one's files: %v", err)
	}
	conn, err := net.Dial("unix", running.Socket)
	if err != nil {
		t.Fatalf("the running one cannot be reached: %v", err)
	}
	with(t, errors.Join(conn.Close(), listener.Close()), "")

	deadSocket(t, running.Socket)
	with(t, running.Remove(), "")
	if _, err := os.Lstat(running.Socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a dead socket stays: %v", err)
	}
}
