package drivertest

import (
	"time"

	"rondb-tui/engine"
)

// Leases of the suite: one that no case lives to see the end of, and one that
// ends soon, at whatever speed the world runs.
const (
	longLease  = time.Hour
	shortLease = 2 * time.Second
)

// faultCases break things.
func faultCases() []testCase {
	return []testCase{
		{name: "a killed data node is dead and comes back", faults: true, run: killData},
		{name: "a killed client or management server comes back", faults: true, run: killOthers},
		{name: "all replicas killed are a crash, not a loss", faults: true, run: killAll},
		{name: "an await ends when its process is killed", faults: true, run: awaitEndsWithKill},
		{name: "a dead node can be put to rest", faults: true, run: stopDead},
		{name: "only what runs can be broken", faults: true, run: brokenNothing},
		{name: "a pause ends on request and by itself", faults: true, run: pauseEnds},
		{name: "an isolation ends on request and by itself", faults: true, run: isolationEnds},
		{name: "an isolated replica is left behind and joins again", faults: true, run: isolatedReplica},
	}
}

// kill kills nodes that run.
func (r *rig) kill(slots ...engine.Slot) {
	r.t.Helper()
	if err := r.tryKill(slots...); err != nil {
		r.t.Fatalf("kill %v: %v", slots, err)
	}
}

func (r *rig) tryKill(slots ...engine.Slot) error {
	ids := make([]engine.NodeID, len(slots))
	for i, slot := range slots {
		ids[i] = slot.ID
	}
	ctx, cancel := r.patiently()
	defer cancel()
	return r.Faults.Kill(ctx, ids)
}

func killData(r *rig) {
	r.serve(r.mysql(0))
	slot := r.data(0)
	r.look()
	select { // rings of the start
	case <-r.Driver.Wake():
	default:
	}
	r.kill(slot)
	ctx, cancel := r.patiently()
	defer cancel()
	select {
	case <-r.Driver.Wake():
	case <-ctx.Done():
		r.t.Error("no bell rang for a kill")
	}
	if n := r.becomes(slot, engine.StatusDead); !n.HasData || !n.Active || n.Stale {
		r.t.Errorf("a killed data node is %+v", n)
	}
	r.do(engine.AwaitFailureHandled{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusDead); !n.FailureHandled {
		r.t.Error("an await held that the next look does not see")
	}
	if o := r.look(); !o.Serving || o.President != r.data(1).ID {
		r.t.Errorf("the other replica goes on: %s", describe(o))
	}
	r.do(engine.StartNode{Slot: slot}, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
	if n := r.wantStatus(slot, engine.StatusStarted); n.Incarnation != 2 || n.Err != "" {
		r.t.Errorf("a data node that came back is %+v", n)
	}
	if o := r.look(); o.SystemRestarts != 0 || o.President != r.data(1).ID {
		r.t.Errorf("it came back as the youngest: %s", describe(o))
	}
}

func killOthers(r *rig) {
	r.serve(r.mysql(0), r.slot(engine.KindAPI, 0))
	for _, slot := range []engine.Slot{r.mysql(0), r.slot(engine.KindAPI, 0), r.management(0)} {
		r.kill(slot)
		if n := r.becomes(slot, engine.StatusDead); n.Address != "" {
			r.t.Errorf("a dead process has the address %s", n.Address)
		}
		r.do(engine.AwaitFailureHandled{Slot: slot})
		r.do(engine.StartNode{Slot: slot}, engine.AwaitStarted{Slot: slot}, engine.AwaitArbitration{})
		if n := r.wantStatus(slot, engine.StatusStarted); n.Incarnation != 2 || n.Err != "" {
			r.t.Errorf("a process that came back is %+v", n)
		}
	}
	if o := r.look(); !o.Serving || len(o.Members()) != 2 {
		r.t.Errorf("the data nodes went on: %s", describe(o))
	}
}

// killAll: the cluster stops and restores its last global checkpoint.
func killAll(r *rig) {
	r.serve(r.mysql(0))
	before := r.look()
	r.kill(r.data(0), r.data(1))
	o := r.eventually("the cluster has crashed", func(o *engine.Observed) bool { return !o.Serving })
	if !o.Formed || o.President != 0 {
		r.t.Errorf("a crashed cluster: %s", describe(o))
	}
	for replica := range 2 {
		r.do(engine.AwaitFailureHandled{Slot: r.data(replica)})
		r.wantStatus(r.data(replica), engine.StatusDead)
	}
	r.do(engine.StartNode{Slot: r.data(0)}, engine.StartNode{Slot: r.data(1)})
	r.do(engine.AwaitStarted{Slot: r.data(0)}, engine.AwaitStarted{Slot: r.data(1)}, engine.AwaitArbitration{})
	after := r.look()
	if !after.Serving || after.SystemRestarts != 1 || after.RestoredCheckpoint < before.Checkpoint {
		r.t.Errorf("checkpoint %d was complete, %d was restored: %s", before.Checkpoint, after.RestoredCheckpoint, describe(after))
	}
	if after.RestoredAt.After(after.At) {
		r.t.Errorf("the restored checkpoint is from %s, the look from %s", after.RestoredAt, after.At)
	}
}

func awaitEndsWithKill(r *rig) {
	slot := r.alone()
	ended := r.background(r.t.Context(), engine.AwaitStarted{Slot: slot})
	r.becomes(slot, engine.StatusStarting)
	r.kill(slot)
	r.wantKind("an await for a killed process", r.result("an await for a killed process", ended), engine.KindConflict)
	r.wantStatus(slot, engine.StatusDead)
}

// stopDead: an order to stop makes it so that the process is gone on purpose.
func stopDead(r *rig) {
	r.serve(r.mysql(0))
	r.kill(r.mysql(0))
	r.becomes(r.mysql(0), engine.StatusDead)
	r.again(engine.StopNode{Slot: r.mysql(0)}, engine.AwaitDown{Slot: r.mysql(0)})
	r.wantStatus(r.mysql(0), engine.StatusStopped)
	r.do(engine.RemoveNode{Slot: r.mysql(0)})
	r.wantStatus(r.mysql(0), engine.StatusAbsent)
}

// brokenNothing: a fault for which a node is missing has no effect on any.
func brokenNothing(r *rig) {
	r.serve()
	r.do(engine.CreateNode{Slot: r.mysql(1)})
	before := r.look()
	ctx, cancel := r.patiently()
	defer cancel()
	r.wantKind("kill an absent node", r.tryKill(r.data(1), r.mysql(0)), engine.KindDenied)
	r.wantKind("kill a stopped node", r.tryKill(r.data(1), r.mysql(1)), engine.KindDenied)
	r.wantKind("kill a stranger", r.Faults.Kill(ctx, []engine.NodeID{r.data(1).ID, engine.MaxNodeID}), engine.KindNotFound)
	r.wantKind("pause an absent node", r.Faults.Pause(ctx, r.mysql(0).ID, longLease), engine.KindDenied)
	r.wantKind("pause a stranger", r.Faults.Pause(ctx, engine.MaxNodeID, longLease), engine.KindNotFound)
	r.wantKind("isolate an absent node", r.Faults.Isolate(ctx, r.mysql(0).ID, longLease), engine.KindDenied)
	r.wantKind("resume a stranger", r.Faults.Resume(ctx, engine.MaxNodeID), engine.KindNotFound)
	for _, lease := range []time.Duration{0, -time.Second} {
		r.wantKind("pause without a lease", r.Faults.Pause(ctx, r.data(1).ID, lease), engine.KindInvalid)
		r.wantKind("isolate without a lease", r.Faults.Isolate(ctx, r.data(1).ID, lease), engine.KindInvalid)
	}
	if err := r.Faults.Resume(ctx, r.data(1).ID); err != nil {
		r.t.Errorf("resume what is not paused: %v", err)
	}
	if err := r.Faults.Heal(ctx, nil); err != nil {
		r.t.Errorf("heal what is whole: %v", err)
	}
	r.wantSame("refused faults", before, r.look())
}

func pauseEnds(r *rig) {
	slot := r.mysql(0)
	r.serve(slot)
	ctx, cancel := r.patiently()
	defer cancel()
	if err := r.Faults.Pause(ctx, slot.ID, longLease); err != nil {
		r.t.Fatalf("pause: %v", err)
	}
	r.wantLease(r.becomes(slot, engine.StatusPaused))
	if err := r.Faults.Resume(ctx, slot.ID); err != nil {
		r.t.Fatalf("resume: %v", err)
	}
	r.whole(slot)
	if err := r.Faults.Pause(ctx, slot.ID, shortLease); err != nil {
		r.t.Fatalf("pause again: %v", err)
	}
	r.do(engine.AwaitStarted{Slot: slot}) // waits for the end of the lease
	r.whole(slot)
}

func isolationEnds(r *rig) {
	slot := r.mysql(0)
	r.serve(slot)
	ctx, cancel := r.patiently()
	defer cancel()
	if err := r.Faults.Isolate(ctx, slot.ID, longLease); err != nil {
		r.t.Fatalf("isolate: %v", err)
	}
	o := r.eventually("the MySQL server is cut off", func(o *engine.Observed) bool {
		n, _ := o.Node(slot.ID)
		return n.Isolated
	})
	n, _ := o.Node(slot.ID)
	r.wantLease(*n)
	if err := r.Faults.Heal(ctx, nil); err != nil {
		r.t.Fatalf("heal: %v", err)
	}
	r.whole(slot)
	if err := r.Faults.Isolate(ctx, slot.ID, shortLease); err != nil {
		r.t.Fatalf("isolate again: %v", err)
	}
	r.whole(slot)
}

// wantLease: a lasting fault tells when it ends by itself.
func (r *rig) wantLease(n engine.NodeObservation) {
	r.t.Helper()
	if n.Lease == nil || !n.Lease.Until.After(r.last.At) || n.Lease.Until.After(r.last.At.Add(longLease)) {
		r.t.Errorf("the lease of a fault of %s is %+v, looked at %s", longLease, n.Lease, r.last.At)
	}
}

// whole waits until nothing is wrong with a node any more and that it is still
// the first process.
func (r *rig) whole(slot engine.Slot) {
	r.t.Helper()
	o := r.eventually(slot.String()+" is whole", func(o *engine.Observed) bool {
		n, _ := o.Node(slot.ID)
		return n.Status == engine.StatusStarted && !n.Isolated && n.Lease == nil
	})
	if n, _ := o.Node(slot.ID); n.Incarnation != 1 {
		r.t.Errorf("%s was started %d times", slot, n.Incarnation)
	}
}

// isolatedReplica: the side with the arbitrator goes on, the other ends.
func isolatedReplica(r *rig) {
	r.serve()
	slot := r.data(1)
	ctx, cancel := r.patiently()
	defer cancel()
	if err := r.Faults.Isolate(ctx, slot.ID, longLease); err != nil {
		r.t.Fatalf("isolate: %v", err)
	}
	r.becomes(slot, engine.StatusDead)
	r.do(engine.AwaitFailureHandled{Slot: slot})
	if o := r.look(); !o.Serving || o.StartedIn(0, 0) != 1 {
		r.t.Errorf("the other replica goes on: %s", describe(o))
	}
	if err := r.Faults.Heal(ctx, nil); err != nil {
		r.t.Fatalf("heal: %v", err)
	}
	r.do(engine.StartNode{Slot: slot}, engine.AwaitStarted{Slot: slot})
	if n := r.wantStatus(slot, engine.StatusStarted); n.Isolated || n.Lease != nil || n.Incarnation != 2 {
		r.t.Errorf("a replica that joined again is %+v", n)
	}
}
