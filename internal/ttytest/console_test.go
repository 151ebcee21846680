//go:build linux

package ttytest

import (
	"strings"
	"testing"
)

// TestConsoleInATerminal is a person's first ten minutes: boot, kill, scale,
// resize, destroy; then the terminal is as it was, and nothing is left.
func TestConsoleInATerminal(t *testing.T) {
	s := newSandbox(t)
	term := s.open(80, 24, "up demo --seed 4 --rate 50 --clients 4")
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
		// One row too many, or one column, and the first row were gone.
		term.Until("LOST in the first row", func(screen string) bool {
			first, _, _ := strings.Cut(screen, "\n")
			return strings.Contains(first, "LOST")
		})
	}

	term.Keys("q")
	term.WaitFor("Leave?", "enter = Keep running")
	term.Keys("Escape")
	term.Until("the sheet is closed", func(s string) bool { return !strings.Contains(s, "Leave?") })
	destroy(term)
	s.left(term, 0, "LOST=0", `cluster "demo" is gone, and its files`)
	s.gone()
}

// destroy leaves a console by destroying the cluster.
func destroy(term *Terminal) {
	term.t.Helper()
	term.Keys("q")
	term.WaitFor("> Keep running <")
	term.Keys("Right", "Right")
	term.WaitFor("> Destroy <")
	term.Keys("Enter")
	term.WaitFor("Destroy demo?", "> Cancel <")
	term.Type("demo")
	term.Until("the name is typed, and enter destroys", func(screen string) bool {
		return strings.Contains(screen, "type demo: demo_") && !strings.Contains(screen, "> Cancel <")
	})
	term.Keys("Enter")
}
