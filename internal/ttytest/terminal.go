package ttytest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	pollEvery   = 40 * time.Millisecond
	waitAtMost  = 30 * time.Second
	exitMarker  = "exit status:"
	windowName  = "console"
	tmuxProgram = "tmux"
)

// Terminal is a tmux window that runs one command.
type Terminal struct {
	t      *testing.T
	socket string
}

// Start opens a window of the given size and runs a shell command line in it.
// When the command ends, the window stays and shows its exit status.
func Start(t *testing.T, width, height int, command string) *Terminal {
	t.Helper()
	term := &Terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux")}
	script := fmt.Sprintf("%s; echo; echo \"%s $?\"; exec cat", command, exitMarker)
	term.tmux("new-session", "-d", "-s", windowName, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), script)
	term.tmux("set-option", "-g", "window-size", "manual")
	t.Cleanup(func() { _ = exec.Command(tmuxProgram, "-S", term.socket, "kill-server").Run() })
	return term
}

// Keys sends keys in tmux's names: "q", "Enter", "C-c", "Space".
func (term *Terminal) Keys(keys ...string) {
	term.t.Helper()
	term.tmux(append([]string{"send-keys", "-t", windowName}, keys...)...)
}

// Resize changes the size of the window.
func (term *Terminal) Resize(width, height int) {
	term.t.Helper()
	term.tmux("resize-window", "-t", windowName, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
}

// Screen is the text on the screen now.
func (term *Terminal) Screen() string {
	term.t.Helper()
	return term.tmux("capture-pane", "-p", "-t", windowName)
}

// WaitFor waits until the screen shows every marker, and fails the test with
// the screen if it does not in time.
func (term *Terminal) WaitFor(markers ...string) string {
	term.t.Helper()
	return term.Until(fmt.Sprintf("%q", markers), func(screen string) bool {
		for _, m := range markers {
			if !strings.Contains(screen, m) {
				return false
			}
		}
		return true
	})
}

// Until waits until the screen satisfies a condition, described by what.
func (term *Terminal) Until(what string, holds func(screen string) bool) string {
	term.t.Helper()
	deadline := time.After(waitAtMost)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		screen := term.Screen()
		if holds(screen) {
			return screen
		}
		select {
		case <-deadline:
			term.t.Fatalf("waited %v for %s; the screen is:\n%s", waitAtMost, what, screen)
		case <-tick.C:
		}
	}
}

// WaitForExit waits until the command has ended and returns its exit status.
func (term *Terminal) WaitForExit() int {
	term.t.Helper()
	screen := term.WaitFor(exitMarker)
	_, after, _ := strings.Cut(screen, exitMarker)
	var status int
	if _, err := fmt.Sscan(after, &status); err != nil {
		term.t.Fatalf("no exit status in:\n%s", screen)
	}
	return status
}

// Restored says whether the terminal is as a program found it: no alternate
// screen, the cursor shown.
func (term *Terminal) Restored() bool {
	term.t.Helper()
	return strings.TrimSpace(term.tmux("display-message", "-p", "-t", windowName, "#{alternate_on} #{cursor_flag}")) == "0 1"
}

func (term *Terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.CommandContext(term.t.Context(), tmuxProgram, append([]string{"-S", term.socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}
