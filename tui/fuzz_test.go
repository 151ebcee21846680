package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// TestAnythingAnywhere: whatever is pressed, published, refused and resized in
// whatever order, nothing panics, every frame is exactly the screen's size, and
// no fault or change is submitted but through a sheet; who only watches submits
// nothing at all, and nothing is destroyed whose name was not typed.
func TestAnythingAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := newFake(nil)
		watch := rapid.IntRange(0, 4).Draw(t, "read-only") == 0
		m := New(Options{
			Engine: f, Context: ctx, Cluster: "demo", ReadOnly: watch, ASCII: rapid.Bool().Draw(t, "ascii"),
			Clock: func() time.Time { return noon },
		})
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			hadSheet, before, typed := m.ui.top() != nil, len(f.submitted), ""
			if hadSheet {
				typed = m.ui.top().typed
			}
			msg := drawMsg(t, f)
			_, cmd := m.Update(msg)
			for cmd != nil {
				answer := cmd()
				switch answer.(type) {
				case previewMsg, submittedMsg:
					_, cmd = m.Update(answer)
				default:
					cmd = nil
				}
			}
			if len(f.submitted) > before && !hadSheet {
				switch intent := f.submitted[before].Intent.(type) {
				case engine.KillNode, engine.PauseNode, engine.IsolateNode, engine.Scale, engine.RestartNode, engine.Undo:
					t.Fatalf("%T was submitted without being asked", intent)
				}
			}
			if watch && len(f.submitted)+len(f.previews) > 0 {
				t.Fatalf("who only watches asked for %v %v", f.submitted, f.previews)
			}
			if m.exit == ExitDestroy && typed != "demo" {
				t.Fatalf("destroyed with %q typed", typed)
			}
			m.exit = ExitKeep
			checkFrame(t, m)
		}
	})
}

// drawMsg draws something that can reach the console.
func drawMsg(t *rapid.T, f *fakeEngine) tea.Msg {
	keys := []string{
		"j", "k", "h", "l", "g", "G", "tab", "shift+tab", "K", "R", "P", "I", "X", "z", "space", "+", "-", "r", "t", "{", "}", "(", ")", "a",
		"?", "esc", "q", "enter", "enter", "ctrl+l", "1", "2", "4", "5", "backspace", "pgdown", "pgup", "x", "日",
		"ctrl+c", "d", "e", "m", "o",
	}
	switch rapid.IntRange(0, 10).Draw(t, "what") {
	case 10:
		return clockMsg{}
	case 0:
		return tea.WindowSizeMsg{Width: rapid.IntRange(0, 210).Draw(t, "w"), Height: rapid.IntRange(0, 65).Draw(t, "h")}
	case 1, 2:
		worlds := []func(*engine.Snapshot){booting, killed, copying, down, leased, stopped, third, func(*engine.Snapshot) {}, empty}
		s := sceneCluster(rapid.SampledFrom(worlds).Draw(t, "world"))
		s.Rev = rapid.Uint64().Draw(t, "rev")
		f.preview = thirdReplica(sceneCluster())
		f.silentSince(rapid.SampledFrom([]time.Time{{}, noon, noon.Add(-4 * time.Second), noon.Add(-time.Hour)}).Draw(t, "heard"))
		f.refuse = rapid.SampledFrom([]error{nil, nil, errors.New("no"), engine.Errorf(engine.KindConflict, "take", 0, "moved")}).Draw(t, "refuse")
		return snapshotMsg{s}
	default:
		return press(rapid.SampledFrom(keys).Draw(t, "key"))
	}
}

// empty is an engine that knows nothing yet.
func empty(s *engine.Snapshot) {
	s.Cluster.Observed, s.Cluster.Groups, s.Cluster.Run = engine.Observed{}, nil, engine.RunView{}
	s.Cluster.Events, s.Load = nil, engine.LoadView{}
	s.Cluster.State = engine.WorkingTowards
}

func checkFrame(t *rapid.T, m *Model) {
	content := m.View().Content
	if m.layout.w < 1 || m.layout.h < 1 {
		if content != "" {
			t.Fatalf("a frame without a screen: %q", content)
		}
		return
	}
	lines := strings.Split(content, "\n")
	if len(lines) != m.layout.h {
		t.Fatalf("%d lines on a screen of %d", len(lines), m.layout.h)
	}
	for _, line := range lines {
		if got := ansi.StringWidth(line); got != m.layout.w {
			t.Fatalf("a line of %d columns on a screen of %d: %q", got, m.layout.w, line)
		}
	}
	if m.layout.kind > layoutLine && !strings.Contains(lines[0], "LOST") {
		t.Fatalf("the header does not say LOST: %q", lines[0])
	}
}
