package launch

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal makes one: our side, and the side of the program in it.
func terminal(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(ours.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// The parent runs in a terminal, and the child that it started lives on when the
// parent is killed, and when the terminal is closed under it.
func TestAChildOutlivesItsParentAndItsTerminal(t *testing.T) {
	for name, end := range map[string]func(*exec.Cmd, *os.File) error{
		"parent killed":   func(parent *exec.Cmd, _ *os.File) error { return parent.Process.Kill() },
		"terminal closed": func(_ *exec.Cmd, ours *os.File) error { return ours.Close() },
		"interrupted": func(_ *exec.Cmd, ours *os.File) error {
			_, err := ours.Write([]byte{3}) // Ctrl-C, to all of the terminal's session
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			accept := listen(t)
			ours, theirs := terminal(t)
			defer func() { _ = ours.Close() }() // may be closed already
			parent := exec.Command(os.Args[0], logPath(t))
			parent.Env = append(os.Environ(), roleVariable+"=parent")
			parent.Stdin, parent.Stderr = theirs, os.Stderr
			parent.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			if err := theirs.Close(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewScanner(out)
			if !said.Scan() {
				t.Fatal("the parent says nothing")
			}
			words := strings.SplitN(said.Text(), " ", 3)
			var child portrait
			if len(words) != 3 || json.Unmarshal([]byte(words[2]), &child) != nil || words[1] != "true" {
				t.Fatalf("the parent, in its terminal, says %q", said.Text())
			}
			if words[0] != fmt.Sprint(child.Session) || child.Terminal {
				t.Errorf("process %s: %+v, want a session of its own and no terminal", words[0], child)
			}
			conn := accept()
			if err := end(parent, ours); err != nil {
				t.Fatal(err)
			}
			if err := parent.Wait(); err == nil {
				t.Error("the parent ended by itself")
			}
			conn.mustAnswer(t)
		})
	}
}
