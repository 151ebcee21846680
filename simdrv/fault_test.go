package simdrv

import (
	"errors"
	"slices"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestACommitOfADeadCoordinatorIsTakenOver applies it everywhere or nowhere, and
// says which.
func TestACommitOfADeadCoordinatorIsTakenOver(t *testing.T) {
	results := map[bool]int{}
	for seed := range uint64(40) {
		w := boot(t, twoByTwo, Config{Seed: seed})
		s := session(t, w, 67)
		rows := table(t, s)
		tx := s.Begin()
		for _, key := range []string{"a", "b", "c", "d"} {
			if err := tx.Put(t.Context(), rows, key, Row{key, int64(1)}); err != nil {
				t.Fatal(err)
			}
		}
		strike(w, 100*time.Microsecond, tx.coordinator.ID)
		err := tx.Commit(t.Context())
		if err != nil {
			wantNDB(t, err, 1297, 4010, OutcomeFailed)
		}
		for _, key := range []string{"a", "b", "c", "d"} {
			if _, found := get(t, s, rows, key); found != (err == nil) {
				t.Fatalf("seed %d: the commit ended with %v, row %s is there: %v", seed, err, key, found)
			}
		}
		results[err == nil]++
		if err := w.CheckReplicas(); err != nil {
			t.Error(err)
		}
	}
	if results[true] == 0 || results[false] == 0 {
		t.Errorf("applied %d times, aborted %d times: want both", results[true], results[false])
	}
}

// strike kills a node at a moment to come.
func strike(w *World, in time.Duration, id engine.NodeID) {
	w.enter()
	defer w.leave()
	w.after(in, func() {
		if err := w.kill([]engine.NodeID{id}); err != nil {
			w.note("nobody to strike: %v", err)
		}
	})
}

// TestOnlyTransactionsThatTouchedAFailedNodeAbort: the others go on, after the
// wait.
func TestOnlyTransactionsThatTouchedAFailedNodeAbort(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 2})
	s := session(t, w, 67)
	rows := table(t, s)
	var all []*Tx
	for i := range 40 {
		tx := s.Begin()
		key := string(rune('A' + i))
		if err := tx.Put(t.Context(), rows, key, Row{key, int64(1)}); err != nil {
			t.Fatal(err)
		}
		all = append(all, tx)
	}
	victim := w.node(2)
	touched := map[*Tx]int{}
	for _, tx := range all {
		if slices.Contains(tx.primaries, victim) {
			touched[tx] = 286
		}
		if tx.coordinator == victim {
			touched[tx] = 4010
		}
	}
	if len(touched) == 0 || len(touched) == len(all) {
		t.Fatalf("%d of %d transactions touch the victim: the test proves nothing", len(touched), len(all))
	}
	if err := w.Kill(victim.ID); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	for i, tx := range all {
		if code := touched[tx]; code != 0 {
			wantNDB(t, tx.Err(), 1297, code, OutcomeFailed)
		} else if err := tx.Commit(t.Context()); err != nil {
			t.Errorf("transaction %d: %v", i, err)
		}
	}
}

func TestACommitThatTheClusterDidNotSurviveIsUnknown(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 3})
	s := session(t, w, 67)
	rows := table(t, s)
	tx := s.Begin()
	if err := tx.Put(t.Context(), rows, "a", Row{"a", int64(1)}); err != nil {
		t.Fatal(err)
	}
	strike(w, 100*time.Microsecond, 1)
	strike(w, 100*time.Microsecond, 2)
	wantNDB(t, tx.Commit(t.Context()), 1296, 4009, OutcomeUnknown)
}

// TestAnIsolatedServerLosesItsTransactionsAndComesBack: its locks must not
// block the others longer than the heartbeats take.
func TestAnIsolatedServerLosesItsTransactionsAndComesBack(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 4})
	s, other := session(t, w, 67), session(t, w, 68)
	rows := table(t, s)
	tx := s.Begin()
	if err := tx.Put(t.Context(), rows, "a", Row{"a", int64(1)}); err != nil {
		t.Fatal(err)
	}
	if err := w.Isolate(67, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if n := look(w, 67); !n.Isolated || n.Lease == nil {
		t.Errorf("isolated %v, lease %v", n.Isolated, n.Lease)
	}
	w.Advance(w.Now() + 4*w.profile.APIHeartbeat)
	wantNDB(t, tx.Err(), 1297, 4010, OutcomeFailed)
	wantNDB(t, s.Err(), 1296, 4009, OutcomeFailed)
	if err := put(t.Context(), other, rows, 2, "a"); err != nil {
		t.Error(err)
	}
	w.Advance(w.Now() + 15*time.Second)
	if err := put(t.Context(), s, rows, 3, "a"); err != nil {
		t.Errorf("after the heal: %v", err)
	}
}

func TestFaultsNeedALeaseAndAProcess(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 5})
	for _, tc := range []struct {
		name string
		err  error
		kind engine.ErrorKind
	}{
		{"no lease", w.Pause(2, 0), engine.KindInvalid},
		{"no such node", w.Kill(2, 99), engine.KindNotFound},
		{"no process", w.Isolate(195, time.Second), engine.KindDenied},
	} {
		if tc.err == nil || engine.KindOf(tc.err) != tc.kind {
			t.Errorf("%s: got %v, want kind %s", tc.name, tc.err, tc.kind)
		}
	}
	if look(w, 2).Status != engine.StatusStarted {
		t.Error("a refused kill has killed")
	}
	for i := 0; ; i++ {
		err := w.Cut([]engine.NodeID{67}, []engine.NodeID{68}, time.Minute)
		if err == nil && i < maxFaults {
			continue
		}
		if engine.KindOf(err) != engine.KindDenied || i != maxFaults {
			t.Errorf("fault %d: %v", i, err)
		}
		break
	}
}

func TestStepsAreIdempotent(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 6})
	before := look(w, 2)
	order(t, w, engine.WriteConfig{Config: oneByTwo.config()})
	order(t, w, engine.CreateNode{Slot: before.Slot})
	order(t, w, engine.StartNode{Slot: before.Slot, Initial: true})
	order(t, w, engine.ActivateNode{Slot: before.Slot})
	order(t, w, engine.StopNode{Slot: slot(w, 195)})
	order(t, w, engine.RemoveNode{Slot: slot(w, 195), DropVolume: true})
	if after := look(w, 2); after != before {
		t.Errorf("repeated steps changed %+v to %+v", before, after)
	}
	denied(t, w, engine.RemoveNode{Slot: before.Slot}, engine.KindDenied)
	denied(t, w, engine.StartNode{Slot: slot(w, 195)}, engine.KindNotFound)
	denied(t, w, engine.StartNode{Slot: engine.Slot{ID: 99}}, engine.KindNotFound)
	denied(t, w, engine.WriteConfig{Config: twoByTwo.config()}, engine.KindUnsupported)
	denied(t, w, engine.AwaitDown{Slot: before.Slot}, engine.KindConflict)
}

// TestOrdersGetLost with both halves of a lost call.
func TestOrdersGetLost(t *testing.T) {
	for _, tc := range []struct {
		name    string
		chances Faults
		want    engine.NodeStatus
	}{
		{"order", Faults{DoFails: 1}, engine.StatusStarted},
		{"reply", Faults{ReplyLost: 1}, engine.StatusStopping},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := boot(t, oneByTwo, Config{Seed: 7})
			w.SetFaults(tc.chances)
			denied(t, w, engine.StopNode{Slot: slot(w, 68)}, engine.KindTransient)
			if got := look(w, 68).Status; got != tc.want {
				t.Errorf("the server is %s, want %s", got, tc.want)
			}
		})
	}
}

func TestACrashInAStartPhaseIsReported(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 8})
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitFailureHandled{Slot: slot(w, 2)})
	w.SetFaults(Faults{CrashInPhase: 1})
	order(t, w, engine.StartNode{Slot: slot(w, 2)})
	eventually(t, w, "crash", func(o *engine.Observed) bool { n, _ := o.Node(2); return n.Status == engine.StatusDead })
	if n := look(w, 2); n.Err == "" {
		t.Error("the crash left no error")
	}
	if o := w.Observe(); !o.Serving {
		t.Error("the crash of a starting node stopped the cluster")
	}
}

func TestTheDictionaryAnswers(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 9})
	s, other := session(t, w, 67), session(t, w, 68)
	rows := table(t, s)
	if found, ok := other.Table("test", "rows"); !ok || found != rows {
		t.Error("another MySQL server does not see the table")
	}
	for _, tc := range []struct {
		name string
		err  error
		want error
	}{
		{"database again", s.CreateDatabase("test"), ErrExists},
		{"no such database", s.DropDatabase("none"), ErrNotFound},
		{"no such table", s.DropTable(t.Context(), "test", "none"), ErrNotFound},
		{"table again", create(t, s, "test", "rows"), ErrExists},
		{"table in no database", create(t, s, "none", "rows"), ErrNotFound},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, tc.err, tc.want)
		}
	}
	for want := uint64(1); want < 30; want += 10 {
		if first, err := s.NextAutoIncrement(rows, 10); err != nil || first != want {
			t.Errorf("got %d (%v), want %d", first, err, want)
		}
	}
	if err := s.SetAutoIncrement(rows, 100); err != nil {
		t.Fatal(err)
	}
	if first, err := other.NextAutoIncrement(rows, 1); err != nil || first != 100 {
		t.Errorf("got %d (%v), want 100", first, err)
	}
	if err := s.DropDatabase("test"); err != nil {
		t.Fatal(err)
	}
	wantNDB(t, put(t.Context(), s, rows, 1, "a"), 1296, 723, OutcomeFailed)
	if names := s.Databases(); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

func create(t *testing.T, s *Session, database, name string) error {
	t.Helper()
	_, err := s.CreateTable(t.Context(), Table{Database: database, Name: name})
	return err
}
