package simdrv

import (
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// TestArbitrationAgreesWithTheVocabulary compares the world's own rules with
// engine.Survive for every loss from every set of live nodes up to 3 groups of 3.
func TestArbitrationAgreesWithTheVocabulary(t *testing.T) {
	for groups := 1; groups <= 3; groups++ {
		const replicas = 3
		slots := groups * replicas
		for alive := range 1 << slots {
			for lost := alive; ; lost = (lost - 1) & alive {
				compareRules(t, groups, replicas, alive, lost)
				if lost == 0 {
					break
				}
			}
		}
	}
}

func compareRules(t *testing.T, groups, replicas, alive, lost int) {
	t.Helper()
	before, side := make([]int, groups), make([]int, groups)
	var members []engine.Member
	gone := map[engine.NodeID]bool{}
	for i := range groups * replicas {
		if alive>>i&1 == 0 {
			continue
		}
		id, group := engine.NodeID(i+1), engine.GroupID(i/replicas)
		members = append(members, engine.Member{ID: id, Group: group})
		before[group]++
		if lost>>i&1 == 1 {
			gone[id] = true
		} else {
			side[group]++
		}
	}
	ours := judge(before, side)
	for _, arbitrator := range []bool{true, false} {
		got := ours
		switch {
		case ours == arbitrateHalf && arbitrator:
			got = wonArbitrator
		case ours == arbitrateHalf:
			got = lostNoArbitrator
		}
		if want := engine.Survive(members, gone, groups, arbitrator); got != want.Code {
			t.Fatalf("%d groups, alive %b, lost %b, arbitrator %v: got %d, want %d", groups, alive, lost, arbitrator, got, want.Code)
		}
	}
}

// TestTheClusterDecidesAsTheRulesSay kills every set of nodes of a real world at
// the same moment and compares what is left with engine.Survive.
func TestTheClusterDecidesAsTheRulesSay(t *testing.T) {
	shapes := []shape{
		{groups: 1, replicas: 2, active: 2, management: 1, mysql: 1},
		{groups: 1, replicas: 3, active: 3, management: 1, mysql: 1},
		{groups: 2, replicas: 2, active: 2, management: 1, mysql: 1},
		{groups: 2, replicas: 3, active: 3, management: 1, mysql: 1},
	}
	for _, s := range shapes {
		nodes := s.slots(engine.KindData)
		for set := 1; set < 1<<len(nodes); set++ {
			w := boot(t, s, Config{Seed: uint64(set)})
			o := w.Observe()
			lost := map[engine.NodeID]bool{}
			var victims []engine.NodeID
			for i, slot := range nodes {
				if set>>i&1 == 1 {
					lost[slot.ID] = true
					victims = append(victims, slot.ID)
				}
			}
			want := engine.Survive(o.Members(), lost, s.groups, o.ArbitrationReady)
			if err := w.Kill(victims...); err != nil {
				t.Fatal(err)
			}
			w.Advance(w.Now() + time.Second)
			if o := w.Observe(); o.Serving != want.Survives || want.Survives && len(o.Members()) != len(nodes)-len(victims) {
				t.Errorf("%d groups of %d, lost %v: serving %v with %d members, want %v (%s)",
					s.groups, s.active, victims, o.Serving, len(o.Members()), want.Survives, want.Why)
			}
		}
	}
}

func TestHowSoonAFailureIsNoticed(t *testing.T) {
	demo := DemoProfile()
	for _, tc := range []struct {
		name        string
		fail        func(*World) error
		least, most time.Duration
	}{
		{"killed", func(w *World) error { return w.Kill(2) }, demo.DetectMin, demo.DetectMax},
		{"paused", func(w *World) error { return w.Pause(2, time.Minute) }, 4 * demo.Heartbeat, 5 * demo.Heartbeat},
		{"isolated", func(w *World) error { return w.Isolate(2, time.Minute) }, 4 * demo.Heartbeat, 5 * demo.Heartbeat},
		{"cut off", func(w *World) error {
			return w.Cut([]engine.NodeID{2}, []engine.NodeID{1, 65}, time.Minute)
		}, 4 * demo.Heartbeat, 5 * demo.Heartbeat},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := boot(t, oneByTwo, Config{Seed: 3})
			began := w.Now()
			if err := tc.fail(w); err != nil {
				t.Fatal(err)
			}
			eventually(t, w, "detection", func(*engine.Observed) bool { return !w.node(2).replica.member })
			if took := w.Now() - began; took < tc.least || took > tc.most {
				t.Errorf("noticed after %s, want %s to %s", took, tc.least, tc.most)
			}
			if o := w.Observe(); !o.Serving {
				t.Errorf("the arbitrator let nobody go on: %s", describe(w))
			}
			until(t, w, engine.AwaitFailureHandled{Slot: slot(w, 2)})
		})
	}
}

func TestADeclaredDeadNodeEndsWhenItResumes(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 4})
	if err := w.Pause(2, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + 5*time.Second)
	if n := look(w, 2); n.Status != engine.StatusPaused || n.Lease == nil || n.Lease.Fault != "pause" {
		t.Fatalf("status %s, lease %v", n.Status, n.Lease)
	}
	w.Advance(w.Now() + 6*time.Second)
	if n := look(w, 2); n.Status != engine.StatusDead || !strings.Contains(n.Err, "2315") {
		t.Errorf("status %s, error %q", n.Status, n.Err)
	}
}

func TestAShortPauseIsForgiven(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 5})
	if err := w.Pause(2, time.Minute); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	if err := w.Resume(2); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Minute)
	if o := w.Observe(); len(o.Members()) != 2 {
		t.Errorf("%d members, want 2: %s", len(o.Members()), describe(w))
	}
}

func TestTheLosingSideOfAPartitionEndsWith2305(t *testing.T) {
	for seed := range uint64(20) {
		w := boot(t, twoByTwo, Config{Seed: seed})
		if err := w.Cut([]engine.NodeID{1, 4}, []engine.NodeID{2, 5}, time.Minute); err != nil {
			t.Fatal(err)
		}
		w.Advance(w.Now() + 10*time.Second)
		o := w.Observe()
		members := o.Members()
		if !o.Serving || len(members) != 2 {
			t.Fatalf("seed %d: serving %v, members %v", seed, o.Serving, members)
		}
		for _, id := range []engine.NodeID{1, 2, 4, 5} {
			if n := look(w, id); n.Status != engine.StatusStarted && !strings.Contains(n.Err, "2305") {
				t.Errorf("seed %d: node %d is %s with %q", seed, id, n.Status, n.Err)
			}
		}
	}
}

// TestTheArbitratorAnswersOnce: the loss of one of three nodes needs no
// arbitrator but renews the ticket; the next loss at once finds none ready.
func TestTheArbitratorAnswersOnce(t *testing.T) {
	three := shape{groups: 1, replicas: 3, active: 3, management: 1, mysql: 1}
	for _, tc := range []struct {
		name   string
		pause  time.Duration
		serves bool
	}{{"at once", 0, false}, {"after an election", time.Second, true}} {
		t.Run(tc.name, func(t *testing.T) {
			w := boot(t, three, Config{Seed: 6})
			if err := w.Kill(3); err != nil {
				t.Fatal(err)
			}
			eventually(t, w, "detection", func(*engine.Observed) bool { return !w.node(3).replica.member })
			w.Advance(w.Now() + tc.pause)
			if err := w.Kill(2); err != nil {
				t.Fatal(err)
			}
			w.Advance(w.Now() + time.Second)
			if o := w.Observe(); o.Serving != tc.serves {
				t.Errorf("serving %v, want %v", o.Serving, tc.serves)
			}
		})
	}
}

func TestASilentArbitratorCostsTheCluster(t *testing.T) {
	w := boot(t, shape{groups: 1, replicas: 2, active: 2, management: 1}, Config{Seed: 7})
	if err := w.Pause(65, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + 500*time.Millisecond)
	if o := w.Observe(); !o.Serving {
		t.Fatal("the arbitrator got no time to answer")
	}
	w.Advance(w.Now() + 2*time.Second)
	if o := w.Observe(); o.Serving || look(w, 1).Status != engine.StatusDead {
		t.Errorf("the cluster goes on without an answer: %s", describe(w))
	}
}

func TestAMySQLServerArbitratesWithoutManagementServer(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 8})
	if err := w.Kill(65); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitArbitration{})
	if o := w.Observe(); o.Arbitrator != 67 {
		t.Fatalf("the arbitrator is %d, want 67", o.Arbitrator)
	}
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	w.Advance(w.Now() + time.Second)
	if o := w.Observe(); !o.Serving {
		t.Error("the cluster stopped")
	}
}

func TestThePresidentIsTheOldest(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 9})
	if o := w.Observe(); o.President != 1 {
		t.Fatalf("the president is %d, want 1", o.President)
	}
	restart(t, w, 1)
	if o := w.Observe(); o.President != 2 {
		t.Errorf("the president is %d, want 2", o.President)
	}
}

// restart kills a data node and starts it again.
func restart(t testing.TB, w *World, id engine.NodeID) {
	t.Helper()
	if err := w.Kill(id); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitFailureHandled{Slot: slot(w, id)})
	order(t, w, engine.StartNode{Slot: slot(w, id)})
	until(t, w, engine.AwaitStarted{Slot: slot(w, id)})
	until(t, w, engine.AwaitArbitration{})
}
