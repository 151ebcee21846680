package present

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"rondb-tui/engine"
)

func TestClean(t *testing.T) {
	for _, one := range []struct{ name, in, want string }{
		{"plain", "Node 5: start phase 4", "Node 5: start phase 4"},
		{"colour", "a\x1b[31;1mred\x1b[0m", "ared"},
		{"title", "a\x1b]0;owned\ab", "ab"},
		{"title ended by ST", "a\x1b]0;owned\x1b\\b", "ab"},
		{"device control", "a\x1bP1$r\x1b\\b", "ab"},
		{"8-bit sequence", "a\u009b2Jb", "ab"},
		{"unfinished", "a\x1b[31", "a"},
		{"lone escape", "a\x1b", "a"},
		{"line ends and tabs", "a\r\n\tb", "a   b"},
		{"bell and backspace", "a\a\bb", "ab"},
		{"bidi", "a\u202eb\u2066c\u200f", "abc"},
		{"invisible", "a\u200bb\ufeffc\u00adde", "abcde"},
		{"combining", "e\u0301", "e"},
		{"not text", "a\xff\xfeb", "a??b"},
		{"emoji", "a😀b", "a?b"},
		{"east asia", "日本", "日本"},
		{"line separator", "a\u2028b", "a b"},
	} {
		if got := Clean(one.in); got != one.want {
			t.Errorf("%s: %q became %q, want %q", one.name, one.in, got, one.want)
		}
	}
	if got := len(Clean(strings.Repeat("x", 5000))); got != maxForeign {
		t.Errorf("5000 characters became %d", got)
	}
}

// TestCleanIsSafe: whatever comes in, what comes out is one line of text with no
// control characters whose width the terminal's library sees as we do, and
// cleaning it again changes nothing.
func TestCleanIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		out := Clean(in)
		for _, r := range out {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%q has a control character", out)
			}
		}
		if !utf8.ValidString(out) || Clean(out) != out {
			t.Fatalf("%q is not clean", out)
		}
		w := rapid.IntRange(0, 40).Draw(t, "w")
		if got := Pad(out, w); Width(got) != w {
			t.Fatalf("%q padded to %d is %d wide", out, w, Width(got))
		}
	})
}

// TestWidthAgreesWithTheTerminal on what Clean lets through of the scripts that
// matter.
func TestWidthAgreesWithTheTerminal(t *testing.T) {
	for r := rune(' '); r < 0x1f000; r++ {
		text := Clean(string(r))
		if text == "" || text == "?" {
			continue
		}
		if got, want := Width(text), ansi.StringWidth(text); got != want {
			t.Errorf("%U %q is %d wide, the terminal's library says %d", r, text, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1_284_331: "1,284,331"} {
		if got := Count(in); got != want {
			t.Errorf("Count(%d) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[uint64]string{0: "0", 999: "999", 1000: "1k", 12_800: "12.8k", 999_949: "1000k", 1_284_331: "1.3M", 4e9: "4G"} {
		if got := ShortCount(in); got != want {
			t.Errorf("ShortCount(%d) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[time.Duration]string{
		0: "0", -time.Second: "0", 400 * time.Microsecond: "0.4 ms", 812 * time.Millisecond: "812 ms", 3200 * time.Millisecond: "3.2 s",
		245 * time.Second: "4m05s", 130 * time.Minute: "2h10m", 76 * time.Hour: "3d04h",
	} {
		if got := timeSpan(in); got != want {
			t.Errorf("timeSpan(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestChart(t *testing.T) {
	g := ASCII()
	for _, one := range []struct {
		name   string
		values []float64
		w, h   int
		want   []string
	}{
		{"one row", []float64{0, 4, 8}, 3, 1, []string{"_=#"}},
		{"newest at the right", []float64{8, 8, 8}, 5, 1, []string{"  ###"}},
		{"only the newest", []float64{9, 9, 0, 8}, 2, 1, []string{"_#"}},
		{"nothing", nil, 3, 2, []string{"   ", "   "}},
		{"two rows", []float64{0, 2, 4}, 3, 2, []string{"  #", "_##"}},
		{"the smallest is seen", []float64{0.001, 1000}, 2, 1, []string{"_#"}},
	} {
		got := Chart(one.values, one.w, one.h, &g)
		if strings.Join(got, "\n") != strings.Join(one.want, "\n") {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
}

func TestWrapAndWindow(t *testing.T) {
	if got := strings.Join(Wrap("one two three averyverylongword", 8), "|"); got != "one two|three|averyve~" {
		t.Errorf("wrapped to %q", got)
	}
	for _, one := range []struct{ first, at, n, h, want int }{
		{0, 0, 10, 5, 0}, {0, 5, 10, 5, 1}, {4, 2, 10, 5, 2}, {9, 9, 10, 5, 5}, {3, 0, 2, 5, 0},
	} {
		if got := Window(one.first, one.at, one.n, one.h); got != one.want {
			t.Errorf("Window(%d, %d, %d, %d) = %d, want %d", one.first, one.at, one.n, one.h, got, one.want)
		}
	}
}

// small is a snapshot for presenters: one group of two replicas.
func small() *engine.Snapshot {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	s := &engine.Snapshot{At: at}
	c := &s.Cluster
	c.Name, c.Simulated, c.Spec, c.State = "demo", true, engine.DefaultSpec(), engine.AtDesiredState
	c.Spec.NumNodeGroups = 1
	c.Observed = engine.Observed{Serving: true, Formed: true, ArbitrationReady: true, Arbitrator: 65, Config: &engine.ClusterConfig{NodeGroups: 1}}
	for _, slot := range c.Spec.Slots() {
		n := engine.NodeObservation{Slot: slot, Status: engine.StatusAbsent}
		if c.Spec.Fills(slot) {
			n.Status, n.Active = engine.StatusStarted, true
		}
		c.Observed.Nodes = append(c.Observed.Nodes, n)
	}
	c.Groups = c.Observed.Groups()
	return s
}

func TestGroupWords(t *testing.T) {
	for _, one := range []struct {
		name   string
		change func(*engine.Snapshot)
		want   string
		role   Role
	}{
		{"whole", func(*engine.Snapshot) {}, "copies 2/2  may lose 1", Good},
		{"no arbitrator", func(s *engine.Snapshot) { s.Cluster.Observed.ArbitrationReady = false }, "copies 2/2  AT RISK: may lose 0", Bad},
		{"one left", func(s *engine.Snapshot) { s.Cluster.Observed.Nodes[0].Status = engine.StatusDead }, "copies 1/2  AT RISK: one left", Bad},
		{"one of three gone", func(s *engine.Snapshot) {
			s.Cluster.Spec.ActiveReplicationFactor = 3
			s.Cluster.Observed.ArbitrationReady = true
		}, "copies 2/3  may lose 1 more", Warn},
		{"none", func(s *engine.Snapshot) {
			s.Cluster.Observed.Nodes[0].Status, s.Cluster.Observed.Nodes[1].Status = engine.StatusDead, engine.StatusDead
		}, "copies 0/2  no copy is started", Bad},
		{"not serving", func(s *engine.Snapshot) { s.Cluster.Observed.Serving = false }, "copies 2/2  not serving", Info},
	} {
		s := small()
		one.change(s)
		s.Cluster.Groups = s.Cluster.Observed.Groups()
		if got, role := GroupWords(s, 0); got != one.want || role != one.role {
			t.Errorf("%s: %q in role %d, want %q in %d", one.name, got, role, one.want, one.role)
		}
	}
	if got, _ := GroupWords(small(), 7); got != "not formed yet" {
		t.Errorf("a group that is not there: %q", got)
	}
}
