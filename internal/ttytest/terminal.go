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
	modesMarker = "terminal modes: as before"
	tmuxProgram = "tmux"
)

// Server is a tmux server of one test.
type Server struct {
	t      *testing.T
	socket string
	opened int
}

// NewServer names a server whose socket is in dir; it starts with its first
// terminal and ends with the test.
func NewServer(t *testing.T, dir string) *Server {
	t.Helper()
	s := &Server{t: t, socket: filepath.Join(dir, "tmux")}
	t.Cleanup(func() { _ = exec.Command(tmuxProgram, "-S", s.socket, "kill-server").Run() }) // fails if its last window is closed
	return s
}

// Open opens a terminal of the given size and runs a shell command line in it.
// When the command ends, the terminal stays, and shows the exit status and
// whether the terminal's modes are what they were.
func (s *Server) Open(width, height int, command string) *Terminal {
	s.t.Helper()
	s.opened++
	term := &Terminal{t: s.t, server: s, name: fmt.Sprint("console", s.opened)}
	script := fmt.Sprintf("modes=$(stty -g); %s; status=$?; echo; [ \"$(stty -g)\" != \"$modes\" ] || echo %q; echo \"%s $status\"; exec cat",
		command, modesMarker, exitMarker)
	term.tmux("new-session", "-d", "-s", term.name, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), script)
	return term
}

// Terminal is a tmux window that runs one command.
type Terminal struct {
	t      *testing.T
	server *Server
	name   string
}

// Keys sends keys in tmux's names: "q", "Enter", "C-c", "Space".
func (term *Terminal) Keys(keys ...string) {
	term.t.Helper()
	term.tmux(append([]string{"send-keys", "-t", term.target()}, keys...)...)
}

// Type sends a text letter by letter.
func (term *Terminal) Type(text string) {
	term.t.Helper()
	term.tmux("send-keys", "-t", term.target(), "-l", text)
}

// Resize changes the size of the window.
func (term *Terminal) Resize(width, height int) {
	term.t.Helper()
	term.tmux("resize-window", "-t", term.target(), "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
}

// Close closes the window, as a person does whose command still runs.
func (term *Terminal) Close() {
	term.t.Helper()
	term.tmux("kill-window", "-t", term.target())
}

// Screen is the text on the screen now.
func (term *Terminal) Screen() string {
	term.t.Helper()
	return term.tmux("capture-pane", "-p", "-t", term.target())
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
	screen := ""
	if !poll(func() bool { screen = term.Screen(); return holds(screen) }) {
		term.t.Fatalf("waited %v for %s; the screen is:\n%s", waitAtMost, what, screen)
	}
	return screen
}

// WaitForExit waits until the command has ended. It returns its exit status and
// all the text it left in the terminal, long lines whole.
func (term *Terminal) WaitForExit() (status int, text string) {
	term.t.Helper()
	term.WaitFor(exitMarker)
	text = strings.TrimSpace(term.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", term.target()))
	_, after, _ := strings.Cut(text, exitMarker)
	if _, err := fmt.Sscan(after, &status); err != nil {
		term.t.Fatalf("no exit status in:\n%s", text)
	}
	return status, text
}

// Restored says whether the terminal is as the program found it, which has ended:
// no alternate screen, the cursor shown, no mouse, the modes of the line kept.
func (term *Terminal) Restored() bool {
	term.t.Helper()
	_, text := term.WaitForExit()
	flags := term.tmux("display-message", "-p", "-t", term.target(), "#{alternate_on} #{cursor_flag} #{mouse_any_flag}")
	return strings.TrimSpace(flags) == "0 1 0" && strings.Contains(text, modesMarker)
}

// target names this terminal and no other whose name begins alike.
func (term *Terminal) target() string { return "=" + term.name + ":" }

func (term *Terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.CommandContext(term.t.Context(), tmuxProgram, append([]string{"-S", term.server.socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// poll asks until the answer is yes; false if that takes too long.
func poll(holds func() bool) bool {
	deadline := time.After(waitAtMost)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			return false
		case <-tick.C:
		}
	}
	return true
}
