package loop

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

func nodes(ids ...engine.NodeID) []engine.NodeID { return ids }

// TestFaults asks for every fault and looks at the effect and the words.
func TestFaults(t *testing.T) {
	cases := []struct {
		intent engine.Intent
		want   Fault
		said   string
		struck []engine.NodeID
	}{
		{engine.KillNode{Targets: nodes(67, 5, 5)}, Fault{Do: FaultKill, Targets: nodes(5, 67)}, "chaos: kill -9 data node 5 (node group 1)", nodes(5, 67)},
		{engine.PauseNode{Targets: nodes(1)}, Fault{Do: FaultPause, Targets: nodes(1), Lease: time.Minute}, "chaos: pause data node 1 for 1m0s", nodes(1)},
		{engine.IsolateNode{Targets: nodes(67), Lease: 5 * time.Second}, Fault{Do: FaultIsolate, Targets: nodes(67), Lease: 5 * time.Second},
			"chaos: isolate MySQL server 67 for 5s", nodes(67)},
		{engine.ResumeNode{Targets: nodes(2, 1)}, Fault{Do: FaultResume, Targets: nodes(1, 2)}, "chaos: resume data node 2", nil},
		{engine.HealFaults{Targets: nodes(2)}, Fault{Do: FaultHeal, Targets: nodes(2)}, "chaos: heal data node 2", nil},
		{engine.HealFaults{}, Fault{Do: FaultHeal}, "chaos: heal all faults", nil},
	}
	for _, c := range cases {
		r := running(t)
		if err := r.ask(engine.Request{Intent: c.intent, By: engine.ActorChaos}); err != nil {
			t.Errorf("%T: %v", c.intent, err)
		}
		c.want.ID = r.asked
		if len(r.faults) != 1 || !reflect.DeepEqual(r.faults[0], c.want) {
			t.Errorf("%T gives %+v, want %+v", c.intent, r.faults, c.want)
		}
		r.wantSaid(c.said)
		if n := strings.Count(eventTexts(r.core.View().Events), c.said); n != 1 {
			t.Errorf("%q is said %d times", c.said, n)
		}
		if !slices.Equal(r.core.world.struck, c.struck) || r.core.faults != 0 {
			t.Errorf("%T: struck %v, %d under way", c.intent, r.core.world.struck, r.core.faults)
		}
		if r.look(); r.core.world.struck != nil {
			t.Errorf("%T: still struck after a look: %v", c.intent, r.core.world.struck)
		}
	}
}

// TestFaultIsAnsweredOnceSeen: a script that kills and then waits for the cluster
// to be healthy must not find the state from before its kill.
func TestFaultIsAnsweredOnceSeen(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.KillNode{Targets: nodes(2)})
	id := r.asked
	r.handle(Observed{World: r.world.observe(r.now), Stale: true})
	if _, answered := r.replies[id]; answered {
		t.Error("answered on a look that began before the kill")
	}
	r.look()
	if err, answered := r.replies[id]; !answered || err != nil {
		t.Errorf("not answered by a look that shows it: %v", err)
	}
	if state := r.core.View().State; state != engine.WorkingTowards {
		t.Errorf("answered while the cluster is shown as %s", state)
	}

	r.mustAsk(engine.KillNode{Targets: nodes(67)})
	r.handle(Observed{Err: errors.New("blind")})
	if _, answered := r.replies[r.asked]; !answered {
		t.Error("never answered where nobody can look")
	}
}

func TestFaultsAreRefused(t *testing.T) {
	r := running(t)
	r.world.kill(5)
	r.world.broken[5] = errors.New("stays down")
	r.look()
	cases := map[string]struct {
		intent engine.Intent
		kind   engine.ErrorKind
	}{
		"a negative lease":   {engine.PauseNode{Targets: nodes(67), Lease: -1}, engine.KindInvalid},
		"too long a lease":   {engine.IsolateNode{Targets: nodes(67), Lease: engine.MaxLease + 1}, engine.KindInvalid},
		"pause nothing":      {engine.PauseNode{}, engine.KindInvalid},
		"resume nothing":     {engine.ResumeNode{}, engine.KindInvalid},
		"isolate nobody":     {engine.IsolateNode{Targets: nodes(99)}, engine.KindNotFound},
		"resume nobody":      {engine.ResumeNode{Targets: nodes(99)}, engine.KindNotFound},
		"heal nobody":        {engine.HealFaults{Targets: nodes(99)}, engine.KindNotFound},
		"pause what is down": {engine.PauseNode{Targets: nodes(5)}, engine.KindDenied},
	}
	for name, c := range cases {
		if err := r.ask(engine.Request{Intent: c.intent}); err == nil || engine.KindOf(err) != c.kind {
			t.Errorf("%s: got %v, want it refused as %s", name, err, c.kind)
		}
	}
	if len(r.faults) != 0 || r.core.world.struck != nil {
		t.Errorf("a refused fault had an effect: %v", r.faults)
	}
	longest := engine.PauseNode{Targets: nodes(67), Lease: engine.MaxLease}
	if err := r.ask(engine.Request{Intent: longest}); err != nil {
		t.Errorf("the longest lease: %v", err)
	}
}

// TestLastCopy asks for faults that would stop the cluster, with and without the
// guard lifted.
func TestLastCopy(t *testing.T) {
	cases := map[string]struct {
		targets []engine.NodeID
		prepare func(*rig)
		why     string // "" if it is not refused
	}{
		"one replica":               {nodes(1), func(*rig) {}, ""},
		"one of each group":         {nodes(1, 4), func(*rig) {}, ""},
		"a node group":              {nodes(4, 5), func(*rig) {}, "the last copy of node group 1;"},
		"all":                       {nodes(1, 2, 4, 5), func(*rig) {}, "the last copy of node group 0 and node group 1;"},
		"all MySQL servers":         {nodes(67, 68), func(*rig) {}, ""},
		"its only copy left":        {nodes(1), func(r *rig) { r.world.kill(2); r.look() }, "the last copy of node group 0;"},
		"half and the arbitrator":   {nodes(1, 4, 65), func(*rig) {}, "no arbitrator is ready"},
		"the peer is cut off":       {nodes(1), func(r *rig) { r.world.node(2).Isolated = true; r.look() }, "the last copy of node group 0;"},
		"the peer was just struck":  {nodes(1), func(r *rig) { r.mustAsk(engine.KillNode{Targets: nodes(2)}) }, "the last copy of node group 0;"},
		"it does not serve":         {nodes(4, 5), func(r *rig) { r.world.kill(1, 2); r.look() }, ""},
		"it stops already":          {nodes(67), func(r *rig) { r.mustAsk(engine.KillNode{Targets: nodes(1, 2), LastCopy: true}) }, ""},
		"others while it is struck": {nodes(67), func(r *rig) { r.mustAsk(engine.KillNode{Targets: nodes(2)}) }, ""},
	}
	for name, c := range cases {
		for _, intent := range []engine.Intent{
			engine.KillNode{Targets: c.targets}, engine.PauseNode{Targets: c.targets}, engine.IsolateNode{Targets: c.targets},
		} {
			r := running(t)
			c.prepare(r)
			before := len(r.faults)
			err := r.ask(engine.Request{Intent: intent})
			switch {
			case c.why == "" && err != nil:
				t.Errorf("%s, %T: %v", name, intent, err)
			case c.why == "":
			case err == nil || engine.KindOf(err) != engine.KindDenied || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), "--force"):
				t.Errorf("%s, %T: %v; want %q and how to lift it", name, intent, err, c.why)
			case len(r.faults) != before:
				t.Errorf("%s, %T: refused, but done", name, intent)
			}
		}
		r := running(t)
		c.prepare(r)
		r.mustAsk(engine.KillNode{Targets: c.targets, LastCopy: true})
		r.mustAsk(engine.HealFaults{}) // never guarded
	}
}

// TestStaleLookKeepsTheStruck has a look that began before the fault: it shows the
// node as it was.
func TestStaleLookKeepsTheStruck(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.KillNode{Targets: nodes(2)})
	r.world.node(2).Status = engine.StatusStarted
	r.handle(Observed{World: r.world.observe(r.now), Stale: true})
	if err := r.ask(engine.Request{Intent: engine.KillNode{Targets: nodes(1)}}); engine.KindOf(err) != engine.KindDenied {
		t.Errorf("the last copy may be killed: %v", err)
	}
}

// TestFaultUnderWayKeepsTheStruck looks while the driver has not killed yet.
func TestFaultUnderWayKeepsTheStruck(t *testing.T) {
	r := running(t)
	r.core.Handle(r.now, Asked{ID: 9, Request: engine.Request{Intent: engine.KillNode{Targets: nodes(2)}}})
	r.look()
	if err := r.ask(engine.Request{Intent: engine.KillNode{Targets: nodes(1)}}); engine.KindOf(err) != engine.KindDenied {
		t.Errorf("the last copy may be killed: %v", err)
	}
}

func TestFaultsAreLimited(t *testing.T) {
	r := running(t)
	for id := range uint64(maxFaults + 1) {
		effects := r.core.Handle(r.now, Asked{ID: id, Request: engine.Request{Intent: engine.KillNode{Targets: nodes(5)}}})
		refused := slices.ContainsFunc(effects, func(e Effect) bool { _, reply := e.(Reply); return reply })
		if refused != (id == maxFaults) {
			t.Fatalf("fault %d: %v", id, effects)
		}
	}
}

func TestFailedFaultIsTold(t *testing.T) {
	r := running(t)
	for _, fault := range []Fault{{ID: 1, Do: FaultKill, Targets: nodes(5)}, {ID: 2, Do: FaultHeal}} {
		r.handle(Faulted{Fault: fault, Err: errors.New("no such process")})
		if r.replies[fault.ID] == nil {
			t.Errorf("the failure of the %s was not answered", fault.Do)
		}
		r.wantSaid("the " + string(fault.Do) + " failed: no such process")
	}
}

// TestLoopInjects brings every fault to the driver, node by node where it takes
// one; what fails for one node is done to the others.
func TestLoopInjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newBreakable()
		loop, end := started(t, driver, &MemoryJournal{})
		until(t, loop, "started", atDesired(1))
		for _, intent := range []engine.Intent{
			engine.IsolateNode{Targets: nodes(67), Lease: time.Second}, engine.ResumeNode{Targets: nodes(1, 2)}, engine.HealFaults{},
		} {
			if err := loop.Submit(t.Context(), engine.Request{Intent: intent}); err != nil {
				t.Errorf("%T: %v", intent, err)
			}
		}
		err := loop.Submit(t.Context(), engine.Request{Intent: engine.PauseNode{Targets: nodes(1, 68, 69, 67)}})
		if engine.KindOf(err) != engine.KindDenied { // node 69 is not there
			t.Errorf("pause of an absent node: %v", err)
		}
		err = loop.Submit(t.Context(), engine.Request{Intent: engine.PauseNode{Targets: nodes(1, 68, 4)}})
		if engine.KindOf(err) != engine.KindConflict || !strings.Contains(err.Error(), "68") {
			t.Errorf("pause of a paused node: %v", err)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		want := []string{"isolate 67 1s", "resume 1", "resume 2", "heal []", "pause 1 1m0s", "pause 4 1m0s"}
		if !slices.Equal(*driver.calls, want) {
			t.Errorf("the driver was called with %q, want %q", *driver.calls, want)
		}
	})
}

func TestFaultsNeedTheCapability(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop, end := started(t, newDriver(), &MemoryJournal{})
		until(t, loop, "started", atDesired(1))
		before := len(loop.Latest().Events)
		for _, intent := range []engine.Intent{
			engine.KillNode{Targets: nodes(1)}, engine.PauseNode{Targets: nodes(1)}, engine.ResumeNode{Targets: nodes(1)},
			engine.IsolateNode{Targets: nodes(1)}, engine.HealFaults{},
		} {
			if err := loop.Submit(t.Context(), engine.Request{Intent: intent}); engine.KindOf(err) != engine.KindUnsupported {
				t.Errorf("%T: %v", intent, err)
			}
		}
		if now := len(loop.Latest().Events); now != before {
			t.Error("a fault is recorded, although there was none")
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
