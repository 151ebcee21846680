package simdrv

import (
	"fmt"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// TestTheCheckerSeesWhatIsWrong spoils one replica at a time.
func TestTheCheckerSeesWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(w *World, p part, r *replica)
		want  string
	}{
		{"nothing", func(*World, part, *replica) {}, ""},
		{"another value", func(_ *World, p part, r *replica) { r.set(p, "a", Row{"a", int64(9)}, false) }, "row \"a\""},
		{"a missing row", func(_ *World, p part, r *replica) { r.set(p, "a", nil, true) }, "row \"a\""},
		{"a misplaced row", func(_ *World, p part, r *replica) {
			r.set(part{p.table, (p.fragment + 2) % 4}, "a", Row{"a", int64(1)}, false)
		}, "instead of"},
		{"a lock of nobody", func(w *World, p part, _ *replica) { w.locks[rowKey{p.table, "a"}] = &rowLock{} }, "row locks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := boot(t, twoByTwo, Config{Seed: 1})
			s := session(t, w, 67)
			rows := table(t, s)
			if err := put(t.Context(), s, rows, 1, "a"); err != nil {
				t.Fatal(err)
			}
			home := w.partOf(rows.ID, "a")
			tc.spoil(w, home, &w.groupOf(home)[1].replica)
			err := w.CheckReplicas()
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestLimitsAreErrorsNotSurprises(t *testing.T) {
	w := New(Config{Seed: 2})
	config := oneByTwo.config()
	config.TotalMemory = "1M"
	order(t, w, engine.WriteConfig{Config: config})
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL} {
		for _, slot := range oneByTwo.slots(kind) {
			order(t, w, engine.CreateNode{Slot: slot})
			order(t, w, engine.StartNode{Slot: slot})
		}
	}
	until(t, w, engine.AwaitStarted{Slot: slot(w, 67)})
	s := session(t, w, 67)
	rows := table(t, s)
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		err = put(t.Context(), s, rows, 1, fmt.Sprint(i))
	}
	wantNDB(t, err, 1296, 827, OutcomeFailed)
	if n := look(w, 1); n.MemoryUsed < n.MemoryTotal || n.MemoryTotal != 1<<20 {
		t.Errorf("%d of %d bytes are used", n.MemoryUsed, n.MemoryTotal)
	}
	tx := s.Begin()
	for err = nil; err == nil; {
		err = tx.Delete(t.Context(), rows, "0")
	}
	wantNDB(t, err, 1297, 233, OutcomeFailed)
	for err = nil; err == nil; {
		_, err = w.OpenSession(67)
	}
	if engine.KindOf(err) != engine.KindDenied {
		t.Errorf("too many sessions: %v", err)
	}
}
