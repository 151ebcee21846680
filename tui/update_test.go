package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// bench is a model without a program: messages in, state out.
type bench struct {
	*Model
	t      *testing.T
	engine *fakeEngine
	clock  time.Time
}

func newBench(t *testing.T, s *engine.Snapshot) *bench {
	t.Helper()
	ended, end := context.WithCancel(t.Context())
	end() // the commands that wait for a time give up at once
	b := &bench{t: t, engine: newFake(s), clock: noon}
	b.Model = New(Options{Engine: b.engine, Context: ended, Clock: func() time.Time { return b.clock }})
	b.arrived(s)
	b.resize(80, 24)
	return b
}

// press sends keys; calls of the engine are run at once and their answer is fed
// back. It gives the last command that leads to anything else.
func (b *bench) press(names ...string) tea.Cmd {
	var last tea.Cmd
	for _, name := range names {
		_, last = b.Update(press(name))
		last = b.feed(last)
	}
	return last
}

func (b *bench) feed(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case previewMsg, submittedMsg:
		_, next := b.Update(msg)
		return b.feed(next)
	case nil:
		return nil
	default:
		return cmd
	}
}

func (b *bench) text() string {
	c := newCanvas(b.layout.w, b.layout.h)
	b.draw(c)
	return c.render(&palette{})
}

func (b *bench) wantText(parts ...string) {
	b.t.Helper()
	screen := b.text()
	for _, part := range parts {
		if !strings.Contains(screen, part) {
			b.t.Errorf("the screen does not say %q:\n%s", part, screen)
		}
	}
}

func (b *bench) wantSubmitted(n int) {
	b.t.Helper()
	if len(b.engine.submitted) != n {
		b.t.Fatalf("%d requests were submitted, want %d: %v", len(b.engine.submitted), n, b.engine.submitted)
	}
}

func TestKillAsksFirst(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("j", "K")
	b.wantSubmitted(0)
	b.wantText("kill -9 data node 2", "copies 2 -> 1 of 2", "> Kill <")
	b.press("enter")
	b.wantSubmitted(1)
	kill, ok := b.engine.submitted[0].Intent.(engine.KillNode)
	if !ok || len(kill.Targets) != 1 || kill.Targets[0] != 2 || kill.LastCopy || b.engine.submitted[0].By != engine.ActorYou {
		t.Errorf("submitted %+v", b.engine.submitted[0])
	}
	if b.ui.top() != nil || b.ui.toast != "killed node 2" {
		t.Errorf("sheet %v, toast %q", b.ui.top(), b.ui.toast)
	}
}

// TestKillOfTheLastCopy has to be typed: enter alone cancels.
func TestKillOfTheLastCopy(t *testing.T) {
	b := newBench(t, sceneCluster(killed))
	b.press("enter") // from the boot screen
	b.ui.selected = present.Item{Kind: engine.KindData, Node: 4}
	b.press("K")
	b.wantText("The cluster WILL stop", "roll back by design", "> Cancel <", "type 4:")
	if strings.Contains(b.text(), "Kill  ") {
		t.Error("Kill can be chosen before the id is typed")
	}
	b.press("tab", "enter")
	b.wantSubmitted(0)
	if b.ui.top() != nil {
		t.Fatal("enter on Cancel left the sheet open")
	}
	b.press("K", "5", "enter") // another id is no confirmation
	b.wantSubmitted(0)
	b.press("K", "4", "enter")
	b.wantSubmitted(1)
	if kill := b.engine.submitted[0].Intent.(engine.KillNode); !kill.LastCopy {
		t.Error("the typed confirmation does not lift the engine's guard")
	}
}

// TestKillBecomesDangerous: the focus goes back to the safe answer when the world
// changes under an open sheet.
func TestKillBecomesDangerous(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("right", "K") // data node 4
	b.wantText("> Kill <")
	next := sceneCluster(killed)
	next.Rev = 2
	b.Update(snapshotMsg{next})
	b.wantText("> Cancel <", "The cluster WILL stop", "type 4:")
	b.press("4")
	b.wantText("> Kill <")
	b.Update(snapshotMsg{sceneCluster()}) // harmless again: what was typed is void
	b.wantText("> Kill <")
	b.Update(snapshotMsg{next})
	b.wantText("> Cancel <", "type 4: _")
	b.press("enter")
	b.wantSubmitted(0)
}

// TestKillOfTheLastMySQLServer: no typing, but the focus goes back as well.
func TestKillOfTheLastMySQLServer(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.ui.selected = present.Item{Kind: engine.KindMySQL, Node: 67}
	b.press("K")
	b.wantText("> Kill <")
	b.Update(snapshotMsg{sceneCluster(func(s *engine.Snapshot) { nodeIn(s, 68).Status = engine.StatusDead })})
	b.wantText("> Cancel <", "No MySQL server answers")
}

// TestEnterTwiceIsOneKill: while the engine is asked there is nothing to confirm.
func TestEnterTwiceIsOneKill(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("K")
	_, first := b.Update(press("enter"))
	_, second := b.Update(press("enter"))
	if first == nil || second != nil {
		t.Errorf("the first enter gave %v, the second %v", first, second)
	}
}

func TestMarkedNodesAreKilledTogether(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("space", "right", "space", "K")
	b.wantText("kill -9 data node 1 (NG0), data node 4 (NG1)", "The arbitrator is asked: node 65")
	b.press("enter")
	b.wantSubmitted(1)
	if kill := b.engine.submitted[0].Intent.(engine.KillNode); len(kill.Targets) != 2 {
		t.Errorf("killed %v", kill.Targets)
	}
	if len(b.ui.marked) != 0 {
		t.Errorf("still marked: %v", b.ui.marked)
	}
}

func TestAllMySQLServersAreACancel(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.ui.marked = map[engine.NodeID]bool{67: true, 68: true}
	b.press("K")
	b.wantText("No MySQL server answers", "> Cancel <")
}

func TestDisabledKeysSayWhy(t *testing.T) {
	for _, one := range []struct{ name, key, why string }{
		{"kill a heading", "K", "select a node first"},
		{"restart a heading", "R", "select a node first"},
		{"mark a heading", "space", "select a node first"},
		{"retry without an error", "r", "nothing to retry"},
	} {
		t.Run(one.name, func(t *testing.T) {
			b := newBench(t, sceneCluster())
			b.ui.selected = present.Item{Kind: engine.KindAPI}
			b.press(one.key)
			if !strings.Contains(b.ui.toast, one.why) {
				t.Errorf("the remark is %q, want %q", b.ui.toast, one.why)
			}
			b.wantSubmitted(0)
		})
	}
}

func TestScaleFollowsTheSelection(t *testing.T) {
	for _, one := range []struct {
		item   present.Item
		key    string
		change engine.Scale
	}{
		{present.Item{Kind: engine.KindData, Node: 1}, "+", engine.Scale{Target: engine.ScaleReplicas, Delta: 1}},
		{present.Item{Kind: engine.KindMySQL, Node: 67}, "-", engine.Scale{Target: engine.ScaleMySQL, Delta: -1}},
		{present.Item{Kind: engine.KindManagement}, "+", engine.Scale{Target: engine.ScaleManagement, Delta: 1}},
		{present.Item{Kind: engine.KindAPI}, "+", engine.Scale{Target: engine.ScaleAPI, Delta: 1}},
	} {
		b := newBench(t, sceneCluster())
		b.ui.selected = one.item
		b.press(one.key)
		if len(b.engine.previews) != 1 || b.engine.previews[0].Intent != engine.Intent(one.change) {
			t.Errorf("%v %s previewed %v, want %v", one.item, one.key, b.engine.previews, one.change)
		}
		b.wantSubmitted(0)
	}
}

// TestApplyIsBoundToThePlan: what is submitted carries the revision and the
// fingerprint that were shown.
func TestApplyIsBoundToThePlan(t *testing.T) {
	s := sceneCluster()
	b := newBench(t, s)
	b.engine.preview = thirdReplica(s)
	b.press("+")
	b.wantText("replicas: 2 -> 3", "Stays available", "start data node 3 --initial", "it has to copy its fragments", "> Apply <")
	b.press("enter")
	b.wantSubmitted(1)
	r := b.engine.submitted[0]
	if r.Base != 1 || r.Approved == "" || r.Approved != b.engine.preview.Plan.Fingerprint {
		t.Errorf("submitted with base %d and fingerprint %q", r.Base, r.Approved)
	}
}

// TestNoApplyBeforeThePlan: until the preview has come only Cancel is there, and
// a late answer to an older question is dropped.
func TestNoApplyBeforeThePlan(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.Update(press("+"))
	b.wantText("computing the plan", "> Cancel <")
	first := b.ui.top().waiting
	b.Update(press("+"))
	b.wantText("replicas: 2 -> 4")
	b.Update(previewMsg{token: first, preview: thirdReplica(b.snap)})
	b.wantText("computing the plan", "> Cancel <")
	b.Update(previewMsg{token: b.ui.top().waiting, preview: thirdReplica(b.snap)})
	b.wantText("> Apply <")
}

func TestProblemsCannotBeApplied(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.engine.preview = engine.Preview{Base: 1, Problems: engine.Problems{
		{Path: "ActiveReplicationFactor", Rule: "replicas-within-slots", Text: "4 replicas, 3 slots", Fix: "ask for at most 3"},
	}}
	b.press("+")
	b.wantText("refused: ActiveReplicationFactor", "replicas-within-slots", "fix: ask for at most 3", "> Cancel <")
	b.press("tab", "enter")
	b.wantSubmitted(0)
}

func TestConflictMakesThePlanAnew(t *testing.T) {
	s := sceneCluster()
	b := newBench(t, s)
	b.engine.preview = thirdReplica(s)
	b.engine.refuse = engine.Errorf(engine.KindConflict, "take the request", 0, "the plan is another now")
	b.press("+", "enter")
	b.wantSubmitted(1)
	if len(b.engine.previews) != 2 {
		t.Errorf("%d previews, want a second one after the conflict", len(b.engine.previews))
	}
	b.wantText("The cluster changed since this plan was made", "> Apply <")
}

func TestRefusalIsReadInTheSheet(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.engine.refuse = engine.Errorf(engine.KindDenied, "kill", 1, "the guard\x1b[2J says no")
	b.press("K", "enter")
	b.wantText("refused: kill 1: the guard says no", "> Cancel <")
}
