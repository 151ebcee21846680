package loop

import (
	"slices"
	"time"

	"rondb-tui/engine"
)

// fakeWorld is a cluster in which every effect works at once and every start
// takes until somebody awaits it. Tests break it by hand.
type fakeWorld struct {
	config *engine.ClusterConfig
	nodes  []engine.NodeObservation
	formed bool
	events []engine.Event
	broken map[engine.NodeID]error // what Do says about a node's steps
	lying  bool                    // Do says yes and does nothing
	budget int                     // how many steps still succeed; 0 is without limit
	done   []engine.Action
}

func newWorld() *fakeWorld { return &fakeWorld{broken: make(map[engine.NodeID]error)} }

func (w *fakeWorld) node(id engine.NodeID) *engine.NodeObservation {
	for i := range w.nodes {
		if w.nodes[i].ID == id {
			return &w.nodes[i]
		}
	}
	panic("the fake world has no node " + id.String())
}

// observe takes one look.
func (w *fakeWorld) observe(now time.Time) engine.Observed {
	o := engine.Observed{At: now, Config: w.config, Nodes: slices.Clone(w.nodes), Events: w.events}
	w.events = nil
	started := make(map[engine.GroupID]int)
	for i := range o.Nodes {
		n := &o.Nodes[i]
		switch {
		case n.Status != engine.StatusStarted:
		case n.Kind == engine.KindData:
			started[n.Group]++
			n.President = o.President == 0
			if n.President {
				o.President = n.ID
			}
		case n.Kind == engine.KindManagement && o.Arbitrator == 0:
			o.Arbitrator, n.Arbitrator = n.ID, true
		}
	}
	o.Serving = w.config != nil && len(started) == w.config.NodeGroups
	o.ArbitrationReady = o.Serving && o.Arbitrator != 0
	o.Formed = w.formed
	return o
}

// do performs one step; an await makes true what it waits for, or fails if that
// cannot come true any more.
func (w *fakeWorld) do(step engine.Step) error {
	w.done = append(w.done, step.Action)
	if err := w.broken[step.Action.Node()]; err != nil {
		return err
	}
	if w.lying {
		return nil
	}
	if w.budget > 0 {
		if w.budget--; w.budget == 0 {
			w.budget = 1 // stays spent
			return engine.Errorf(engine.KindTerminal, step.Action.String(), 0, "the budget is spent")
		}
	}
	switch action := step.Action.(type) {
	case engine.WriteConfig:
		w.writeConfig(action.Config)
	case engine.StopAllDataNodes:
		for i := range w.nodes {
			if w.nodes[i].Kind == engine.KindData && w.nodes[i].Status.Running() {
				w.nodes[i].Status = engine.StatusStopped
			}
		}
	case engine.AwaitArbitration:
	default:
		return w.doNode(step.Action, w.node(step.Action.Node()))
	}
	return nil
}

func (w *fakeWorld) doNode(action engine.Action, n *engine.NodeObservation) error {
	switch action := action.(type) {
	case engine.CreateNode:
		n.Status = engine.StatusStopped
	case engine.RemoveNode:
		n.Status, n.HasData = engine.StatusAbsent, n.HasData && !action.DropVolume
	case engine.StartNode:
		if !n.Status.Running() {
			n.Status, n.Incarnation = engine.StatusStarting, n.Incarnation+1
		}
	case engine.StopNode:
		n.Status = engine.StatusStopped
	case engine.ActivateNode:
		n.Active = true
	case engine.DeactivateNode:
		n.Active, n.Status, n.Stale = false, engine.StatusStopped, true
	case engine.AwaitStarted:
		if !n.Status.Running() {
			return engine.Errorf(engine.KindConflict, "await start of node", n.ID, "it is %s", n.Status)
		}
		w.started(n)
	}
	return nil
}

// started lets a node serve; the first start brings all data nodes up together.
func (w *fakeWorld) started(n *engine.NodeObservation) {
	n.Status, n.Stale, n.HasData = engine.StatusStarted, false, n.Kind == engine.KindData
	if n.Kind != engine.KindData || w.formed {
		return
	}
	w.formed = true
	for i := range w.nodes {
		if other := &w.nodes[i]; other.Kind == engine.KindData && other.Status == engine.StatusStarting {
			w.started(other)
		}
	}
}

func (w *fakeWorld) writeConfig(config engine.ClusterConfig) {
	w.config = &config
	spec := engine.Spec{
		NumNodeGroups:        config.NodeGroups,
		MaxReplicationFactor: config.MaxReplicas,
		NumTotalMysqldSlots:  config.MysqldSlots,
		NumTotalApiSlots:     config.APISlots,
		NumMysqldSlotsPerVm:  config.MysqldSlotsPer,
		NumApiSlotsPerVm:     config.APISlotsPer,
	}
	for _, slot := range spec.Slots() {
		w.nodes = append(w.nodes, engine.NodeObservation{
			Slot: slot, Status: engine.StatusAbsent, FailureHandled: true,
			Active: slot.Kind != engine.KindData || slot.Replica < config.ReplicasAtStart,
		})
	}
}

func (w *fakeWorld) kill(ids ...engine.NodeID) {
	for _, id := range ids {
		w.node(id).Status = engine.StatusDead
	}
}

// count counts the actions of one form that were performed.
func (w *fakeWorld) count(action engine.Action) int {
	n := 0
	for _, done := range w.done {
		if done == action {
			n++
		}
	}
	return n
}
