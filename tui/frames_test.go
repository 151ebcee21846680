package tui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// scene is what a golden frame shows.
type scene struct {
	name string
	snap func() *engine.Snapshot
	keys []string
	o    Options
	mute time.Duration // for how long the engine has given no sign of life
}

func scenes() []scene {
	with := func(change ...func(*engine.Snapshot)) func() *engine.Snapshot {
		return func() *engine.Snapshot { return sceneCluster(change...) }
	}
	return []scene{
		{name: "nothing", snap: func() *engine.Snapshot { return nil }},
		{name: "boot", snap: with(booting)},
		{name: "healthy", snap: with()},
		{name: "killed", snap: with(killed), keys: []string{"enter"}},
		{name: "copying", snap: with(copying), keys: []string{"enter", "G"}},
		{name: "down", snap: with(down), keys: []string{"enter"}},
		{name: "engine", snap: with(copying), keys: []string{"enter", "tab", "tab"}},
		{name: "incident", snap: with(killed), keys: []string{"enter", "shift+tab", "shift+tab"}},
		{name: "loadpane", snap: with(), keys: []string{"tab"}},
		{name: "kill", snap: with(), keys: []string{"K"}},
		{name: "kill-group", snap: with(), keys: []string{"space", "down", "space", "K"}},
		{name: "change", snap: with(), keys: []string{"+"}},
		{name: "leave", snap: with(), keys: []string{"q"}},
		{name: "leave-stop", snap: with(), keys: []string{"q", "tab"}},
		{name: "leave-stopped", snap: with(stopped), keys: []string{"q"}},
		{name: "destroy", snap: with(), keys: []string{"q", "tab", "tab", "enter", "d", "e", "m"}},
		{name: "pause", snap: with(), keys: []string{"P"}},
		{name: "isolate", snap: with(), keys: []string{"G", "up", "up", "up", "I"}},
		{name: "pause-last", snap: with(killed), keys: []string{"enter", "right", "P", "4"}},
		{name: "leased", snap: with(leased), keys: []string{"enter", "down"}},
		{name: "undo", snap: with(third), keys: []string{"z"}},
		{name: "readonly", snap: with(leased), keys: []string{"enter", "K"}, o: Options{ReadOnly: true}},
		{name: "readonly-help", snap: with(), keys: []string{"?"}, o: Options{ReadOnly: true}},
		{name: "silent", snap: with(), mute: 12 * time.Second},
		{name: "silent-sheet", snap: with(), keys: []string{"K"}, mute: 12 * time.Second},
		{name: "help", snap: with(), keys: []string{"?"}},
		{name: "mono", snap: with(copying), keys: []string{"enter"}, o: Options{NoColor: true}},
		{name: "ascii", snap: with(copying, arrow), keys: []string{"enter"}, o: Options{ASCII: true}},
	}
}

// scenePreview is what the engine foresees in a scene.
func scenePreview(s *engine.Snapshot) engine.Preview {
	if s.Cluster.Revision == 1 {
		return thirdReplica(s)
	}
	return secondReplica(s)
}

var sizes = [][2]int{{200, 60}, {120, 40}, {80, 24}, {60, 16}, {40, 8}, {39, 7}, {1, 1}}

// TestFrames runs the real program on an emulated terminal at every size and
// compares the screen; LOST stands in the corner and SIMULATED is never absent.
func TestFrames(t *testing.T) {
	for _, sc := range scenes() {
		for _, size := range sizes {
			w, h := size[0], size[1]
			name := fmt.Sprintf("%s-%dx%d", sc.name, w, h)
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					snap := sc.snap()
					f := newFake(snap)
					if snap != nil {
						f.preview = scenePreview(snap)
					}
					if sc.mute > 0 {
						f.silentSince(noon.Add(-sc.mute))
					}
					r := startRig(t, f, sc.o, w, h)
					r.keys(sc.keys...)
					screen := r.screen()
					r.stop()
					golden(t, name, screen, w)
					checkCorner(t, screen, snap, w, h)
					if sc.o.ASCII && strings.ContainsFunc(screen, func(r rune) bool { return r > '~' }) {
						t.Errorf("not ASCII:\n%s", screen)
					}
				})
			})
		}
	}
}

func checkCorner(t *testing.T, screen string, snap *engine.Snapshot, w, h int) {
	t.Helper()
	if w < singleWidth || h < singleHeight || snap == nil {
		return
	}
	header := strings.SplitN(screen, "\n", 2)[0]
	if !strings.HasSuffix(strings.TrimRight(header, " "), "LOST 0") {
		t.Errorf("LOST is not in the top right corner of %q", header)
	}
	if !strings.Contains(header, "SIMULATED") {
		t.Errorf("%q does not say SIMULATED", header)
	}
}

// colour matches what sets a colour in an SGR sequence.
var colour = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;|m)`)

// TestNoColor looks at the bytes the terminal got: attributes, no colour.
func TestNoColor(t *testing.T) {
	for _, noColor := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := startRig(t, newFake(sceneCluster(killed)), Options{NoColor: noColor}, 80, 24)
			r.keys("enter", "K")
			got := colour.Match(r.wrote.Bytes())
			r.stop()
			if got == noColor {
				t.Errorf("with NoColor %v the terminal got colour: %v", noColor, got)
			}
		})
	}
}

// TestForeignTextIsHarmless: an event that tries to drive the terminal is text.
func TestForeignTextIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newFake(sceneCluster(killed)), Options{}, 80, 24)
		r.keys("enter")
		screen, bytes := r.screen(), r.wrote.String()
		r.stop()
		if !strings.Contains(screen, "Node 5 disconnected   by signal") {
			t.Errorf("the event is not shown as text:\n%s", screen)
		}
		if strings.Contains(bytes, "owned") {
			t.Error("the event's control string reached the terminal")
		}
	})
}
