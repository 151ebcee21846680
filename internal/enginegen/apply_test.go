package enginegen

import (
	"errors"
	"testing"

	"rondb-tui/engine"
)

// TestThePerfectWorldRefusesWhatWouldHarm: each step is one that a careless plan
// might hold, and the model must not play along.
func TestThePerfectWorldRefusesWhatWouldHarm(t *testing.T) {
	spec := engine.DefaultSpec()
	data := engine.Slot{ID: 1, Kind: engine.KindData}
	mysqld := engine.Slot{ID: spec.MySQLID(0), Kind: engine.KindMySQL, Group: engine.NoGroup}
	tests := []struct {
		name  string
		setUp func(o *engine.Observed)
		step  engine.Action
		kind  engine.ErrorKind
	}{
		{"--initial on the last copy", func(o *engine.Observed) { lose(o, 2); find(o, 1).Status = engine.StatusDead }, engine.StartNode{Slot: data, Initial: true}, engine.KindDenied},
		{"the last copy's volume", func(o *engine.Observed) { lose(o, 2); find(o, 1).Status = engine.StatusDead }, engine.RemoveNode{Slot: data, DropVolume: true}, engine.KindDenied},
		{"a volume in use", func(*engine.Observed) {}, engine.RemoveNode{Slot: data}, engine.KindDenied},
		{"a stale volume", func(o *engine.Observed) { find(o, 1).Status, find(o, 1).Stale = engine.StatusDead, true }, engine.StartNode{Slot: data}, engine.KindDenied},
		{"an inactive slot", func(o *engine.Observed) { find(o, 1).Status, find(o, 1).Active = engine.StatusDead, false }, engine.StartNode{Slot: data}, engine.KindDenied},
		{"a start twice", func(*engine.Observed) {}, engine.StartNode{Slot: data}, engine.KindDenied},
		{"too early", func(o *engine.Observed) { find(o, 1).Status, find(o, 1).FailureHandled = engine.StatusDead, false }, engine.StartNode{Slot: data}, engine.KindDenied},
		{"no management server", func(o *engine.Observed) {
			find(o, spec.ManagementID(0)).Status = engine.StatusDead
			find(o, mysqld.ID).Status = engine.StatusDead
		}, engine.StartNode{Slot: mysqld}, engine.KindDenied},
		{"a paused node", func(o *engine.Observed) { find(o, mysqld.ID).Status = engine.StatusPaused }, engine.StopNode{Slot: mysqld}, engine.KindDenied},
		{"down without being asked", func(*engine.Observed) {}, engine.AwaitDown{Slot: data}, engine.KindDenied},
		{"started without being started", func(o *engine.Observed) { find(o, 1).Status = engine.StatusDead }, engine.AwaitStarted{Slot: data}, engine.KindConflict},
		{"no such slot", func(*engine.Observed) {}, engine.AwaitDown{Slot: engine.Slot{ID: 99}}, engine.KindNotFound},
	}
	for _, test := range tests {
		o := Settled(spec)
		test.setUp(&o)
		err := Apply(&o, engine.Step{Action: test.step})
		if err == nil || engine.KindOf(err) != test.kind {
			t.Errorf("%s: %s gives %v, want an error that is %s", test.name, test.step, err, test.kind)
		}
	}
}

func find(o *engine.Observed, id engine.NodeID) *engine.NodeObservation {
	n, _ := o.Node(id)
	return n
}

func lose(o *engine.Observed, id engine.NodeID) {
	n := find(o, id)
	n.Status, n.HasData = engine.StatusDead, false
}

// TestAGroupWithoutAReplicaTakesTheRestDown: the model knows what F1 protects.
func TestAGroupWithoutAReplicaTakesTheRestDown(t *testing.T) {
	spec := engine.DefaultSpec()
	spec.ActiveReplicationFactor = 1
	o := Settled(spec)
	if err := Apply(&o, engine.Step{Action: engine.StopNode{Slot: find(&o, 1).Slot}}); err != nil {
		t.Fatal(err)
	}
	if o.Serving || o.ArbitrationReady || find(&o, 4).Status != engine.StatusDead {
		t.Errorf("serving %t, arbitration %t, node 4 %s", o.Serving, o.ArbitrationReady, find(&o, 4).Status)
	}
}

// TestAwaitsWaitForEachOther: no data node of a new cluster is started before all
// active ones are starting, and then all are.
func TestAwaitsWaitForEachOther(t *testing.T) {
	spec := engine.DefaultSpec()
	o := engine.Observed{At: Now}
	writeConfig(&o, spec.Config())
	find(&o, spec.ManagementID(0)).Status = engine.StatusStarted
	await := engine.Step{Action: engine.AwaitStarted{Slot: find(&o, 1).Slot}}
	for _, id := range []engine.NodeID{1, 2, 4, 5} {
		n := find(&o, id)
		if n.Status = engine.StatusStopped; Apply(&o, engine.Step{Action: engine.StartNode{Slot: n.Slot}}) != nil {
			t.Fatal(id)
		}
		if err := Apply(&o, await); (id != 5) != errors.Is(err, ErrNotYet) {
			t.Fatalf("after the start of %d: %v", id, err)
		}
	}
	if !o.Serving || !o.Formed || find(&o, 5).Status != engine.StatusStarted {
		t.Errorf("serving %t, formed %t, node 5 %s", o.Serving, o.Formed, find(&o, 5).Status)
	}
}

func TestEnumerateVisitsEveryChoiceOnce(t *testing.T) {
	seen := make(map[[3]int]int)
	Enumerate([]int{2, 3, 1}, func(choice []int) { seen[[3]int(choice)]++ })
	if len(seen) != 6 {
		t.Errorf("%d choices: %v", len(seen), seen)
	}
}
