//go:build linux

package ttytest

import (
	"maps"
	"strings"
	"syscall"
	"testing"
)

// TestLeaveAndComeBack: a console goes and others come, of other sizes and one
// that only watches; the cluster and its load go on meanwhile, every console shows
// the same revision, and what is done in one is seen in the other.
func TestLeaveAndComeBack(t *testing.T) {
	s := newSandbox(t)
	first := s.open(120, 40, "up demo --seed 4 --speed 3 --rate 50 --clients 4")
	first.WaitFor("OK, serving", "at the desired state, rev 1", "LOST 0")
	engine, starts := s.engine(), s.starts()

	first.Keys("q")
	first.WaitFor("> Keep running <", "rondb-tui attach demo")
	first.Keys("Enter")
	s.left(first, 0, "demo AT_DESIRED_STATE healthy", `cluster "demo" keeps running`, "rondb-tui attach demo")
	s.loadGoesOn()

	second := s.open(140, 44, "attach demo")
	watch := s.open(200, 60, "watch demo")
	for _, term := range []*Terminal{second, watch} {
		term.WaitFor("OK, serving", "2x2", "at the desired state, rev 1", "LOST 0")
	}
	watch.WaitFor("READ-ONLY")
	watch.Keys("K")
	watch.WaitFor("read-only: started with watch")
	s.serves(engine)
	if now := s.starts(); !maps.Equal(now, starts) {
		t.Errorf("process starts of each node: %v, before leaving %v", now, starts)
	}

	second.Keys("g", "+")
	second.WaitFor("2 -> 3", "enter = Apply")
	second.Keys("Enter")
	for _, term := range []*Terminal{second, watch} {
		term.WaitFor("2x3", "at the desired state, rev 2", "LOST 0")
	}
	if d := s.status(); d.Revision != 2 || d.ReconciliationState != "AT_DESIRED_STATE" {
		t.Errorf("the shell sees revision %d, %s", d.Revision, d.ReconciliationState)
	}
	now := s.starts()
	for id, count := range starts {
		if now[id] != count && count > 0 { // the new ones were slots without a start
			t.Errorf("node %d was started %d times, before leaving %d", id, now[id], count)
		}
	}

	second.Keys("q")
	second.WaitFor("> Keep running <")
	second.Keys("Right")
	second.WaitFor("> Stop <")
	second.Keys("Enter")
	watch.WaitFor("STOPPED", "at the desired state, rev 3")
	s.left(second, 0, `cluster "demo" is stopped and its data kept`, "rondb-tui start demo")
	s.must("start", "demo")
	watch.WaitFor("OK, serving", "at the desired state, rev 4")
	s.loadGoesOn()

	third := s.open(80, 24, "attach demo")
	third.WaitFor("OK, serving", "2x3", "LOST 0")
	destroy(third)
	s.left(third, 0, "LOST=0", `cluster "demo" is gone, and its files`)
	s.left(watch, 0, `cluster "demo" was ended by another command`)
	s.gone()
}

// loadGoesOn waits until more writes are acknowledged than now.
func (s *sandbox) loadGoesOn() {
	s.t.Helper()
	acked := func() uint64 {
		w := s.status().Workload
		if w.Acked == nil || w.Lost == nil || *w.Lost != 0 {
			s.t.Fatalf("the workload is %+v", w)
		}
		return *w.Acked
	}
	before := acked()
	s.until("the load goes on", func() bool { return acked() > before })
}

// TestLeavingAtOnce: ctrl-c twice leaves without an answer, and the cluster goes
// on.
func TestLeavingAtOnce(t *testing.T) {
	s := newSandbox(t)
	term := s.open(80, 24, "up demo --workload none")
	term.WaitFor("OK, serving")
	engine := s.engine()
	term.Keys("C-c")
	term.WaitFor("Leave?")
	term.Keys("C-c")
	s.left(term, 130, `cluster "demo" keeps running`, "rondb-tui attach demo")
	s.serves(engine)
	s.until("only the engine is there", func() bool { return len(s.processes()) == 1 })
}

// TestTerminationLeavesAUsableTerminal: a console that is ended from outside
// leaves in order where it can, and the cluster serves on in any case. The console
// is the one that started the engine.
func TestTerminationLeavesAUsableTerminal(t *testing.T) {
	const unseen, killed = -1, 128 + int(syscall.SIGKILL)
	for name, end := range map[string]struct {
		how  func(*sandbox, *Terminal)
		want int
	}{
		"SIGTERM":           {signalled(syscall.SIGTERM), 130},
		"SIGHUP":            {signalled(syscall.SIGHUP), 130},
		"SIGINT":            {signalled(syscall.SIGINT), 130},
		"SIGKILL":           {signalled(syscall.SIGKILL), killed},
		"the window closed": {func(_ *sandbox, term *Terminal) { term.Close() }, unseen},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			term := s.open(80, 24, "up demo --speed 5 --workload none")
			term.WaitFor("OK, serving")
			engine := s.engine()
			end.how(s, term)
			switch end.want {
			case unseen:
			case killed: // nobody could restore the terminal
				if status, text := term.WaitForExit(); status != killed {
					t.Errorf("exit status %d, want %d:\n%s", status, killed, text)
				}
			default:
				s.left(term, end.want, `cluster "demo" keeps running`, "rondb-tui attach demo")
			}
			s.until("only the engine is there", func() bool { return len(s.processes()) == 1 })
			s.serves(engine)
		})
	}
}

// signalled ends the console's process by a signal.
func signalled(signal syscall.Signal) func(*sandbox, *Terminal) {
	return func(s *sandbox, _ *Terminal) {
		s.t.Helper()
		s.signal(s.console(), signal)
	}
}

// TestSecondUpOffersAttachOrWatch: `up` where the cluster is up says so and asks.
func TestSecondUpOffersAttachOrWatch(t *testing.T) {
	s := newSandbox(t)
	s.must("up", "demo", "-d", "--wait", "ready", "--speed", "5", "--workload", "none")
	engine := s.engine()
	for _, answer := range []struct {
		text   string
		header []string // of the console that opens
		want   int
	}{
		{"w", []string{"OK, serving", "READ-ONLY"}, 0},
		{"a", []string{"OK, serving", "K kill"}, 130},
		{"", nil, 6},
	} {
		term := s.open(80, 24, "up demo")
		screen := term.WaitFor("attach (a), watch (w), or nothing (enter)?")
		about := strings.Join(strings.Fields(screen), " ") // it may be wrapped
		for _, words := range []string{`cluster "demo" is up already`, ownerWords(engine)} {
			if !strings.Contains(about, words) {
				t.Errorf("it does not say %q:\n%s", words, screen)
			}
		}
		term.Type(answer.text)
		term.Keys("Enter")
		if answer.header != nil {
			term.WaitFor(answer.header...)
			term.Keys("C-c")
		}
		if answer.want == 130 {
			term.WaitFor("Leave?")
			term.Keys("C-c")
		}
		s.left(term, answer.want)
	}
	s.serves(engine)
}
