package simdrv

import (
	"context"
	"errors"
	"testing"
	"time"

	"rondb-tui/engine"
)

func TestReadsSeeCommittedRowsAndOwnWrites(t *testing.T) {
	bubble(t, twoByTwo, Config{Seed: 1}, func(t *testing.T, _ *Driver, w *World) {
		ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
		rows := table(t, a)
		tx := a.Begin()
		for i, key := range []string{"a", "b", "c"} {
			if err := tx.Put(ctx, rows, key, Row{key, int64(i)}); err != nil {
				t.Fatal(err)
			}
		}
		mark := tx.Mark()
		if err := tx.Delete(ctx, rows, "a"); err != nil {
			t.Fatal(err)
		}
		if _, found, err := tx.Read(ctx, rows, "a", LockNone); found || err != nil {
			t.Errorf("a deleted row is found (%v)", err)
		}
		tx.RollbackTo(mark)
		if row, found, err := tx.Read(ctx, rows, "a", LockNone); !found || err != nil || row[1] != int64(0) {
			t.Errorf("the undone delete still hides the row: %v %v", row, err)
		}
		if _, found := get(t, b, rows, "a"); found {
			t.Error("an uncommitted row is visible to another session")
		}
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		scan := b.Begin()
		if err := scan.Delete(ctx, rows, "b"); err != nil {
			t.Fatal(err)
		}
		if err := scan.Put(ctx, rows, "d", Row{"d", int64(3)}); err != nil {
			t.Fatal(err)
		}
		for _, mode := range []LockMode{LockNone, LockExclusive} {
			var keys string
			if err := scan.Scan(ctx, rows, mode, func(key string, _ Row) bool { keys += key; return true }); err != nil {
				t.Fatal(err)
			}
			if keys != "acd" {
				t.Errorf("scanned %q, want acd", keys)
			}
		}
		scan.Rollback()
		for _, id := range []engine.NodeID{1, 2, 4, 5} {
			if n := look(w, id); n.Rows == 0 {
				t.Errorf("data node %d holds no row", id)
			}
		}
	})
}

func TestAConflictingWriterWaitsThenTimesOut(t *testing.T) {
	bubble(t, oneByTwo, Config{Seed: 2}, func(t *testing.T, _ *Driver, w *World) {
		ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
		rows := table(t, a)
		if err := put(ctx, a, rows, 1, "x"); err != nil {
			t.Fatal(err)
		}
		first := a.Begin()
		if _, _, err := first.Read(ctx, rows, "x", LockExclusive); err != nil {
			t.Fatal(err)
		}
		second, began := b.Begin(), time.Now()
		_, _, err := second.Read(ctx, rows, "x", LockShared)
		wantNDB(t, err, 1205, 266, OutcomeFailed)
		if took := time.Since(began); took < 1200*time.Millisecond || took > 1300*time.Millisecond {
			t.Errorf("timed out after %s", took)
		}
		if second.Err() == nil {
			t.Error("the transaction goes on after a lock timeout")
		}
		if err := first.Put(ctx, rows, "x", Row{"x", int64(2)}); err != nil {
			t.Fatal(err)
		}
		if err := first.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		if got, _ := get(t, b, rows, "x"); got != 2 {
			t.Errorf("got %d, want 2", got)
		}
	})
}

// TestNoUpdateIsLost lets many sessions add to one row.
func TestNoUpdateIsLost(t *testing.T) {
	bubble(t, twoByTwo, Config{Seed: 3}, func(t *testing.T, _ *Driver, w *World) {
		ctx, s := t.Context(), session(t, w, 67)
		rows := table(t, s)
		if err := put(ctx, s, rows, 0, "sum"); err != nil {
			t.Fatal(err)
		}
		const workers, rounds = 8, 50
		added := make(chan int64, workers)
		for i := range workers {
			own := session(t, w, engine.NodeID(67+i%2))
			go func() {
				count := int64(0)
				for range rounds {
					if add(ctx, own, rows, "sum", 1) == nil {
						count++
					}
				}
				added <- count
			}()
		}
		want := int64(0)
		for range workers {
			want += <-added
		}
		if got, _ := get(t, s, rows, "sum"); got != want || want != workers*rounds {
			t.Errorf("the sum is %d, %d were acknowledged of %d", got, want, workers*rounds)
		}
	})
}

// add reads a row for update and writes it back with a change.
func add(ctx context.Context, s *Session, rows *Table, key string, change int64) error {
	tx := s.Begin()
	defer tx.Rollback()
	row, _, err := tx.Read(ctx, rows, key, LockExclusive)
	if err != nil {
		return err
	}
	value, _ := row[1].(int64)
	if err := tx.Put(ctx, rows, key, Row{key, value + change}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func TestSharedLocksLetReadersInAndUpgrade(t *testing.T) {
	bubble(t, oneByTwo, Config{Seed: 4}, func(t *testing.T, _ *Driver, w *World) {
		ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
		rows := table(t, a)
		first, second := a.Begin(), b.Begin()
		for _, tx := range []*Tx{first, second} {
			if _, _, err := tx.Read(ctx, rows, "x", LockShared); err != nil {
				t.Fatal(err)
			}
		}
		upgraded := make(chan error, 1)
		go func() { upgraded <- first.Put(ctx, rows, "x", Row{"x", int64(1)}) }()
		time.Sleep(100 * time.Millisecond)
		second.Rollback()
		if err := <-upgraded; err != nil {
			t.Fatal(err)
		}
		if err := first.Commit(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestACancelledWaitTakesNoLock(t *testing.T) {
	bubble(t, oneByTwo, Config{Seed: 5}, func(t *testing.T, _ *Driver, w *World) {
		ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
		rows := table(t, a)
		first, second := a.Begin(), b.Begin()
		if err := first.Put(ctx, rows, "x", Row{"x", int64(1)}); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if err := second.Put(short, rows, "x", Row{"x", int64(2)}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		first.Rollback()
		if err := put(ctx, b, rows, 3, "x"); err != nil {
			t.Errorf("the cancelled wait has got the lock: %v", err)
		}
		second.Rollback()
	})
}

// TestAKilledServerIsFenced: what waits in it ends at once, what it had not
// committed never happens, and its row locks are free.
func TestAKilledServerIsFenced(t *testing.T) {
	bubble(t, oneByTwo, Config{Seed: 6}, func(t *testing.T, d *Driver, w *World) {
		ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
		rows := table(t, b)
		holder := a.Begin()
		if err := holder.Put(ctx, rows, "x", Row{"x", int64(1)}); err != nil {
			t.Fatal(err)
		}
		waiter, ended := session(t, w, 67).Begin(), make(chan error, 1)
		go func() { ended <- waiter.Put(ctx, rows, "x", Row{"x", int64(2)}) }()
		time.Sleep(50 * time.Millisecond)
		began := time.Now()
		if err := d.Kill(ctx, []engine.NodeID{67}); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, ErrServerKilled) || time.Since(began) > 0 {
			t.Errorf("the waiting statement ended with %v after %s", err, time.Since(began))
		}
		if err := holder.Commit(ctx); !errors.Is(err, ErrServerKilled) {
			t.Errorf("the commit after the kill ended with %v", err)
		}
		if err := a.Err(); !errors.Is(err, ErrServerKilled) {
			t.Errorf("the session says %v", err)
		}
		if _, found := get(t, b, rows, "x"); found {
			t.Error("an uncommitted write of the killed server is there")
		}
		if err := put(ctx, b, rows, 3, "x"); err != nil {
			t.Errorf("its lock is still held: %v", err)
		}
	})
}

// TestACommitCutShortByAKillIsUnknown looks for both results over some seeds.
func TestACommitCutShortByAKillIsUnknown(t *testing.T) {
	applied := map[bool]int{}
	for seed := range uint64(30) {
		bubble(t, oneByTwo, Config{Seed: seed}, func(t *testing.T, _ *Driver, w *World) {
			ctx, a, b := t.Context(), session(t, w, 67), session(t, w, 68)
			rows, ended := table(t, b), make(chan error, 1)
			tx := a.Begin()
			if err := tx.Put(ctx, rows, "x", Row{"x", int64(1)}); err != nil {
				t.Fatal(err)
			}
			go func() { ended <- tx.Commit(ctx) }()
			time.Sleep(100 * time.Microsecond)
			if err := w.Kill(67); err != nil {
				t.Fatal(err)
			}
			var killed *KilledError
			if err := <-ended; !errors.As(err, &killed) || killed.Outcome != OutcomeUnknown {
				t.Errorf("seed %d: the commit ended with %v", seed, err)
			}
			_, found := get(t, b, rows, "x")
			applied[found]++
		})
	}
	if applied[true] == 0 || applied[false] == 0 {
		t.Errorf("applied %d times, not applied %d times: want both", applied[true], applied[false])
	}
}

// TestAWriterIsNotStarvedByReaders: a reader that comes after a waiting writer
// waits behind it.
func TestAWriterIsNotStarvedByReaders(t *testing.T) {
	bubble(t, oneByTwo, Config{Seed: 7}, func(t *testing.T, _ *Driver, w *World) {
		ctx := t.Context()
		rows := table(t, session(t, w, 67))
		began := make(chan string, 3)
		first := session(t, w, 67).Begin()
		if _, _, err := first.Read(ctx, rows, "x", LockShared); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"writer", "reader"} {
			tx, mode := session(t, w, 68).Begin(), []LockMode{LockExclusive, LockShared}[i]
			go func() {
				if _, _, err := tx.Read(ctx, rows, "x", mode); err != nil {
					t.Error(err)
				}
				began <- name
				tx.Rollback()
			}()
			time.Sleep(10 * time.Millisecond)
		}
		select {
		case name := <-began:
			t.Errorf("the %s did not wait", name)
		default:
		}
		first.Rollback()
		if name := <-began; name != "writer" {
			t.Errorf("the %s came first", name)
		}
		<-began
	})
}
