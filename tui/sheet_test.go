package tui

import (
	"fmt"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// TestSheetsSayWhatEnterDoes: each of them, at every size it can be answered at,
// whatever has the focus.
func TestSheetsSayWhatEnterDoes(t *testing.T) {
	for _, keys := range []string{"?", "q", "q tab tab enter", "K", "P", "I", "R", "+", "z", "space down space K"} {
		for w := singleWidth; w <= 124; w += 3 {
			for _, h := range []int{singleHeight, 16, 24, 40} {
				s := sceneCluster(third)
				b := newBench(t, s)
				b.engine.preview = secondReplica(s)
				b.resize(w, h)
				b.press(strings.Fields(keys)...)
				for range 4 {
					sh := b.ui.top()
					buttons := sh.buttons()
					want := "enter = " + buttons[min(sh.focus, len(buttons)-1)].label
					if screen := b.text(); !strings.Contains(screen, want) {
						t.Fatalf("%s at %dx%d does not say %q:\n%s", keys, w, h, want, screen)
					}
					b.press("tab")
				}
			}
		}
	}
}

// TestEarlyEnterSelectsANode: who leaves the boot screen before anything is known
// finds the first data node selected once there is one.
func TestEarlyEnterSelectsANode(t *testing.T) {
	b := newBench(t, sceneCluster(empty))
	b.press("enter", "j", "G")
	b.Update(snapshotMsg{sceneCluster()})
	if want := (present.Item{Kind: engine.KindData, Node: 1}); b.ui.selected != want {
		t.Errorf("selected %v, want %v", b.ui.selected, want)
	}
}

// TestEndpointsAreReadInFull wherever the list layout has room, with a status
// word or without.
func TestEndpointsAreReadInFull(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {109, 33}, {110, 34}, {120, 40}, {180, 50}, {200, 60}} {
		for _, ascii := range []bool{false, true} {
			b := newBench(t, sceneCluster())
			b.glyphs = present.Blocks()
			if ascii {
				b.glyphs = present.ASCII()
			}
			b.resize(size[0], size[1])
			b.wantText("127.0.0.1:15000", "127.0.0.1:15001")
		}
	}
}

// TestNoticesAreOnTheScreen at every size with a timeline, and in full in the help.
func TestNoticesAreOnTheScreen(t *testing.T) {
	b := newBench(t, sceneCluster(func(s *engine.Snapshot) {
		for i := range 15 {
			s.Cluster.Notices = append(s.Cluster.Notices, engine.Notice{Field: fmt.Sprintf("Field%d", i), Text: "accepted, not acted on yet (why)"})
		}
	}))
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		b.resize(size[0], size[1])
		b.wantText("15 notices, accepted, not acted on yet (? lists them): Field0")
	}
	b.press("?")
	for range 10 {
		b.press("pgdown")
	}
	b.wantText("Field14: accepted, not acted on yet (why)")
}

// TestHiddenRowsAreCounted: the list says that it goes on.
func TestHiddenRowsAreCounted(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.resize(60, 16)
	b.wantText("4 more below")
	b.press("G")
	b.wantText("4 more above")
	b.press("k", "k", "k", "k", "k", "k", "k", "k")
	b.wantText("2 above, 2 below")
}
