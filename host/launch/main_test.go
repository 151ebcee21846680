//go:build linux || darwin

package launch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
)

// The test binary is the child too: roleVariable says which, and socketVariable
// where the test waits for it.
const (
	roleVariable   = "RONDB_TUI_TEST_ROLE"
	socketVariable = "RONDB_TUI_TEST_SOCKET"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "test child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// portrait is what a child says of itself.
type portrait struct {
	Session  int
	Terminal bool
	Input    string
	Dir      string
	Args     []string
}

func play(role string) error {
	switch role {
	case "ready", "stay":
		p, err := describe()
		if err != nil {
			return err
		}
		if err := Report(ReadyFile(), p, nil); err != nil || role == "ready" {
			return err
		}
		return serve()
	case "refuse":
		return Report(ReadyFile(), nil, refusal())
	case "die":
		fmt.Println("pid", os.Getpid())
		return errors.New("the disk fell off")
	case "babble":
		_, err := fmt.Fprintln(ReadyFile(), "hello?")
		return err
	case "mute": // gives the descriptor up, and stays
		if err := ReadyFile().Close(); err != nil {
			return err
		}
		return serve()
	case "heir": // ends, and a child of its own keeps the descriptor
		heir := exec.Command(os.Args[0])
		heir.Env = append(os.Environ(), roleVariable+"=hang")
		heir.ExtraFiles = []*os.File{ReadyFile()}
		return heir.Start()
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
		return serve()
	case "hang":
		return serve()
	case "parent": // starts one that stays, says so, and waits for its own end
		reply, err := Start(context.Background(), commandFor("stay", os.Args[1])) //nolint:forbidigo // a process of its own has no test to end with
		if err != nil {
			return err
		}
		tty, err := os.Open("/dev/tty")
		if err == nil {
			err = tty.Close()
		}
		fmt.Printf("%d %v %s\n", reply.PID, err == nil, reply.Ready)
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	}
	return fmt.Errorf("no role %q", role)
}

func describe() (portrait, error) {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return portrait{}, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return portrait{}, err
	}
	session, err := unix.Getsid(0)
	if err != nil {
		return portrait{}, err
	}
	tty, err := os.Open("/dev/tty") // fails if there is no controlling terminal
	if err == nil {
		_ = tty.Close() // only asked for
	}
	return portrait{Session: session, Terminal: err == nil, Input: string(input), Dir: dir, Args: os.Args}, nil
}

// serve answers the test until it hangs up.
func serve() error {
	conn, err := net.Dial("unix", os.Getenv(socketVariable))
	if err != nil {
		return err
	}
	_, err = io.Copy(conn, conn)
	return err
}

func refusal() error {
	held := &owner.HeldError{Owner: owner.Owner{PID: 4711, Start: 1 << 60, Since: time.Unix(1, 0).UTC(), Version: "9.9", Socket: "/run/x"}}
	return engine.Errorf(engine.KindConflict, "take the lock", 7, "no: %w", errors.Join(held, engine.Problems{{Path: "Name", Rule: "r", Text: "t", Fix: "f", Line: 3, Column: 4}}))
}

func commandFor(role, log string) Command {
	return Command{Path: os.Args[0], Env: append(os.Environ(), roleVariable+"="+role), Log: log}
}

func logPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "engine.log")
}

// line is a connection from a child that stays: it closes when the child ends.
type line struct {
	net.Conn
	lines *bufio.Scanner
}

// listen is where children that stay connect to.
func listen(t *testing.T) (accept func() line) {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	t.Setenv(socketVariable, socket)
	return func() line {
		if err := listener.(*net.UnixListener).SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() }) // which ends the child
		return line{conn, bufio.NewScanner(conn)}
	}
}

// mustAnswer says that the child lives.
func (l line) mustAnswer(t *testing.T) {
	t.Helper()
	if _, err := fmt.Fprintln(l, "ping"); err != nil || !l.lines.Scan() || l.lines.Text() != "ping" {
		t.Fatalf("the child does not answer: %v, %v", err, l.lines.Err())
	}
}

// mustBeGone waits until the child has ended.
func (l line) mustBeGone(t *testing.T) {
	t.Helper()
	if err := l.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Read(make([]byte, 1)); n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the child is still there: %d, %v", n, err)
	}
}

// awaitReaped waits until nothing has the process id, not even a zombie. Nobody
// tells when a process's status was taken, so it asks again and again.
func awaitReaped(t *testing.T, pid int) {
	t.Helper()
	deadline, again := time.NewTimer(time.Minute), time.NewTicker(time.Millisecond)
	defer deadline.Stop()
	defer again.Stop()
	for unix.Kill(pid, 0) == nil {
		select {
		case <-deadline.C:
			t.Fatalf("process %d is still there", pid)
		case <-again.C:
		}
	}
}

func wantKind(t *testing.T, err error, kind engine.ErrorKind) {
	t.Helper()
	if err == nil || engine.KindOf(err) != kind {
		t.Fatalf("got %v, want an error that is %v", err, kind)
	}
}
