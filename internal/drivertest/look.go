package drivertest

import (
	"reflect"
	"slices"
	"time"

	"rondb-tui/engine"
)

// look takes an observation and checks what holds of every one.
func (r *rig) look() engine.Observed {
	r.t.Helper()
	ctx, cancel := r.patiently()
	defer cancel()
	o, err := r.Driver.Observe(ctx)
	if err != nil {
		r.t.Fatalf("observe: %v", err)
	}
	r.checkCluster(&o)
	for i := range o.Nodes {
		r.checkNode(&o, &o.Nodes[i])
	}
	for i := range o.Events {
		r.checkEvent(&o.Events[i])
	}
	r.last = o
	return o
}

func (r *rig) checkCluster(o *engine.Observed) {
	r.t.Helper()
	presidents, arbitrators := 0, 0
	for i := range o.Nodes {
		if o.Nodes[i].President {
			presidents++
		}
		if o.Nodes[i].Arbitrator {
			arbitrators++
		}
	}
	sorted := slices.IsSortedFunc(o.Nodes, func(a, b engine.NodeObservation) int { return int(a.ID - b.ID) })
	for _, rule := range []struct {
		holds bool
		text  string
	}{
		{!o.At.IsZero(), "a look has its time"},
		{!o.At.Before(r.last.At), "the time of a look never goes back"},
		{sorted, "nodes are sorted by id"},
		{o.Config != nil || len(o.Nodes) == 0, "before the configuration there are no slots"},
		{r.last.Config == nil || o.Config != nil, "a configuration that was written is there"},
		{(o.President != 0) == (presidents == 1) && presidents <= 1, "the president is one node"},
		{(o.Arbitrator != 0) == (arbitrators == 1) && arbitrators <= 1, "the arbitrator is one node"},
		{!o.Serving || o.President != 0, "a serving cluster has a president"},
		{!o.Serving || o.Formed, "a serving cluster was formed"},
		{!o.ArbitrationReady || o.Arbitrator != 0, "arbitration is ready only with an arbitrator"},
		{o.SystemRestarts >= r.last.SystemRestarts, "system restarts only get more"},
		{o.SystemRestarts == 0 || o.RestoredCheckpoint != 0 && !o.RestoredAt.IsZero(), "a system restart says what it restored"},
	} {
		if !rule.holds {
			r.t.Errorf("it does not hold that %s: %s", rule.text, describe(*o))
		}
	}
}

func (r *rig) checkNode(o *engine.Observed, n *engine.NodeObservation) {
	r.t.Helper()
	before, known := r.last.Node(n.ID)
	if !known {
		before = &engine.NodeObservation{Slot: n.Slot}
	}
	starting := n.Status == engine.StatusStarting && before.Status == engine.StatusStarting && n.Incarnation == before.Incarnation
	for _, rule := range []struct {
		holds bool
		text  string
	}{
		{n.Slot == before.Slot, "a slot stays what it is"},
		{n.Status != engine.StatusUnknown || n.Err != "", "a look that failed says why"},
		{(n.Status == engine.StatusAbsent) == (n.Container == ""), "a slot is absent if it has no container, and only then"},
		{n.Incarnation >= before.Incarnation, "incarnations only rise"},
		{n.Incarnation > 0 || !n.Status.Running(), "a process counts as a start"},
		{n.StartPhase >= 0 && n.StartPhase <= engine.LastStartPhase, "start phases have their range"},
		{!starting || n.StartPhase >= before.StartPhase, "the phases of one start only rise"},
		{n.Progress >= 0 && n.Progress <= 1, "progress is from 0 to 1"},
		{n.President == (n.ID == o.President), "the president's mark is with the president"},
		{n.Arbitrator == (n.ID == o.Arbitrator), "the arbitrator's mark is with the arbitrator"},
		{n.Address == "" || n.Kind == engine.KindMySQL, "only MySQL servers have an address"},
		{n.Kind == engine.KindData || !n.HasData && !n.Stale, "only data nodes hold data"},
		{!n.Stale || n.HasData, "only data can be stale"},
		{n.Status != engine.StatusDead || n.Err != "", "a dead node says why"},
		{n.Status != engine.StatusPaused || n.Lease != nil, "a paused node has a lease"},
		{n.Lease == nil || n.Lease.Fault != "" && !n.Lease.Until.IsZero(), "a lease has a fault and an end"},
	} {
		if !rule.holds {
			r.t.Errorf("it does not hold for %s that %s: %+v", n.Slot, rule.text, *n)
		}
	}
}

func (r *rig) checkEvent(e *engine.Event) {
	r.t.Helper()
	if r.seq != 0 && e.Seq != r.seq+1 {
		r.t.Errorf("event %d is told after event %d: %q", e.Seq, r.seq, e.Text)
	}
	r.seq = e.Seq
	if e.Text == "" || e.Actor != engine.ActorNode || e.At.IsZero() {
		r.t.Errorf("an event of a node has a text and a time: %+v", *e)
	}
}

// wantSame compares two looks at a world in which nothing was to happen, apart
// from what goes on by itself.
func (r *rig) wantSame(what string, before, after engine.Observed) {
	r.t.Helper()
	b, a := timeless(before), timeless(after)
	if reflect.DeepEqual(b, a) {
		return
	}
	r.t.Errorf("%s: the cluster changed from %s to %s", what, describe(b), describe(a))
	for i := range min(len(b.Nodes), len(a.Nodes)) {
		if !reflect.DeepEqual(b.Nodes[i], a.Nodes[i]) {
			r.t.Errorf("from %+v to %+v", b.Nodes[i], a.Nodes[i])
		}
	}
}

// timeless leaves out what changes while nothing happens.
func timeless(o engine.Observed) engine.Observed {
	o.At, o.Events, o.Checkpoint = time.Time{}, nil, 0
	o.Nodes = slices.Clone(o.Nodes)
	for i := range o.Nodes {
		o.Nodes[i].MemoryUsed = 0
	}
	return o
}
