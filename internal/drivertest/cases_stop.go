package drivertest

import "rondb-tui/engine"

// stopCases are about orderly stops and starting again.
func stopCases() []testCase {
	return []testCase{
		{name: "a data node stops in order and comes back", run: stopAndStart},
		{name: "clients and management servers stop and come back", run: stopOthers},
		{name: "the last replica of a group is not stopped", run: lastReplicaStays},
		{name: "a running node is not removed", run: runningStays},
		{name: "a whole cluster stops and restarts with its data", run: systemRestart},
	}
}

func stopAndStart(r *rig) {
	r.serve(r.mysql(0))
	for _, slot := range []engine.Slot{r.data(1), r.data(0)} {
		r.down(slot)
		if n := r.wantStatus(slot, engine.StatusStopped); n.Err != "" || !n.HasData || !n.Active || n.Stale || !n.FailureHandled {
			r.t.Errorf("a data node stopped in order is %+v", n)
		}
		if o := r.look(); !o.Serving || o.President == slot.ID {
			r.t.Errorf("the other replica goes on: %s", describe(o))
		}
		r.do(engine.StartNode{Slot: slot}, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
		if n := r.wantStatus(slot, engine.StatusStarted); n.Incarnation != 2 {
			r.t.Errorf("the second start is incarnation %d", n.Incarnation)
		}
	}
	if o := r.look(); o.SystemRestarts != 0 || !o.Serving {
		r.t.Errorf("node restarts are no system restart: %s", describe(o))
	}
	r.wantStatus(r.mysql(0), engine.StatusStarted)
}

func stopOthers(r *rig) {
	r.serve(r.mysql(0), r.mysql(1))
	for _, slot := range []engine.Slot{r.mysql(1), r.management(0)} {
		r.do(engine.StopNode{Slot: slot}, engine.AwaitDown{Slot: slot})
		if n := r.wantStatus(slot, engine.StatusStopped); n.Err != "" || n.Address != "" || n.Arbitrator {
			r.t.Errorf("a process stopped in order is %+v", n)
		}
		r.do(engine.StartNode{Slot: slot}, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
		if n := r.wantStatus(slot, engine.StatusStarted); n.Incarnation != 2 {
			r.t.Errorf("the second start is incarnation %d", n.Incarnation)
		}
	}
	if o := r.look(); !o.Serving || len(o.Members()) != 2 {
		r.t.Errorf("the data nodes went on: %s", describe(o))
	}
}

// lastReplicaStays: without it the cluster would crash.
func lastReplicaStays(r *rig) {
	r.serve()
	r.down(r.data(1))
	r.do(engine.AwaitArbitration{})
	before := r.look()
	r.refused(engine.StopNode{Slot: r.data(0)}, engine.KindDenied)
	r.refused(engine.DeactivateNode{Slot: r.data(0)}, engine.KindDenied)
	r.wantSame("refused stops", before, r.look())
}

func runningStays(r *rig) {
	r.serve(r.mysql(0), r.slot(engine.KindAPI, 0))
	before := r.look()
	for _, slot := range r.oneOfEach() {
		r.refused(engine.RemoveNode{Slot: slot}, engine.KindDenied)
		r.refused(engine.RemoveNode{Slot: slot, DropVolume: true}, engine.KindDenied)
	}
	r.wantSame("refused removals", before, r.look())
}

// systemRestart: all that was committed before the stop is restored, because an
// orderly stop completes one more global checkpoint.
func systemRestart(r *rig) {
	r.serve(r.mysql(0))
	for restarts := 1; restarts <= 2; restarts++ {
		before := r.look()
		r.do(engine.StopAllDataNodes{}, engine.AwaitDown{Slot: r.data(0)}, engine.AwaitDown{Slot: r.data(1)})
		r.wantStatus(r.data(0), engine.StatusStopped)
		r.wantStatus(r.data(1), engine.StatusStopped)
		if o := r.look(); o.Serving || !o.Formed || o.President != 0 || o.ArbitrationReady {
			r.t.Errorf("all data nodes are down: %s", describe(o))
		}
		r.refused(engine.AwaitArbitration{}, engine.KindConflict)
		r.do(engine.StartNode{Slot: r.data(0)}, engine.StartNode{Slot: r.data(1)})
		r.do(engine.AwaitStarted{Slot: r.data(0)}, engine.AwaitStarted{Slot: r.data(1)}, engine.AwaitArbitration{})
		after := r.look()
		if !after.Serving || after.SystemRestarts != restarts {
			r.t.Errorf("system restart %d: %s", restarts, describe(after))
		}
		if after.RestoredCheckpoint <= before.Checkpoint || after.Checkpoint < after.RestoredCheckpoint {
			r.t.Errorf("checkpoint %d was complete before the stop, %d was restored, %d is complete now", before.Checkpoint, after.RestoredCheckpoint, after.Checkpoint)
		}
		for replica := range 2 {
			was, _ := before.Node(r.data(replica).ID)
			is, _ := after.Node(r.data(replica).ID)
			if is.Rows != was.Rows || !is.HasData || is.Incarnation != was.Incarnation+1 {
				r.t.Errorf("data node %d came back from %+v as %+v", is.ID, *was, *is)
			}
		}
		r.wantStatus(r.mysql(0), engine.StatusStarted)
	}
}
