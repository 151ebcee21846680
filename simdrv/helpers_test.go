package simdrv

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// shape is the topology of a test's cluster.
type shape struct {
	groups, replicas, active, management, mysql int
}

var (
	oneByTwo = shape{groups: 1, replicas: 2, active: 2, management: 1, mysql: 2}
	twoByTwo = shape{groups: 2, replicas: 3, active: 2, management: 1, mysql: 2}
)

func (s shape) config() engine.ClusterConfig {
	return engine.ClusterConfig{
		NodeGroups: s.groups, MaxReplicas: s.replicas, ReplicasAtStart: s.active,
		MysqldSlots: 4, MysqldSlotsPer: 1, APISlots: 2, APISlotsPer: 1,
		Version: "24.10.0", TotalMemory: "2400M",
	}
}

// ids lists the nodes of a kind that the shape fills.
func (s shape) slots(kind engine.NodeKind) []engine.Slot {
	spec := engine.Spec{
		NumNodeGroups: s.groups, MaxReplicationFactor: s.replicas, ActiveReplicationFactor: s.active,
		NumTotalMysqldSlots: 4, NumTotalApiSlots: 2, NumManagedMgmdVms: s.management, NumManagedMysqldVms: s.mysql,
	}
	var slots []engine.Slot
	for _, slot := range spec.Slots() {
		if slot.Kind == kind && spec.Fills(slot) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// order performs a step that must succeed at once.
func order(t testing.TB, w *World, action engine.Action) {
	t.Helper()
	if done, err := w.Do(engine.Step{Action: action}); err != nil || !done {
		t.Fatalf("%s: done %v, error %v", action, done, err)
	}
}

// denied performs a step that must fail with a kind.
func denied(t testing.TB, w *World, action engine.Action, kind engine.ErrorKind) {
	t.Helper()
	if _, err := w.Do(engine.Step{Action: action}); err == nil || engine.KindOf(err) != kind {
		t.Fatalf("%s: got %v, want an error of kind %s", action, err, kind)
	}
}

// until advances virtual time, event by event, until a step is done.
func until(t testing.TB, w *World, action engine.Action) {
	t.Helper()
	limit := w.Now() + 10*time.Minute
	for {
		done, err := w.Do(engine.Step{Action: action})
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		if done {
			return
		}
		at, ok := w.NextEventAt()
		if !ok || at > limit {
			t.Fatalf("%s: nothing more happens; %s", action, describe(w))
		}
		w.Advance(at)
	}
}

// eventually advances virtual time until a condition on the observation holds.
func eventually(t testing.TB, w *World, what string, holds func(*engine.Observed) bool) {
	t.Helper()
	limit := w.Now() + 10*time.Minute
	for {
		if o := w.Observe(); holds(&o) {
			return
		}
		at, ok := w.NextEventAt()
		if !ok || at > limit {
			t.Fatalf("%s: nothing more happens; %s", what, describe(w))
		}
		w.Advance(at)
	}
}

func describe(w *World) string {
	o := w.Observe()
	text := fmt.Sprintf("at %s, serving %v", w.Now(), o.Serving)
	for _, n := range o.Nodes {
		if n.Status != engine.StatusAbsent {
			text += fmt.Sprintf("; %s %s phase %d (%s) %s", n.Slot, n.Status, n.StartPhase, n.Doing, n.Err)
		}
	}
	return text
}

// boot starts a whole cluster in virtual time.
func boot(t testing.TB, s shape, cfg Config) *World {
	t.Helper()
	w := New(cfg)
	order(t, w, engine.WriteConfig{Config: s.config()})
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL} {
		for _, slot := range s.slots(kind) {
			order(t, w, engine.CreateNode{Slot: slot})
			order(t, w, engine.StartNode{Slot: slot})
		}
		for _, slot := range s.slots(kind) {
			until(t, w, engine.AwaitStarted{Slot: slot})
		}
	}
	until(t, w, engine.AwaitArbitration{})
	return w
}

func look(w *World, id engine.NodeID) engine.NodeObservation {
	o := w.Observe()
	n, _ := o.Node(id)
	return *n
}

func slot(w *World, id engine.NodeID) engine.Slot { return look(w, id).Slot }

// bubble boots a cluster and lets its driver run in a synctest bubble.
func bubble(t *testing.T, s shape, cfg Config, test func(t *testing.T, d *Driver, w *World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := boot(t, s, cfg)
		d := NewDriver(w, Options{})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		test(t, d, w)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
		if err := w.CheckReplicas(); err != nil {
			t.Error(err)
		}
	})
}

// session opens a session that is closed at the test's end.
func session(t testing.TB, w *World, server engine.NodeID) *Session {
	t.Helper()
	s, err := w.OpenSession(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// table makes the test's table, or finds it.
func table(t testing.TB, s *Session) *Table {
	t.Helper()
	if found, ok := s.Table("test", "rows"); ok {
		return found
	}
	if err := s.CreateDatabase("test"); err != nil {
		t.Fatal(err)
	}
	made, err := s.CreateTable(t.Context(), Table{Database: "test", Name: "rows"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// put writes rows in one transaction.
func put(ctx context.Context, s *Session, t *Table, value int64, keys ...string) error {
	tx := s.Begin()
	defer tx.Rollback()
	for _, key := range keys {
		if err := tx.Put(ctx, t, key, Row{key, value}); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// get reads the value of a committed row.
func get(t testing.TB, s *Session, table *Table, key string) (value int64, found bool) {
	t.Helper()
	tx := s.Begin()
	defer tx.Rollback()
	row, found, err := tx.Read(t.Context(), table, key, LockNone)
	if err != nil {
		t.Fatalf("read %q: %v", key, err)
	}
	if !found {
		return 0, false
	}
	value, isNumber := row[1].(int64)
	if !isNumber {
		t.Fatalf("row %q is %v", key, row)
	}
	return value, true
}

// wantNDB checks an error's numbers.
func wantNDB(t *testing.T, err error, mysql, ndb int, outcome Outcome) {
	t.Helper()
	var e *NDBError
	if !errors.As(err, &e) || e.MySQL != mysql || e.NDB != ndb || e.Outcome != outcome {
		t.Errorf("got %v (%#v), want %d wrapping %d", err, err, mysql, ndb)
	}
}
