//go:build unix

package ttytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// program builds the console, or ends the test where tmux is missing: as a
// counted skip for people, as a failure where RONDB_TUI_TTY=require says that
// the suite has to run.
func program(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath(tmuxProgram); err != nil {
		if os.Getenv("RONDB_TUI_TTY") == "require" {
			t.Fatal("tmux is not installed, and this suite has to run")
		}
		t.Skip("SKIPPED because tmux is not installed")
	}
	binary := filepath.Join(t.TempDir(), "rondb-tui")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "rondb-tui/cmd/rondb-tui")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// TestConsoleInATerminal is a person's first ten minutes: boot, kill, scale,
// resize, quit; then the terminal is as it was and no process is left.
func TestConsoleInATerminal(t *testing.T) {
	binary := program(t)
	term := Start(t, 80, 24, binary+" up demo --seed 4 --rate 50 --clients 4")
	term.WaitFor("SIMULATED", "LOST 0")
	term.WaitFor("OK, serving", "NG1", "127.0.0.1:")

	term.Keys("g", "K") // the first data node
	term.WaitFor("kill -9 data node 1", "copies 2 -> 1", "enter = Kill")
	term.Keys("Enter")
	term.WaitFor("AT RISK", "node 1")
	term.WaitFor("OK, serving", "LOST 0")

	term.Keys("g", "+")
	term.WaitFor("2 -> 3", "activate data node 3", "enter = Apply")
	term.Keys("Enter")
	term.WaitFor("2x3", "copies 3/3", "OK, serving")

	for _, size := range []struct {
		width, height int
		markers       []string
	}{
		{120, 40, []string{"Last incident", "kill -9 data node 1", "SIMULATED", "LOST 0"}},
		{200, 60, []string{"Last incident", "Timeline", "SIMULATED", "LOST 0"}},
		{60, 16, []string{"LOST 0", "NG0"}},
		{38, 6, []string{"LOST"}},
		{80, 24, []string{"OK, serving", "2x3", "LOST 0"}},
	} {
		term.Resize(size.width, size.height)
		term.WaitFor(size.markers...)
		for i, line := range strings.Split(strings.TrimRight(term.Screen(), "\n"), "\n") {
			if n := len([]rune(line)); n > size.width {
				t.Errorf("%dx%d: line %d has %d columns", size.width, size.height, i, n)
			}
		}
	}

	term.Keys("q")
	term.WaitFor("Leave?", "enter = Stay")
	term.Keys("Escape")
	term.Until("the sheet is closed", func(s string) bool { return !strings.Contains(s, "Leave?") })
	term.Keys("q")
	term.WaitFor("enter = Stay")
	term.Keys("Right")
	term.WaitFor("> End the cluster and quit <")
	term.Keys("Enter")
	leftBehindNothing(t, term, binary, 0)
}

// TestLeavingAtOnce: ctrl-c twice ends the program without a question.
func TestLeavingAtOnce(t *testing.T) {
	binary := program(t)
	term := Start(t, 80, 24, binary+" up --workload none")
	term.WaitFor("OK, serving")
	term.Keys("C-c")
	term.WaitFor("Leave?")
	term.Keys("C-c")
	leftBehindNothing(t, term, binary, 0)
}

// TestTerminationLeavesAUsableTerminal: SIGTERM, SIGHUP and SIGINT end the console in
// order.
func TestTerminationLeavesAUsableTerminal(t *testing.T) {
	binary := program(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			term := Start(t, 80, 24, binary+" up --workload none")
			term.WaitFor("OK, serving")
			for _, pid := range processes(t, binary) {
				if err := syscall.Kill(pid, signal); err != nil {
					t.Fatal(err)
				}
			}
			leftBehindNothing(t, term, binary, 0)
		})
	}
}

func leftBehindNothing(t *testing.T, term *Terminal, binary string, want int) {
	t.Helper()
	if status := term.WaitForExit(); status != want {
		t.Errorf("exit status %d, want %d:\n%s", status, want, term.Screen())
	}
	if !term.Restored() {
		t.Error("the terminal is not restored: alternate screen on, or cursor off")
	}
	if left := processes(t, binary); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
}

// processes lists the processes that run a binary.
func processes(t *testing.T, binary string) []int {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || target != binary {
			continue // gone meanwhile, or not ours
		}
		pid := 0
		for _, digit := range strings.Split(link, "/")[2] {
			pid = pid*10 + int(digit-'0')
		}
		found = append(found, pid)
	}
	return found
}
