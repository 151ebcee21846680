//go:build linux || darwin

package owner

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rondb-tui/engine"
)

// lockVariable makes the test binary a process that competes for the lock it names.
const lockVariable = "RONDB_TUI_TEST_LOCK"

func TestMain(m *testing.M) {
	if path := os.Getenv(lockVariable); path != "" {
		compete(path, os.Stdin, os.Stdout)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// compete answers each command on a line of its own, until there are no more.
func compete(path string, in io.Reader, out io.Writer) {
	var lock *Lock
	for lines := bufio.NewScanner(in); lines.Scan(); {
		command, argument, _ := strings.Cut(lines.Text(), " ")
		answer := "done"
		var err error
		switch command {
		case "take":
			lock, err = acquire(path)
		case "quit":
			return
		case "let":
			err = lock.Release()
		case "remove":
			err = lock.Remove()
		case "deaf":
			signal.Ignore(syscall.SIGTERM)
		case "full": // as a disk is: no file may grow
			signal.Ignore(unix.SIGXFSZ)
			err = unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{})
		case "end":
			var o Owner
			if err = json.Unmarshal([]byte(argument), &o); err == nil {
				err = End(context.Background(), path, o, time.Minute) //nolint:forbidigo // a process of its own has no test to end with
			}
		default:
			answer = "what?"
		}
		if held := new(HeldError); errors.As(err, &held) {
			answer = fmt.Sprint("lost to ", held.Owner.PID)
		} else if err != nil {
			answer = fmt.Sprintf("%v: %v", engine.KindOf(err), err)
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return
		}
	}
}

func acquire(path string) (*Lock, error) {
	self, err := Self("test", "none", time.Unix(1, 0))
	if err != nil {
		return nil, err
	}
	return Acquire(path, self)
}

// competitor is another process.
type competitor struct {
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Scanner
}

func newCompetitor(t *testing.T, path string) *competitor {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lockVariable+"="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // may have ended
		_ = cmd.Wait()
	})
	return &competitor{cmd: cmd, in: in, out: bufio.NewScanner(out)}
}

func (c *competitor) pid() int { return c.cmd.Process.Pid }

func (c *competitor) send(t *testing.T, command string) {
	t.Helper()
	if _, err := fmt.Fprintln(c.in, command); err != nil {
		t.Fatal(err)
	}
}

func (c *competitor) answer(t *testing.T) string {
	t.Helper()
	if !c.out.Scan() {
		t.Fatalf("process %d ended without an answer", c.pid())
	}
	return c.out.Text()
}

func (c *competitor) must(t *testing.T, command string) {
	t.Helper()
	c.send(t, command)
	if got := c.answer(t); got != "done" {
		t.Fatalf("%s: %s", command, got)
	}
}

// stop stops the process and waits until the kernel has done so.
func (c *competitor) stop(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.waitFor(t, unix.WUNTRACED, unix.WaitStatus.Stopped)
}

func (c *competitor) waitFor(t *testing.T, options int, is func(unix.WaitStatus) bool) {
	t.Helper()
	var status unix.WaitStatus
	err := retry(func() error {
		_, err := unix.Wait4(c.pid(), &status, options, nil)
		return err
	})
	if err != nil || !is(status) {
		t.Fatalf("wait for process %d: %v, status %#x", c.pid(), err, status)
	}
}

// mustLook is Look where no error is expected.
func mustLook(t *testing.T, path string) (Owner, bool) {
	t.Helper()
	o, held, err := Look(path)
	if err != nil {
		t.Fatal(err)
	}
	return o, held
}

func wantKind(t *testing.T, err error, kind engine.ErrorKind) {
	t.Helper()
	if err == nil || engine.KindOf(err) != kind {
		t.Fatalf("got %v, want an error that is %v", err, kind)
	}
}
