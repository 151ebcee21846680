package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

func TestInterruptTwice(t *testing.T) {
	for _, one := range []struct {
		gap   time.Duration
		quits bool
	}{{time.Second, true}, {3 * time.Second, false}} {
		b := newBench(t, sceneCluster())
		if cmd := b.press("ctrl+c"); cmd != nil || b.ui.top() == nil {
			t.Fatal("the first ctrl-c did not just ask")
		}
		b.clock = b.clock.Add(one.gap)
		cmd := b.press("ctrl+c")
		if (cmd != nil) != one.quits || (one.quits && b.exit != ExitForced) {
			t.Errorf("after %v: quits %v, exit %v", one.gap, cmd != nil, b.exit)
		}
		if len(b.ui.sheets) != 1 {
			t.Errorf("%d sheets are open", len(b.ui.sheets))
		}
	}
}

func TestSuspendAndRedraw(t *testing.T) {
	b := newBench(t, sceneCluster())
	if _, ok := b.press("ctrl+z")().(tea.SuspendMsg); !ok {
		t.Error("ctrl-z does not suspend")
	}
	if cmd := b.press("ctrl+l"); fmt.Sprintf("%T", cmd()) != fmt.Sprintf("%T", tea.ClearScreen()) {
		t.Errorf("ctrl-l gave %T", cmd())
	}
}

// TestSelectionSurvives: by node id, whatever happens around it; on the heading
// of its kind once it is gone.
func TestSelectionSurvives(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("G", "up", "up", "up", "up")
	want := present.Item{Kind: engine.KindMySQL, Node: 67}
	b.press("down")
	if b.ui.selected != (present.Item{Kind: engine.KindMySQL, Node: 68}) {
		t.Fatalf("selected %v", b.ui.selected)
	}
	b.press("up")
	more := sceneCluster(func(s *engine.Snapshot) { nodeIn(s, 3).Status = engine.StatusStarting })
	b.Update(snapshotMsg{more})
	if b.ui.selected != want {
		t.Errorf("a node came above: selected %v, want %v", b.ui.selected, want)
	}
	b.Update(tea.WindowSizeMsg{Width: 60, Height: 16})
	if b.ui.selected != want || !strings.Contains(b.text(), ">  67") {
		t.Errorf("after a resize the selection is not in sight:\n%s", b.text())
	}
	gone := sceneCluster(func(s *engine.Snapshot) {
		s.Cluster.Spec.NumManagedMysqldVms = 0
		nodeIn(s, 67).Status, nodeIn(s, 68).Status = engine.StatusAbsent, engine.StatusAbsent
	})
	b.Update(snapshotMsg{gone})
	if b.ui.selected != (present.Item{Kind: engine.KindMySQL}) {
		t.Errorf("its kind is gone: selected %v", b.ui.selected)
	}
}

func TestMovingAcrossGroups(t *testing.T) {
	b := newBench(t, sceneCluster())
	var got []engine.NodeID
	for _, k := range []string{"down", "right", "down", "left", "right", "right", "left", "g"} {
		b.press(k)
		got = append(got, b.ui.selected.Node)
	}
	if want := "[2 5 0 4 0 0 0 1]"; fmt.Sprint(got) != want {
		t.Errorf("went through %v, want %v", got, want)
	}
}

func TestLoadKeys(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.press("tab", "t", "}", "{", ")", "(", "a")
	b.wantSubmitted(6)
	set := func(i int) engine.SetLoad { return b.engine.submitted[i].Intent.(engine.SetLoad) }
	if *set(0).Running || *set(1).Rate != 400 || *set(2).Rate != 100 || *set(3).Clients != 16 || *set(4).Clients != 4 {
		t.Errorf("submitted %+v", b.engine.submitted)
	}
	if _, ok := b.engine.submitted[5].Intent.(engine.AuditLoad); !ok {
		t.Errorf("a submitted %T", b.engine.submitted[5].Intent)
	}
	b.snap.Load.Rate = maxRate
	b.press("}")
	b.wantSubmitted(6)
	b.snap.Load.Workload = "none"
	b.press("t")
	b.wantSubmitted(6)
	if b.ui.toast != "this cluster has no workload" {
		t.Errorf("the remark is %q", b.ui.toast)
	}
}

// TestTimelineStandsStill: scrolled back, newer events do not move it.
func TestTimelineStandsStill(t *testing.T) {
	many := func(n int) func(*engine.Snapshot) {
		return func(s *engine.Snapshot) {
			for i := range n {
				sceneEvent(s, engine.ActorLoad, 0, engine.SeverityInfo, fmt.Sprintf("event number %d.", i))
			}
		}
	}
	b := newBench(t, sceneCluster(many(50)))
	b.press("shift+tab")
	b.wantText("event number 49.")
	b.press("k", "k", "k", "k", "k", "k")
	b.wantText("event number 43.", "6 newer below")
	b.Update(snapshotMsg{sceneCluster(many(60))})
	b.wantText("event number 43.", "16 newer below")
	b.press("G")
	b.wantText("event number 59.")
}

// TestBootTurnsIntoTheCluster once the first write is read back, not before.
func TestBootTurnsIntoTheCluster(t *testing.T) {
	b := newBench(t, sceneCluster(booting))
	b.press("K", "+", "tab") // keys of the cluster screen
	b.wantText("Starting", "first write read back")
	b.wantSubmitted(0)
	b.Update(snapshotMsg{sceneCluster(empty)})
	b.Update(snapshotMsg{sceneCluster(func(s *engine.Snapshot) { s.Load.Ledger.Verified = 0 })})
	b.wantText("Starting")
	b.Update(snapshotMsg{sceneCluster()})
	b.wantText("LEDGER", ">   1 ")
	b.Update(snapshotMsg{sceneCluster(booting)})
	b.wantText("LEDGER") // it does not fall back
}

// TestFeedKeepsUp: thousands of snapshots a second are few frames, and the last
// is the one shown.
func TestFeedKeepsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := sceneCluster()
		r := startRig(t, newFake(first), Options{}, 80, 24)
		before := r.model.rev
		for i := range 10_000 {
			next := *first
			next.Rev = uint64(i + 2)
			next.Load.Ledger.Acked = uint64(2_000_000 + i)
			r.engine.publish(&next)
			time.Sleep(100 * time.Microsecond)
		}
		r.settle()
		screen, updates := r.screen(), r.model.rev-before
		r.stop()
		if !strings.Contains(screen, "2,009,999") {
			t.Errorf("the last snapshot is not shown:\n%s", screen)
		}
		if updates > 60 { // snapshotGap apart
			t.Errorf("10 000 snapshots in a second were %d updates", updates)
		}
	})
}

// TestRemarkGoesAway and ages move on with the clock, while nothing is published.
func TestRemarkGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newFake(sceneCluster()), Options{}, 80, 24)
		r.keys("t")
		if !strings.Contains(r.screen(), "load paused") {
			t.Errorf("no remark:\n%s", r.screen())
		}
		time.Sleep(5 * time.Second)
		r.settle()
		screen := r.screen()
		r.stop()
		if strings.Contains(screen, "load paused") || !strings.Contains(screen, "last 45s ago") {
			t.Errorf("after five seconds:\n%s", screen)
		}
	})
}

func TestResizeKeepsDrawing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newFake(sceneCluster()), Options{}, 80, 24)
		for _, size := range [][2]int{{200, 60}, {1, 1}, {40, 8}, {120, 40}} {
			r.emu.Resize(size[0], size[1])
			r.prog.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			r.settle()
		}
		screen := r.screen()
		r.stop()
		golden(t, "healthy-120x40", screen, 120)
	})
}

func TestEngineEnds(t *testing.T) {
	b := newBench(t, sceneCluster())
	_, cmd := b.Update(endedMsg{errors.New("the world fell over")})
	if _, quits := cmd().(tea.QuitMsg); !quits || b.exit != ExitEngine || b.exitErr == nil {
		t.Errorf("exit %v with %v", b.exit, b.exitErr)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if msg := waitEnded(ctx, func(context.Context) error { return nil })(); msg != nil {
		t.Errorf("after the console's own end: %v", msg)
	}
}
