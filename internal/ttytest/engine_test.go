//go:build linux

package ttytest

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"rondb-tui/host/owner"
)

// ownerWords is how people are told who owns a cluster.
func ownerWords(o owner.Owner) string {
	return fmt.Sprintf("pid %d, since %s", o.PID, o.Since.Local().Format("15:04:05"))
}

// TestEngineEndsUnderTheConsole: a console whose engine is gone leaves by itself
// and says what became of the cluster: a failure where nobody asked for it.
func TestEngineEndsUnderTheConsole(t *testing.T) {
	s := newSandbox(t)
	const up = "up demo --speed 5 --workload none"
	term := s.open(80, 24, up)
	term.WaitFor("OK, serving")
	s.signal(s.engine().PID, syscall.SIGKILL)
	s.left(term, 3, `the engine of cluster "demo" is gone, and the simulated cluster with it`, "rondb-tui up demo")
	if processes := s.processes(); len(processes) != 0 {
		t.Errorf("processes left: %v", processes)
	}

	term = s.open(80, 24, up)
	term.WaitFor("OK, serving")
	s.must("down", "demo", "--volumes", "--yes")
	s.left(term, 0, `cluster "demo" was ended by another command`)
	s.gone()
}

// TestSilentEngine: a console says that its engine does not answer, at any size,
// within a few seconds and for as long as that lasts.
func TestSilentEngine(t *testing.T) {
	s := newSandbox(t)
	wide := s.open(80, 24, "up demo --speed 5 --workload none")
	wide.WaitFor("OK, serving")
	small := s.open(38, 6, "attach demo")
	small.WaitFor("SIMULATED OK")
	engine := s.engine()
	s.signal(engine.PID, syscall.SIGSTOP)
	soon := regexp.MustCompile(`NO ANSWER (from the engine )?for [1-9] s: (what is shown|all) is old`)
	for _, term := range []*Terminal{wide, small} {
		term.Until(soon.String(), soon.MatchString)
	}
	s.signal(engine.PID, syscall.SIGCONT)
	for _, term := range []*Terminal{wide, small} {
		term.Until("the engine answers again", func(screen string) bool {
			return !strings.Contains(screen, "NO ANSWER") && strings.Contains(screen, "OK")
		})
		term.Keys("q", "Enter")
		s.left(term, 0, `cluster "demo" keeps running`)
	}
	s.serves(engine)
}

// TestDownAsksForTheName: on a terminal, `down` goes on only once the cluster's
// name is typed.
func TestDownAsksForTheName(t *testing.T) {
	s := newSandbox(t)
	s.must("up", "demo", "-d", "--wait", "ready", "--speed", "5", "--workload", "none")
	engine := s.engine()
	for _, wrong := range []string{"yes", "demo2", ""} {
		term := s.open(120, 24, "down demo --volumes")
		term.WaitFor("Type the cluster's name")
		term.Type(wrong)
		term.Keys("Enter")
		s.left(term, 7, "for good", "nothing was done")
		s.serves(engine)
	}
	term := s.open(120, 24, "down demo --volumes")
	term.WaitFor("Type the cluster's name")
	term.Type("demo")
	term.Keys("Enter")
	s.left(term, 0, `cluster "demo" is gone, and its files`)
	s.gone()
}
