package drivertest

import "rondb-tui/engine"

// repeatCases are about repeating what happened: a reply can get lost, so every
// order may come twice, and twice is once.
func repeatCases() []testCase {
	return []testCase{
		{name: "orders without a process come twice", run: repeatWithoutProcess},
		{name: "a start comes twice", run: repeatStart},
		{name: "stops come twice", run: repeatStop},
		{name: "changes of activity come twice", run: repeatActivity},
		{name: "awaits come twice", run: repeatAwaits},
	}
}

// again performs an order, lets what it set off come to its end, and performs it
// once more: nothing may change then.
func (r *rig) again(action engine.Action, settled ...engine.Action) {
	r.t.Helper()
	r.do(action)
	r.do(settled...)
	before := r.look()
	r.do(action)
	r.wantSame("for the second time: "+action.String(), before, r.look())
	r.do(settled...)
	r.wantSame("after the second time: "+action.String(), before, r.look())
}

func repeatWithoutProcess(r *rig) {
	r.again(engine.WriteConfig{Config: r.spec.Config()})
	for _, slot := range r.oneOfEach() {
		r.again(engine.CreateNode{Slot: slot})
		r.again(engine.RemoveNode{Slot: slot})
		r.again(engine.RemoveNode{Slot: slot, DropVolume: true})
	}
}

// repeatStart gives the second order while the first start is under way, then
// when it is over.
func repeatStart(r *rig) {
	r.serve()
	others := []engine.Slot{r.mysql(0), r.management(1)}
	r.down(r.data(1))
	for _, slot := range append(others, r.data(1)) {
		was := r.node(slot).Incarnation
		start := engine.StartNode{Slot: slot}
		r.do(engine.CreateNode{Slot: slot}, start, start)
		r.again(start, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
		r.again(engine.CreateNode{Slot: slot})
		if n := r.node(slot); n.Incarnation != was+1 {
			r.t.Errorf("%s was started %d times by one order repeated", slot, n.Incarnation-was)
		}
	}
	// An initial start that is repeated must not empty what it has copied.
	r.down(r.data(1))
	r.again(engine.StartNode{Slot: r.data(1), Initial: true}, engine.AwaitStarted{Slot: r.data(1)}, engine.AwaitArbitration{})
	if n := r.node(r.data(1)); !n.HasData {
		r.t.Errorf("after a repeated initial start: %+v", n)
	}
}

func repeatStop(r *rig) {
	r.serve(r.mysql(0))
	for _, slot := range []engine.Slot{r.mysql(0), r.data(1)} {
		stop := engine.StopNode{Slot: slot}
		r.do(stop, stop)
		r.again(stop, engine.AwaitDown{Slot: slot}, engine.AwaitFailureHandled{Slot: slot}, engine.AwaitArbitration{})
		r.wantStatus(slot, engine.StatusStopped)
	}
	all := engine.StopAllDataNodes{}
	r.do(all, all)
	r.again(all, engine.AwaitDown{Slot: r.data(0)})
	r.wantStatus(r.data(0), engine.StatusStopped)
}

func repeatActivity(r *rig) {
	r.serve()
	slot := r.data(2)
	r.again(engine.ActivateNode{Slot: slot})
	r.again(engine.DeactivateNode{Slot: slot}, engine.AwaitDown{Slot: slot})
	r.activate()
	r.again(engine.ActivateNode{Slot: slot})
	r.again(engine.DeactivateNode{Slot: slot}, engine.AwaitDown{Slot: slot}, engine.AwaitFailureHandled{Slot: slot}, engine.AwaitArbitration{})
	r.again(engine.RemoveNode{Slot: slot})
	if n := r.node(slot); !n.Stale {
		r.t.Errorf("removing a container changed what its volume holds: %+v", n)
	}
	r.again(engine.RemoveNode{Slot: slot, DropVolume: true})
	if n := r.node(slot); n.Stale || n.HasData {
		r.t.Errorf("a dropped volume holds something: %+v", n)
	}
}

// repeatAwaits: waiting has no effect at all.
func repeatAwaits(r *rig) {
	r.serve(r.mysql(0))
	r.again(engine.AwaitArbitration{})
	for _, slot := range []engine.Slot{r.management(0), r.data(0), r.mysql(0)} {
		r.again(engine.AwaitStarted{Slot: slot})
		r.again(engine.AwaitFailureHandled{Slot: slot})
	}
	r.down(r.data(1))
	r.do(engine.AwaitArbitration{})
	r.again(engine.AwaitDown{Slot: r.data(1)})
	r.again(engine.AwaitFailureHandled{Slot: r.data(1)})
}
