package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
)

// wantExit checks that a command ends the program in a certain way.
func (b *bench) wantExit(cmd tea.Cmd, want Exit) {
	b.t.Helper()
	if cmd == nil {
		b.t.Fatalf("nothing ended, want %v:\n%s", want, b.text())
	}
	if _, quits := cmd().(tea.QuitMsg); !quits || b.exit != want {
		b.t.Errorf("exit %v with %T, want %v", b.exit, cmd(), want)
	}
}

// TestLeaving: q asks, keep running has the focus; esc never quits.
func TestLeaving(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("esc", "esc", "q")
	b.wantText("the cluster and the load go on", "rondb-tui attach demo", "rondb-tui start demo", "nothing", "> Keep running <")
	b.press("esc")
	if b.ui.top() != nil {
		t.Fatal("esc left the sheet open")
	}
	b.press("q", "shift+tab")
	b.wantText("> Stay <")
	b.press("enter")
	if b.ui.top() != nil {
		t.Fatal("Stay left the sheet open")
	}
	b.wantExit(b.press("q", "enter"), ExitKeep)
	b.wantExit(b.press("tab", "enter"), ExitStop)
	b.wantSubmitted(0) // the console only reports it
}

// TestDestroyNeedsTheName: every letter of it counts, also those that move about
// elsewhere; anything else than the name only cancels.
func TestDestroyNeedsTheName(t *testing.T) {
	b := newBench(t, sceneCluster(func(s *engine.Snapshot) { s.Cluster.Name = "jk-hlq.1" }))
	b.press("q", "tab", "tab", "enter")
	b.wantText("Destroy jk-hlq.1?", "type jk-hlq.1: _", "> Cancel <")
	b.press("j", "k", "-", "h", "l", "q", ".", "2")
	b.wantText("jk-hlq.2_", "> Cancel <")
	if cmd := b.press("tab", "enter"); cmd != nil || b.ui.top().kind != sheetLeave {
		t.Fatal("enter with another name did not just cancel")
	}
	b.press("enter", "j", "k", "x", "backspace", "-", "h", "l", "q", ".", "1")
	b.wantText("> Destroy <")
	b.wantExit(b.press("enter"), ExitDestroy)
}

// TestNameOfTheOptions is typed where no snapshot has come; without any name
// nothing can be destroyed.
func TestNameOfTheOptions(t *testing.T) {
	for _, name := range []engine.ClusterName{"demo", ""} {
		b := newBench(t, nil)
		b.name = name
		b.press("q")
		b.wantText("> Keep running <", "waiting for the engine")
		if got := len(b.ui.top().buttons()) == 4; got != (name != "") {
			t.Errorf("named %q, it can be destroyed: %v", name, got)
		}
	}
}

// TestLeavingWhatIsStopped does not offer to stop it, and does not say that it
// runs.
func TestLeavingWhatIsStopped(t *testing.T) {
	b := newBench(t, sceneCluster(stopped))
	b.press("q")
	b.wantText("> Keep it stopped <")
	for _, one := range b.ui.top().buttons() {
		if one.action == action(leave{ExitStop}) || one.label == "Keep running" {
			t.Errorf("offers %q", one.label)
		}
	}
}

// TestInterruptInTheDestroySheet: one leave sheet is enough, twice still leaves.
func TestInterruptInTheDestroySheet(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("q", "tab", "tab", "enter")
	if cmd := b.press("ctrl+c"); cmd != nil || len(b.ui.sheets) != 2 {
		t.Fatalf("%d sheets are open", len(b.ui.sheets))
	}
	b.wantExit(b.press("ctrl+c"), ExitForced)
}

// TestLeavingOverAnotherSheet: all of the stack has room.
func TestLeavingOverAnotherSheet(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("K", "ctrl+c", "tab", "tab", "enter")
	b.wantText("Destroy demo?")
	b.press("esc", "esc", "esc")
	b.wantSubmitted(0)
	if len(b.ui.sheets) != 0 {
		t.Errorf("%d sheets are open", len(b.ui.sheets))
	}
}

// TestLeavingOnATinyScreen: only what does no harm, for nothing can be read.
func TestLeavingOnATinyScreen(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.resize(38, 6)
	for _, keys := range [][]string{{"q", "tab", "enter", "esc"}, {"q", "tab", "tab", "enter", "esc"}} {
		if cmd := b.press(keys...); cmd != nil || b.ui.top() != nil {
			t.Errorf("%v left a trace", keys)
		}
		b.wantText("enlarge the window")
	}
	b.wantExit(b.press("q", "enter"), ExitKeep)
}

// TestReadOnly: no key changes anything or is shown, each says why, and leaving
// asks nothing.
func TestReadOnly(t *testing.T) {
	for _, c := range commandTable() {
		b := newBench(t, sceneCluster(third))
		b.readOnly = true
		b.press(c.binding.Keys()[0])
		if c.changes() != (b.ui.toast == readOnlyWords) {
			t.Errorf("%s: the remark is %q", c.binding.Help().Key, b.ui.toast)
		}
		if n := len(b.engine.submitted) + len(b.engine.previews); n != 0 {
			t.Errorf("%s asked the engine", c.binding.Help().Key)
		}
	}
	for _, key := range []string{"q", "ctrl+c"} {
		b := newBench(t, sceneCluster())
		b.readOnly = true
		b.wantText("READ-ONLY", readOnlyWords)
		b.wantExit(b.press(key), ExitKeep)
	}
}

// TestExitWords: each way out has its own.
func TestExitWords(t *testing.T) {
	seen := map[string]bool{}
	for e := ExitKeep; e <= ExitEngine; e++ {
		seen[e.String()] = true
	}
	if len(seen) != 6 || seen[fmt.Sprintf("exit(%d)", ExitEngine)] {
		t.Errorf("the words are %v", seen)
	}
}
