//go:build linux || darwin

package leftovers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// engineVariable makes the test binary an engine that does nothing but be there.
const engineVariable = "RONDB_TUI_TEST_STRAY"

// moment is the time between two looks; the tests need none of it.
const moment = time.Millisecond

func TestMain(m *testing.M) {
	if os.Getenv(engineVariable) != "" {
		_, _ = fmt.Fprintln(os.Stdout, "here")
		_, _ = os.Stdin.Read(make([]byte, 1)) // until the test is over, however it ends
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// rootsFor gives roots whose sockets have short paths.
func rootsFor(t *testing.T) paths.Roots {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Mkdir(filepath.Join(dir, "s"), 0o700))
	check(t, os.Mkdir(filepath.Join(dir, "r"), 0o700))
	return paths.Roots{State: filepath.Join(dir, "s"), Runtime: filepath.Join(dir, "r")}
}

// made gives a cluster whose directories are there.
func made(t *testing.T, roots paths.Roots, name engine.ClusterName) paths.Cluster {
	t.Helper()
	place, err := roots.Cluster(name)
	check(t, err)
	check(t, place.Make())
	return place
}

// locked takes the lock of a cluster for this process, until the test ends.
func locked(t *testing.T, place paths.Cluster) {
	t.Helper()
	self, err := owner.Self("test", place.Socket, time.Unix(1, 0))
	check(t, err)
	lock, err := owner.Acquire(place.Lock, self)
	check(t, err)
	t.Cleanup(func() { check(t, lock.Release()) })
}

// listening makes a socket with a listener, until the test ends.
func listening(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	check(t, err)
	t.Cleanup(func() { _ = listener.Close() }) // closed by some tests
	return listener
}

// deadSocket makes a socket as a killed engine leaves it.
func deadSocket(t *testing.T, path string) {
	t.Helper()
	listener := listening(t, path)
	listener.SetUnlinkOnClose(false)
	check(t, listener.Close())
}

// engineProcess starts a process with the command line of an engine, perhaps one
// that is changed first, and waits until it is there.
func engineProcess(t *testing.T, place paths.Cluster, change func(*exec.Cmd)) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Args = commandLine(place)
	cmd.Env = append(os.Environ(), engineVariable+"=1")
	if change != nil {
		change(cmd)
	}
	stdin, err := cmd.StdinPipe()
	check(t, err)
	stdout, err := cmd.StdoutPipe()
	check(t, err)
	if err := cmd.Start(); errors.Is(err, os.ErrPermission) {
		t.Skip("1 case: this user may not make a namespace")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill() // may have ended
		_ = cmd.Wait()
	})
	if n, err := stdout.Read(make([]byte, 4)); n == 0 {
		t.Fatalf("it did not start: %v", err)
	}
	return cmd
}

// commandLine is what an engine of the cluster is started with.
func commandLine(place paths.Cluster) []string {
	return []string{"/usr/bin/rondb-tui", "engine", string(place.Name), "--state", place.Dir}
}

// found looks for strays among processes.
func found(t *testing.T, list lister) []Leftover {
	t.Helper()
	all, err := strayEngines(t.Context(), list, moment)
	check(t, err)
	return all
}

// cleared clears the only leftover there should be.
func cleared(ctx context.Context, t *testing.T, all []Leftover) error {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d leftovers, want 1: %+v", len(all), all)
	}
	return all[0].Clear(ctx)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind engine.ErrorKind) {
	t.Helper()
	if err == nil || engine.KindOf(err) != kind {
		t.Errorf("got %v, want an error that is %v", err, kind)
	}
}
