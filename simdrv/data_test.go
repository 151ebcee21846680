package simdrv

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestAKilledNodeCostsNoAcknowledgedRow writes through two MySQL servers while a
// data node dies, in many seeds.
func TestAKilledNodeCostsNoAcknowledgedRow(t *testing.T) {
	for seed := range uint64(50) {
		victim := []engine.NodeID{1, 2, 4, 5}[seed%4]
		bubble(t, twoByTwo, Config{Seed: seed}, func(t *testing.T, d *Driver, w *World) {
			rows := table(t, session(t, w, 67))
			const writers = 4
			acked := make(chan []string, writers)
			for i := range writers {
				s := session(t, w, engine.NodeID(67+i%2))
				go func() {
					var done []string
					for n := range 200 {
						a, b := fmt.Sprintf("w%d-%d-a", i, n), fmt.Sprintf("w%d-%d-b", i, n)
						err := put(t.Context(), s, rows, int64(n), a, b)
						var failure *NDBError
						if err == nil {
							done = append(done, a, b)
						} else if !errors.As(err, &failure) || !failure.Temporary() {
							t.Errorf("seed %d: %v", seed, err)
						}
						time.Sleep(time.Millisecond)
					}
					acked <- done
				}()
			}
			time.Sleep(50 * time.Millisecond)
			if err := d.Kill(t.Context(), []engine.NodeID{victim}); err != nil {
				t.Fatal(err)
			}
			reader := session(t, w, 68)
			for range writers {
				for _, key := range <-acked {
					if _, found := get(t, reader, rows, key); !found {
						t.Errorf("seed %d: acknowledged row %s is lost", seed, key)
					}
				}
			}
		})
	}
}

// TestAGroupLossGoesBackToTheLastCheckpoint kills a whole group: rows from
// before the last global checkpoint are there after the system restart, later
// ones are gone, in both groups.
func TestAGroupLossGoesBackToTheLastCheckpoint(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	ctx, s := t.Context(), session(t, w, 67)
	rows := table(t, s)
	keys := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	if err := put(ctx, s, rows, 1, keys...); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + w.profile.GlobalCheckpoint)
	o := w.Observe()
	number := o.Checkpoint
	if err := put(ctx, s, rows, 2, keys...); err != nil {
		t.Fatal(err)
	}
	if err := put(ctx, s, rows, 2, "new"); err != nil {
		t.Fatal(err)
	}
	if err := w.Kill(4, 5); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	if o := w.Observe(); o.Serving || !o.Formed {
		t.Fatalf("serving %v, formed %v after the loss of a group", o.Serving, o.Formed)
	}
	wantNDB(t, put(ctx, s, rows, 3, "x"), 1296, 4009, OutcomeFailed)
	startData(t, w, 1, 2, 4, 5)
	eventually(t, w, "reconnect", func(*engine.Observed) bool { return s.Err() == nil })
	for _, key := range keys {
		if got, _ := get(t, s, rows, key); got != 1 {
			t.Errorf("row %s has %d, want the checkpoint's 1", key, got)
		}
	}
	if _, found := get(t, s, rows, "new"); found {
		t.Error("a row from after the checkpoint is there")
	}
	o = w.Observe()
	if o.SystemRestarts != 1 || o.RestoredCheckpoint != number || o.Checkpoint <= number {
		t.Errorf("system restarts %d, restored %d of %d, now %d", o.SystemRestarts, o.RestoredCheckpoint, number, o.Checkpoint)
	}
	if err := w.CheckReplicas(); err != nil {
		t.Error(err)
	}
}

// startData starts data nodes together and waits for them.
func startData(t *testing.T, w *World, ids ...engine.NodeID) {
	t.Helper()
	for _, id := range ids {
		order(t, w, engine.StartNode{Slot: slot(w, id)})
	}
	for _, id := range ids {
		until(t, w, engine.AwaitStarted{Slot: slot(w, id)})
	}
}

func TestAnOrderlyStopOfAllLosesNothing(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 2})
	s := session(t, w, 67)
	rows := table(t, s)
	if err := put(t.Context(), s, rows, 1, "a", "b", "c"); err != nil {
		t.Fatal(err)
	}
	stopped := w.Observe().At
	order(t, w, engine.StopAllDataNodes{})
	for _, id := range []engine.NodeID{1, 2, 4, 5} {
		until(t, w, engine.AwaitDown{Slot: slot(w, id)})
		if n := look(w, id); n.Status != engine.StatusStopped || !n.HasData {
			t.Errorf("node %d is %s, has data %v", id, n.Status, n.HasData)
		}
	}
	order(t, w, engine.StopAllDataNodes{})
	startData(t, w, 1, 2, 4, 5)
	if o := w.Observe(); o.RestoredAt.Before(stopped) || o.SystemRestarts != 1 {
		t.Errorf("restored %s, stopped %s, %d system restarts", o.RestoredAt, stopped, o.SystemRestarts)
	}
	eventually(t, w, "reconnect", func(*engine.Observed) bool { return s.Err() == nil })
	for _, key := range []string{"a", "b", "c"} {
		if got, _ := get(t, s, rows, key); got != 1 {
			t.Errorf("row %s is lost", key)
		}
	}
}

// TestANodeRestartCopiesWhatItMissed, with and without --initial.
func TestANodeRestartCopiesWhatItMissed(t *testing.T) {
	for _, initial := range []bool{false, true} {
		t.Run(fmt.Sprintf("initial %v", initial), func(t *testing.T) {
			w := boot(t, twoByTwo, Config{Seed: 3})
			ctx, s := t.Context(), session(t, w, 67)
			rows := table(t, s)
			if err := put(ctx, s, rows, 1, "a", "b", "c", "d"); err != nil {
				t.Fatal(err)
			}
			if err := w.Kill(2); err != nil {
				t.Fatal(err)
			}
			until(t, w, engine.AwaitFailureHandled{Slot: slot(w, 2)})
			if err := put(ctx, s, rows, 2, "c", "d", "e", "f"); err != nil {
				t.Fatal(err)
			}
			began := w.Now()
			order(t, w, engine.StartNode{Slot: slot(w, 2), Initial: initial})
			if n := look(w, 2); n.HasData == initial {
				t.Errorf("the volume has data: %v", n.HasData)
			}
			for n := 0; look(w, 2).Status == engine.StatusStarting; n++ {
				if err := put(ctx, s, rows, int64(n), fmt.Sprintf("during-%d", n)); err != nil {
					t.Fatal(err)
				}
				w.Advance(w.Now() + 10*time.Millisecond)
			}
			until(t, w, engine.AwaitStarted{Slot: slot(w, 2)})
			if took := w.Now() - began; took < 2*time.Second || took > 5*time.Second {
				t.Errorf("the restart took %s", took)
			}
			if err := w.CheckReplicas(); err != nil {
				t.Error(err)
			}
			if a, b := look(w, 1).Rows, look(w, 2).Rows; a != b || a == 0 {
				t.Errorf("%d and %d rows", a, b)
			}
		})
	}
}

func TestAReplicaIsActivatedAndDeactivated(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 4})
	s := session(t, w, 67)
	if err := put(t.Context(), s, table(t, s), 1, "a", "b", "c", "d"); err != nil {
		t.Fatal(err)
	}
	third := slot(w, 3)
	order(t, w, engine.CreateNode{Slot: third})
	order(t, w, engine.StartNode{Slot: third, Initial: true})
	eventually(t, w, "refusal", func(o *engine.Observed) bool { n, _ := o.Node(3); return n.Status == engine.StatusDead })
	order(t, w, engine.ActivateNode{Slot: third})
	order(t, w, engine.StartNode{Slot: third, Initial: true})
	until(t, w, engine.AwaitStarted{Slot: third})
	if n := look(w, 3); !n.Active || n.Rows != look(w, 1).Rows {
		t.Errorf("active %v, %d rows, the peer has %d", n.Active, n.Rows, look(w, 1).Rows)
	}
	order(t, w, engine.DeactivateNode{Slot: third})
	until(t, w, engine.AwaitDown{Slot: third})
	if n := look(w, 3); n.Active || !n.Stale || n.Status != engine.StatusStopped {
		t.Errorf("active %v, stale %v, %s", n.Active, n.Stale, n.Status)
	}
	order(t, w, engine.ActivateNode{Slot: third})
	order(t, w, engine.StartNode{Slot: third})
	eventually(t, w, "refusal", func(o *engine.Observed) bool { n, _ := o.Node(3); return n.Status == engine.StatusDead })
	order(t, w, engine.DeactivateNode{Slot: third})
	order(t, w, engine.RemoveNode{Slot: third, DropVolume: true})
	if n := look(w, 3); n.Status != engine.StatusAbsent || n.HasData || n.Stale {
		t.Errorf("%s, has data %v, stale %v", n.Status, n.HasData, n.Stale)
	}
	if o := w.Observe(); !o.Serving || len(o.Members()) != 4 {
		t.Errorf("%d members", len(o.Members()))
	}
}

func TestTheLastStartedNodeOfAGroupIsNotStopped(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 5})
	order(t, w, engine.StopNode{Slot: slot(w, 2)})
	until(t, w, engine.AwaitDown{Slot: slot(w, 2)})
	denied(t, w, engine.StopNode{Slot: slot(w, 1)}, engine.KindDenied)
	denied(t, w, engine.DeactivateNode{Slot: slot(w, 1)}, engine.KindDenied)
	if o := w.Observe(); !o.Serving {
		t.Error("the cluster stopped")
	}
}

// TestAStopWithoutArbitratorStopsTheRest: half of the data nodes cannot go on
// alone, even after an orderly stop.
func TestAStopWithoutArbitratorStopsTheRest(t *testing.T) {
	w := boot(t, shape{groups: 1, replicas: 2, active: 2, management: 1}, Config{Seed: 6})
	if err := w.Kill(65); err != nil {
		t.Fatal(err)
	}
	order(t, w, engine.StopNode{Slot: slot(w, 2)})
	w.Advance(w.Now() + time.Second)
	if o := w.Observe(); o.Serving {
		t.Error("the rest goes on without an arbitrator")
	}
}

// TestWipingEveryReplicaOfAGroupLosesItsData makes the violation of F8 visible.
func TestWipingEveryReplicaOfAGroupLosesItsData(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 7})
	s := session(t, w, 67)
	if err := put(t.Context(), s, table(t, s), 1, "a", "b", "c", "d"); err != nil {
		t.Fatal(err)
	}
	if err := w.Kill(1, 2, 4, 5); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	for _, id := range []engine.NodeID{1, 2, 4, 5} {
		order(t, w, engine.StartNode{Slot: slot(w, id), Initial: id <= 2})
	}
	eventually(t, w, "refusal", func(o *engine.Observed) bool { n, _ := o.Node(1); return n.Status == engine.StatusDead })
	if o := w.Observe(); o.Serving {
		t.Error("a cluster without the data of a group serves")
	}
}

// TestASystemRestartWaitsForTheNewestData: a node that left earlier cannot stand
// in for the one that went on.
func TestASystemRestartWaitsForTheNewestData(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 8})
	s := session(t, w, 67)
	rows := table(t, s)
	if err := put(t.Context(), s, rows, 1, "a"); err != nil {
		t.Fatal(err)
	}
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitFailureHandled{Slot: slot(w, 2)})
	if err := put(t.Context(), s, rows, 2, "a"); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + 3*time.Second)
	if err := w.Kill(1); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	order(t, w, engine.StartNode{Slot: slot(w, 2)})
	w.Advance(w.Now() + time.Minute)
	if n := look(w, 2); n.Status != engine.StatusStarting {
		t.Fatalf("the node with old data is %s", n.Status)
	}
	startData(t, w, 1, 2)
	eventually(t, w, "reconnect", func(*engine.Observed) bool { return s.Err() == nil })
	if got, _ := get(t, s, rows, "a"); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
	if err := w.CheckReplicas(); err != nil {
		t.Error(err)
	}
}

// TestAPauseHoldsWritesUntilItIsDetected measures the blackout of a silent node.
func TestAPauseHoldsWritesUntilItIsDetected(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 9})
	s := session(t, w, 67)
	rows := table(t, s)
	if err := w.Pause(2, time.Minute); err != nil {
		t.Fatal(err)
	}
	began := w.Now()
	for {
		err := put(t.Context(), s, rows, 1, "a", "b", "c", "d")
		if err == nil {
			break
		}
		var failure *NDBError
		if !errors.As(err, &failure) || !failure.Temporary() {
			t.Fatal(err)
		}
	}
	if took := w.Now() - began; took < 4*w.profile.Heartbeat || took > 6*w.profile.Heartbeat {
		t.Errorf("no commit for %s", took)
	}
}

// TestAWriteWaitsForEveryReplica: not only the commit, the lock too.
func TestAWriteWaitsForEveryReplica(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 10})
	s := session(t, w, 67)
	rows := table(t, s)
	tx := s.Begin()
	for tx.coordinator == nil || tx.coordinator != tx.primaries[0] { // only the backup must be frozen
		tx.Rollback()
		tx = s.Begin()
		if err := tx.Put(t.Context(), rows, "a", Row{"a", int64(1)}); err != nil {
			t.Fatal(err)
		}
	}
	backup := w.node(3 - tx.coordinator.ID)
	if err := w.Pause(backup.ID, time.Second); err != nil {
		t.Fatal(err)
	}
	began := w.Now()
	if err := tx.Put(t.Context(), rows, "a", Row{"a", int64(2)}); err != nil {
		t.Fatal(err)
	}
	if took := w.Now() - began; took != time.Second {
		t.Errorf("the write took %s, want the pause's second", took)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}
