package tui

import (
	"reflect"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// TestFaultsAskFirst: with the lease in words, and the same in the request.
func TestFaultsAskFirst(t *testing.T) {
	for _, one := range []struct {
		key  string
		want engine.Intent
		says []string
		done string
	}{
		{
			"P", engine.PauseNode{Targets: []engine.NodeID{2}, Lease: engine.DefaultLease},
			[]string{"pause (SIGSTOP) data node 2", "Lease 60 s: it ends by itself", "> Pause <"}, "paused node 2 for 60 s",
		},
		{
			"I", engine.IsolateNode{Targets: []engine.NodeID{2}, Lease: engine.DefaultLease},
			[]string{"isolate from every other node: data node 2", "Lease 60 s", "> Isolate <"}, "isolated node 2 for 60 s",
		},
	} {
		b := newBench(t, sceneCluster())
		b.press("j", one.key)
		b.wantSubmitted(0)
		b.wantText(one.says...)
		b.press("enter")
		b.wantSubmitted(1)
		if got := b.engine.submitted[0].Intent; !reflect.DeepEqual(got, one.want) || b.ui.toast != one.done {
			t.Errorf("%s submitted %+v and said %q, want %+v and %q", one.key, got, b.ui.toast, one.want, one.done)
		}
	}
}

// TestLastCopyIsTyped for every fault, and only then is the engine's guard
// lifted.
func TestLastCopyIsTyped(t *testing.T) {
	lifted := func(i engine.Intent) bool {
		switch i := i.(type) {
		case engine.KillNode:
			return i.LastCopy
		case engine.PauseNode:
			return i.LastCopy
		case engine.IsolateNode:
			return i.LastCopy
		}
		return false
	}
	for _, key := range []string{"K", "P", "I"} {
		b := newBench(t, sceneCluster(killed))
		b.press("enter", "right", key)
		b.wantText("The cluster WILL stop", "type 4: _", "> Cancel <")
		b.press("4", "enter")
		b.wantSubmitted(1)
		if !lifted(b.engine.submitted[0].Intent) {
			t.Errorf("%s: the guard is not lifted by %+v", key, b.engine.submitted[0].Intent)
		}
		b = newBench(t, sceneCluster())
		b.press(key, "enter")
		b.wantSubmitted(1)
		if lifted(b.engine.submitted[0].Intent) {
			t.Errorf("%s: the guard is lifted without a word typed", key)
		}
	}
}

// TestPausedNodesResumeAtOnce, all of the marked ones; a mixture says why not.
func TestPausedNodesResumeAtOnce(t *testing.T) {
	b := newBench(t, sceneCluster(leased))
	b.press("enter", "down")
	b.wantText("P resume", "X heal all", "paused, ends in 43 s", "isolated, ends in 20 s", "dead, isolate ends in 5 s")
	b.press("P")
	b.wantSubmitted(1)
	if r, ok := b.engine.submitted[0].Intent.(engine.ResumeNode); !ok || len(r.Targets) != 1 || r.Targets[0] != 2 {
		t.Errorf("submitted %+v", b.engine.submitted[0].Intent)
	}
	b.press("space", "up", "space", "P")
	b.wantSubmitted(1)
	if b.ui.toast != "node 2 is paused already" {
		t.Errorf("the remark is %q", b.ui.toast)
	}
}

func TestIsolatedAlready(t *testing.T) {
	b := newBench(t, sceneCluster(leased))
	b.press("enter")
	b.ui.selected = present.Item{Kind: engine.KindMySQL, Node: 68}
	b.press("I")
	if b.ui.top() != nil || !strings.Contains(b.ui.toast, "isolated already (X heals it)") {
		t.Errorf("the remark is %q", b.ui.toast)
	}
}

// TestHealingNeverAsks, and is possible whatever is known, on any screen.
func TestHealingNeverAsks(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {38, 6}} {
		b := newBench(t, sceneCluster())
		b.resize(size[0], size[1])
		b.press("X")
		b.wantSubmitted(1)
		if heal, ok := b.engine.submitted[0].Intent.(engine.HealFaults); !ok || len(heal.Targets) != 0 {
			t.Errorf("submitted %+v", b.engine.submitted[0].Intent)
		}
	}
}

// TestUndoShowsItsPlan: what changes, the steps, and the consent is bound to
// them.
func TestUndoShowsItsPlan(t *testing.T) {
	s := sceneCluster(third)
	b := newBench(t, s)
	b.engine.preview = secondReplica(s)
	b.press("z")
	b.wantText("Undo: back from revision 2, as revision 3?", "replicas: 3 -> 2", "stop data node 3", "> Apply <")
	b.press("enter")
	b.wantSubmitted(1)
	r := b.engine.submitted[0]
	if _, undo := r.Intent.(engine.Undo); !undo || r.Base != 2 || r.Approved != b.engine.preview.Plan.Fingerprint {
		t.Errorf("submitted %+v", r)
	}
	if b.ui.toast != "undone, as revision 3" {
		t.Errorf("the remark is %q", b.ui.toast)
	}
}

// TestUndoNamesTheRevision where the engine tells which one it goes back to.
func TestUndoNamesTheRevision(t *testing.T) {
	s := sceneCluster(third)
	b := newBench(t, s)
	b.engine.preview = secondReplica(s)
	b.engine.preview.Spec.ID = 1
	b.press("z")
	b.wantText("Undo: back to revision 1?")
}

func TestNothingToUndo(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("z")
	if b.ui.top() != nil || !strings.Contains(b.ui.toast, "nothing to undo") {
		t.Errorf("the remark is %q", b.ui.toast)
	}
}
