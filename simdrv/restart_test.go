package simdrv

import (
	"slices"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestASystemRestartWithoutANode: with the partial start timeout over, three of
// four start, since the fourth cannot be a cluster alone. What it holds is old
// from then on.
func TestASystemRestartWithoutANode(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	s := session(t, w, 67)
	rows := table(t, s)
	keys := []string{"a", "b", "c", "d", "e", "f"}
	if err := put(t.Context(), s, rows, 1, keys...); err != nil {
		t.Fatal(err)
	}
	order(t, w, engine.StopAllDataNodes{})
	w.Advance(w.Now() + time.Second)
	began := w.Now()
	startData(t, w, 1, 4, 5)
	if took := w.Now() - began; took < w.profile.StartPartial || took > 2*w.profile.StartPartial {
		t.Errorf("the start without node 2 took %s", took)
	}
	eventually(t, w, "reconnect", func(*engine.Observed) bool { return s.Err() == nil })
	if err := put(t.Context(), s, rows, 2, keys...); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + 3*time.Second)
	if err := w.Kill(1, 4, 5); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	for _, id := range []engine.NodeID{2, 4, 5} {
		order(t, w, engine.StartNode{Slot: slot(w, id)})
	}
	w.Advance(w.Now() + time.Minute)
	if o := w.Observe(); o.Serving {
		t.Fatal("old data of a node group serve")
	}
	startData(t, w, 1, 2)
	eventually(t, w, "reconnect", func(*engine.Observed) bool { return s.Err() == nil })
	for _, key := range keys {
		if got, _ := get(t, s, rows, key); got != 2 {
			t.Errorf("row %s has %d, want 2", key, got)
		}
	}
}

// TestHalfOfEveryGroupDoesNotStartAlone: the other half could be running.
func TestHalfOfEveryGroupDoesNotStartAlone(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 2})
	order(t, w, engine.StopAllDataNodes{})
	w.Advance(w.Now() + time.Second)
	for _, id := range []engine.NodeID{1, 4} {
		order(t, w, engine.StartNode{Slot: slot(w, id)})
	}
	w.Advance(w.Now() + time.Hour)
	if o := w.Observe(); o.Serving {
		t.Error("a possible partition serves")
	}
	if n := look(w, 1); n.Doing != "waiting for nodes 2, 5" {
		t.Errorf("it says %q", n.Doing)
	}
}

// TestALostVolumeIsNotWaitedFor: the node joins the others with --initial.
func TestALostVolumeIsNotWaitedFor(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 3})
	s := session(t, w, 67)
	rows := table(t, s)
	if err := put(t.Context(), s, rows, 1, "a", "b"); err != nil {
		t.Fatal(err)
	}
	order(t, w, engine.StopAllDataNodes{})
	w.Advance(w.Now() + time.Second)
	order(t, w, engine.RemoveNode{Slot: slot(w, 2), DropVolume: true})
	order(t, w, engine.CreateNode{Slot: slot(w, 2)})
	startData(t, w, 1)
	order(t, w, engine.StartNode{Slot: slot(w, 2), Initial: true})
	until(t, w, engine.AwaitStarted{Slot: slot(w, 2)})
	if n := look(w, 2); !n.HasData || n.Rows != 2 {
		t.Errorf("has data %v, %d rows", n.HasData, n.Rows)
	}
}

func TestNothingStartsWithoutAManagementServer(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 4})
	if err := w.Kill(65); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitArbitration{})
	if err := w.Kill(2, 68); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	for _, id := range []engine.NodeID{2, 68} {
		order(t, w, engine.StartNode{Slot: slot(w, id)})
	}
	w.Advance(w.Now() + time.Minute)
	for _, id := range []engine.NodeID{2, 68} {
		if n := look(w, id); n.Status != engine.StatusStarting || n.StartPhase != 0 || n.Doing != "waiting for a management server" {
			t.Errorf("node %d is %s in phase %d: %s", id, n.Status, n.StartPhase, n.Doing)
		}
	}
	denied(t, w, engine.AwaitStarted{Slot: slot(w, 68)}, engine.KindConflict)
	order(t, w, engine.StartNode{Slot: slot(w, 65)})
	until(t, w, engine.AwaitStarted{Slot: slot(w, 68)})
}

// TestAStartAtOnceTellsOfTheFailure: the new process is refused by nobody, since
// asking for it shows the others that the old one is gone.
func TestAStartAtOnceTellsOfTheFailure(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 5})
	s := session(t, w, 67)
	rows := table(t, s)
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	order(t, w, engine.StartNode{Slot: slot(w, 2)})
	if w.node(2).replica.member {
		t.Fatal("the dead process still counts")
	}
	if err := put(t.Context(), s, rows, 1, "a", "b", "c"); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitStarted{Slot: slot(w, 2)})
	if err := w.CheckReplicas(); err != nil {
		t.Error(err)
	}
}

// TestTheSideThatReachesTheArbitratorWins, whichever it is.
func TestTheSideThatReachesTheArbitratorWins(t *testing.T) {
	for _, winners := range [][]engine.NodeID{{1, 4}, {2, 5}} {
		others := append([]engine.NodeID{65, 67, 68}, winners...)
		losers := slices.DeleteFunc([]engine.NodeID{1, 2, 4, 5}, func(id engine.NodeID) bool { return slices.Contains(winners, id) })
		w := boot(t, twoByTwo, Config{Seed: 6})
		if err := w.Cut(losers, others, time.Minute); err != nil {
			t.Fatal(err)
		}
		w.Advance(w.Now() + 10*time.Second)
		for _, id := range winners {
			if n := look(w, id); n.Status != engine.StatusStarted {
				t.Errorf("node %d of %v is %s: %s", id, winners, n.Status, n.Err)
			}
		}
	}
}
