package drivertest

import (
	"context"
	"slices"

	"rondb-tui/engine"
)

// setupCases are about configuration and containers; no process runs in them.
func setupCases() []testCase {
	return []testCase{
		{name: "an empty world can be looked at", run: emptyWorld},
		{name: "a configuration comes back as written", run: configRoundTrip},
		{name: "the slots of a configuration are for good", run: configIsForGood},
		{name: "a node is created, seen and removed", run: createAndRemove},
		{name: "orders for nodes that are not there are refused", run: ordersOutOfOrder},
		{name: "an unknown action is unsupported", run: unknownAction},
		{name: "nothing begins under a context that has ended", run: endedContext},
	}
}

func emptyWorld(r *rig) {
	o := r.look()
	if o.Config != nil || o.Formed || o.Serving || o.SystemRestarts != 0 || o.RestoredCheckpoint != 0 {
		r.t.Errorf("there is something before anything exists: %+v", o)
	}
	r.refused(engine.CreateNode{Slot: r.data(0)}, engine.KindNotFound)
	r.refused(engine.AwaitStarted{Slot: r.data(0)}, engine.KindNotFound)
	r.refused(engine.AwaitArbitration{}, engine.KindConflict)
	r.do(engine.StopAllDataNodes{})
	r.wantSame("orders in an empty world", o, r.look())
	bad := r.spec.Config()
	bad.NodeGroups = 0
	r.refused(engine.WriteConfig{Config: bad}, engine.KindInvalid)
	bad = r.spec.Config()
	bad.MaxReplicas = engine.MaxReplicas + 1
	r.refused(engine.WriteConfig{Config: bad}, engine.KindInvalid)
	r.wantSame("invalid configurations", o, r.look())
}

func configRoundTrip(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	o := r.look()
	if o.Config == nil || *o.Config != r.spec.Config() {
		r.t.Fatalf("the configuration is %+v, want %+v", o.Config, r.spec.Config())
	}
	slots := make([]engine.Slot, len(o.Nodes))
	for i, n := range o.Nodes {
		slots[i] = n.Slot
		active := n.Kind == engine.KindData && n.Replica < r.spec.ActiveReplicationFactor
		if n.Status != engine.StatusAbsent || n.Kind == engine.KindData && n.Active != active || n.HasData || n.Incarnation != 0 {
			r.t.Errorf("a slot that nothing was done to is %+v", n)
		}
	}
	if !slices.Equal(slots, r.spec.Slots()) {
		r.t.Errorf("the slots are %v, want %v", slots, r.spec.Slots())
	}
	if o.Formed || o.Serving {
		r.t.Errorf("a configuration alone makes a cluster: %s", describe(o))
	}
}

// configIsForGood: what decides the slots stays, the rest may be written anew.
func configIsForGood(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	wider := r.spec.Config()
	wider.NodeGroups++
	r.refused(engine.WriteConfig{Config: wider}, engine.KindUnsupported)
	if o := r.look(); *o.Config != r.spec.Config() {
		r.t.Errorf("a refused configuration was written: %+v", *o.Config)
	}
	richer := r.spec.Config()
	richer.TotalMemory = "3G"
	r.do(engine.WriteConfig{Config: richer})
	if o := r.look(); *o.Config != richer || len(o.Nodes) != len(r.spec.Slots()) {
		r.t.Errorf("the configuration is %+v, want %+v", *o.Config, richer)
	}
}

func createAndRemove(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	for _, slot := range r.oneOfEach() {
		before := r.look()
		r.do(engine.CreateNode{Slot: slot})
		if n := r.wantStatus(slot, engine.StatusStopped); n.Incarnation != 0 || n.HasData || n.Err != "" {
			r.t.Errorf("a new container is %+v", n)
		}
		r.do(engine.AwaitDown{Slot: slot})
		r.do(engine.RemoveNode{Slot: slot, DropVolume: true})
		r.wantSame("created and removed again "+slot.String(), before, r.look())
	}
}

func ordersOutOfOrder(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	before := r.look()
	for _, slot := range r.oneOfEach() {
		r.refused(engine.StartNode{Slot: slot}, engine.KindNotFound)
		r.refused(engine.AwaitStarted{Slot: slot}, engine.KindConflict)
		if slot.Kind != engine.KindData {
			r.refused(engine.ActivateNode{Slot: slot}, engine.KindInvalid)
			r.refused(engine.DeactivateNode{Slot: slot}, engine.KindInvalid)
		}
		// What they ask for is so already.
		r.do(engine.StopNode{Slot: slot}, engine.AwaitDown{Slot: slot}, engine.RemoveNode{Slot: slot})
	}
	stranger := engine.Slot{ID: engine.MaxNodeID, Kind: engine.KindMySQL, Group: engine.NoGroup, Replica: r.spec.MySQLCapacity()}
	for _, action := range []engine.Action{
		engine.CreateNode{Slot: stranger}, engine.StartNode{Slot: stranger}, engine.StopNode{Slot: stranger},
		engine.RemoveNode{Slot: stranger}, engine.AwaitStarted{Slot: stranger}, engine.AwaitDown{Slot: stranger},
	} {
		r.refused(action, engine.KindNotFound)
	}
	r.wantSame("orders for absent nodes", before, r.look())
}

// A later version of the engine may know actions that a driver does not.
type (
	unknownToNode    struct{ engine.CreateNode }
	unknownToCluster struct{ engine.StopAllDataNodes }
)

func unknownAction(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	before := r.look()
	r.refused(unknownToNode{engine.CreateNode{Slot: r.data(0)}}, engine.KindUnsupported)
	r.refused(unknownToCluster{}, engine.KindUnsupported)
	r.wantSame("an unknown action", before, r.look())
}

func endedContext(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	ended, cancel := context.WithCancel(r.t.Context())
	cancel()
	for _, action := range []engine.Action{engine.CreateNode{Slot: r.data(0)}, engine.AwaitStarted{Slot: r.data(0)}} {
		r.wantKind(action.String(), r.Driver.Do(ended, engine.Step{Action: action, Cause: "the suite asks for it"}), engine.KindTransient)
	}
	r.wantStatus(r.data(0), engine.StatusAbsent)
	_, err := r.Driver.Observe(ended)
	r.wantKind("observe", err, engine.KindTransient)
}
