package drivertest

import (
	"context"
	"errors"
	"time"

	"rondb-tui/engine"
)

// startCases are about starts and waiting for them.
func startCases() []testCase {
	return []testCase{
		{name: "a cluster comes up", run: wholeLife},
		{name: "data nodes wait for each other", run: waitForEachOther},
		{name: "an await ends with its context", run: awaitEndsWithContext},
		{name: "an await ends when its process is stopped", run: awaitEndsWithStop},
		{name: "an inactive data node does not start", run: inactiveDoesNotStart},
		{name: "an await for the wrong way is refused", run: awaitWrongWay},
	}
}

func wholeLife(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	r.bring(r.management(0))
	if o := r.look(); o.Serving || o.Formed || o.President != 0 {
		r.t.Errorf("a management server alone is a cluster: %s", describe(o))
	}
	r.bring(r.data(0), r.data(1))
	o := r.look()
	if !o.Serving || !o.Formed || o.SystemRestarts != 0 || len(o.Members()) != 2 {
		r.t.Errorf("all data nodes are started: %s", describe(o))
	}
	r.do(engine.AwaitArbitration{})
	if o := r.look(); !o.ArbitrationReady || o.Arbitrator != r.management(0).ID {
		r.t.Errorf("the management server is the arbitrator: %s", describe(o))
	}
	r.bring(r.mysql(0), r.mysql(1), r.slot(engine.KindAPI, 0))
	o = r.look()
	for _, slot := range append(r.oneOfEach(), r.data(1), r.mysql(1)) {
		n, _ := o.Node(slot.ID)
		if n.Status != engine.StatusStarted || n.Incarnation != 1 || n.StartedAt.IsZero() || n.Version == "" || n.Err != "" || n.Lease != nil {
			r.t.Errorf("a node that serves is %+v", *n)
		}
		if slot.Kind == engine.KindData && (!n.HasData || n.Stale || !n.Active || !n.FailureHandled || n.MemoryTotal <= 0) {
			r.t.Errorf("a data node that serves is %+v", *n)
		}
	}
	if o.Checkpoint == 0 {
		r.t.Error("a cluster that was formed has a global checkpoint")
	}
	if n := r.node(r.data(2)); n.Status != engine.StatusAbsent || n.Active {
		r.t.Errorf("the third replica is %s", n.Status)
	}
}

// waitForEachOther: an initial start needs all active data nodes.
func waitForEachOther(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	r.bring(r.management(0))
	r.do(engine.CreateNode{Slot: r.data(0)}, engine.CreateNode{Slot: r.data(1)}, engine.StartNode{Slot: r.data(0)})
	r.becomes(r.data(0), engine.StatusStarting)
	first := r.background(r.t.Context(), engine.AwaitStarted{Slot: r.data(0)})
	if o := r.look(); o.Serving || o.Formed {
		r.t.Errorf("one of two data nodes formed a cluster: %s", describe(o))
	}
	r.do(engine.StartNode{Slot: r.data(1)}, engine.AwaitStarted{Slot: r.data(1)})
	if err := r.result("await the first data node", first); err != nil {
		r.t.Errorf("the first data node: %v", err)
	}
	r.wantStatus(r.data(0), engine.StatusStarted)
}

// alone starts one data node, which goes on waiting for the other.
func (r *rig) alone() engine.Slot {
	r.t.Helper()
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	r.bring(r.management(0))
	r.do(engine.CreateNode{Slot: r.data(0)}, engine.StartNode{Slot: r.data(0)})
	return r.data(0)
}

// awaitEndsWithContext gives an await up when it has been waiting for a while, so
// that no other change of the node ends it.
func awaitEndsWithContext(r *rig) {
	slot, while := r.alone(), r.Patience/100
	late, release := context.WithTimeout(r.t.Context(), while)
	defer release()
	ended := r.background(late, engine.AwaitStarted{Slot: slot})
	r.wantEnded("an await out of time", r.result("an await out of time", ended), context.DeadlineExceeded)
	ctx, cancel := context.WithCancel(r.t.Context())
	defer time.AfterFunc(while, cancel).Stop()
	ended = r.background(ctx, engine.AwaitStarted{Slot: slot})
	r.wantEnded("a cancelled await", r.result("a cancelled await", ended), context.Canceled)
	if n := r.wantStatus(slot, engine.StatusStarting); n.Incarnation != 1 {
		r.t.Errorf("giving up waiting touched the node: %+v", n)
	}
}

// wantEnded checks the error of an await that was given up.
func (r *rig) wantEnded(what string, err, cause error) {
	r.t.Helper()
	r.wantKind(what, err, engine.KindTransient)
	if !errors.Is(err, cause) {
		r.t.Errorf("%s: the error does not say why: %v", what, err)
	}
}

func awaitEndsWithStop(r *rig) {
	slot := r.alone()
	ended := r.background(r.t.Context(), engine.AwaitStarted{Slot: slot})
	r.becomes(slot, engine.StatusStarting)
	r.do(engine.StopNode{Slot: slot})
	r.wantKind("an await for a stopped process", r.result("an await for a stopped process", ended), engine.KindConflict)
	r.do(engine.AwaitDown{Slot: slot})
	r.wantStatus(slot, engine.StatusStopped)
}

func inactiveDoesNotStart(r *rig) {
	r.serve()
	r.do(engine.CreateNode{Slot: r.data(2)})
	r.failsToStart(engine.StartNode{Slot: r.data(2)})
	if o := r.look(); !o.Serving || len(o.Members()) != 2 {
		r.t.Errorf("a start that failed did harm: %s", describe(o))
	}
}

// failsToStart expects that a start is refused or ends by itself.
func (r *rig) failsToStart(start engine.StartNode) {
	r.t.Helper()
	err := r.try(start)
	if err == nil {
		err = r.try(engine.AwaitStarted{Slot: start.Slot})
	}
	r.wantKind(start.String(), err, engine.KindConflict, engine.KindDenied)
	if n := r.node(start.Slot); n.Status == engine.StatusStarted || n.Status == engine.StatusStarting {
		r.t.Errorf("%s is %s", start.Slot, n.Status)
	}
}

func awaitWrongWay(r *rig) {
	r.serve()
	r.refused(engine.AwaitDown{Slot: r.data(0)}, engine.KindConflict)
	r.refused(engine.AwaitDown{Slot: r.management(0)}, engine.KindConflict)
	r.down(r.data(1))
	r.refused(engine.AwaitStarted{Slot: r.data(1)}, engine.KindConflict)
	r.do(engine.AwaitFailureHandled{Slot: r.data(0)})
}
