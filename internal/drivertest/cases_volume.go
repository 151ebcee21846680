package drivertest

import "rondb-tui/engine"

// volumeCases are about what data nodes keep: volumes, copies, activity.
func volumeCases() []testCase {
	return []testCase{
		{name: "a volume outlives its container unless dropped", run: volumeOutlives},
		{name: "an initial start copies everything again", run: initialRestart},
		{name: "a replica is activated and joins", run: activateReplica},
		{name: "a deactivated replica's data is stale", run: deactivateReplica},
		{name: "activity changes through a management server only", run: activityNeedsManagement},
	}
}

func volumeOutlives(r *rig) {
	r.serve()
	slot := r.data(1)
	r.down(slot)
	r.do(engine.RemoveNode{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusAbsent); !n.HasData {
		r.t.Error("the volume went with its container")
	}
	r.do(engine.CreateNode{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStopped); !n.HasData {
		r.t.Error("a new container did not find its volume")
	}
	r.do(engine.RemoveNode{Slot: slot, DropVolume: true})
	if n := r.wantStatus(slot, engine.StatusAbsent); n.HasData {
		r.t.Error("a dropped volume is still there")
	}
	r.bring(slot)
	if n := r.wantStatus(slot, engine.StatusStarted); !n.HasData || n.Incarnation != 2 {
		r.t.Errorf("a data node that started from nothing is %+v", n)
	}
	if o := r.look(); !o.Serving || !o.Formed || o.SystemRestarts != 0 {
		r.t.Errorf("the other replica went on: %s", describe(o))
	}
}

func initialRestart(r *rig) {
	r.serve()
	slot := r.data(1)
	r.down(slot)
	r.do(engine.StartNode{Slot: slot, Initial: true})
	if n := r.node(slot); n.HasData && n.Status == engine.StatusStarting {
		r.t.Errorf("a start with --initial kept its data: %+v", n)
	}
	r.do(engine.AwaitStarted{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStarted); !n.HasData || n.Rows != r.node(r.data(0)).Rows {
		r.t.Errorf("the copy is %+v", n)
	}
}

// activate adds the third replica to a cluster that serves.
func (r *rig) activate() engine.Slot {
	r.t.Helper()
	slot := r.data(2)
	r.do(engine.ActivateNode{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusAbsent); !n.Active {
		r.t.Error("an activated slot is not active")
	}
	r.do(engine.CreateNode{Slot: slot}, engine.StartNode{Slot: slot, Initial: true}, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
	return slot
}

func activateReplica(r *rig) {
	r.serve(r.mysql(0))
	slot := r.activate()
	if n := r.wantStatus(slot, engine.StatusStarted); !n.Active || !n.HasData || n.Stale {
		r.t.Errorf("an activated replica is %+v", n)
	}
	if o := r.look(); o.StartedIn(0, 0) != 3 || !o.Serving || o.SystemRestarts != 0 {
		r.t.Errorf("the group has three replicas: %s", describe(o))
	}
}

func deactivateReplica(r *rig) {
	r.serve()
	slot := r.activate()
	r.do(engine.DeactivateNode{Slot: slot}, engine.AwaitDown{Slot: slot}, engine.AwaitFailureHandled{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStopped); n.Active || !n.HasData || !n.Stale {
		r.t.Errorf("a deactivated replica is %+v", n)
	}
	if o := r.look(); o.StartedIn(0, 0) != 2 || !o.Serving {
		r.t.Errorf("the others went on: %s", describe(o))
	}
	r.do(engine.ActivateNode{Slot: slot})
	if n := r.node(slot); !n.Active || !n.Stale {
		r.t.Errorf("activating alone does not mend what its volume holds: %+v", n)
	}
	r.failsToStart(engine.StartNode{Slot: slot})
	r.do(engine.StartNode{Slot: slot, Initial: true}, engine.AwaitStarted{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStarted); n.Stale || !n.HasData {
		r.t.Errorf("a fresh copy is %+v", n)
	}
}

func activityNeedsManagement(r *rig) {
	r.serve()
	slot := r.activate()
	r.do(engine.StopNode{Slot: r.management(0)}, engine.AwaitDown{Slot: r.management(0)})
	r.refused(engine.DeactivateNode{Slot: slot}, engine.KindTransient)
	if n := r.wantStatus(slot, engine.StatusStarted); !n.Active {
		r.t.Error("a refused deactivation took effect")
	}
	r.do(engine.StartNode{Slot: r.management(0)}, engine.AwaitStarted{Slot: r.management(0)}, engine.AwaitArbitration{})
	r.do(engine.DeactivateNode{Slot: slot}, engine.AwaitDown{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStopped); n.Active {
		r.t.Error("the slot is still active")
	}
}
