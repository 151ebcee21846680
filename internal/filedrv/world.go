package filedrv

import (
	"slices"
	"time"

	"rondb-tui/engine"
)

// Effect is one line of the file.
type Effect struct {
	Seq  uint64 // from 1 without gaps
	At   time.Time
	Step engine.Step // its action and its cause
}

// node is a slot and what the effects have made of it.
type node struct {
	engine.Slot
	container   bool
	running     bool // there is a process
	started     bool // it serves
	active      bool
	hasData     bool
	stale       bool
	incarnation uint64
	startedAt   time.Time
}

// World is what effects add up to; the zero World is empty. It belongs to one
// goroutine.
type World struct {
	last    Effect
	config  *engine.ClusterConfig
	nodes   []*node // by id
	formed  bool
	serving bool

	stopped  Effect // since which the cluster has not served
	restored Effect // the same, of the last system restart
	restarts int
}

// Apply takes the next effect in. It does not ask whether the effect should have
// happened; one that cannot follow has KindInvalid.
func (w *World) Apply(effect Effect) error {
	const op = "apply effect"
	if effect.Seq != w.last.Seq+1 {
		return engine.Errorf(engine.KindInvalid, op, 0, "effect %d follows effect %d", effect.Seq, w.last.Seq)
	}
	switch action := effect.Step.Action.(type) {
	case nil:
		return engine.Errorf(engine.KindInvalid, op, 0, "effect %d has no action", effect.Seq)
	case engine.WriteConfig:
		w.configure(action.Config)
	case engine.StopAllDataNodes:
		for _, n := range w.nodes {
			if n.Kind == engine.KindData {
				n.running, n.started = false, false
			}
		}
	default:
		n := w.node(action.Node())
		if n == nil || !n.apply(action) {
			return engine.Errorf(engine.KindInvalid, op, 0, "effect %d: %s", effect.Seq, action)
		}
	}
	w.last = effect
	w.settle()
	return nil
}

func (n *node) apply(action engine.Action) bool {
	switch action := action.(type) {
	case engine.CreateNode:
		n.container = true
	case engine.RemoveNode:
		n.container, n.running, n.started = false, false, false
		if action.DropVolume {
			n.hasData, n.stale = false, false
		}
	case engine.StartNode:
		n.running, n.started = true, false
		n.incarnation++
		if action.Initial {
			n.hasData, n.stale = false, false
		}
	case engine.StopNode:
		n.running, n.started = false, false
	case engine.ActivateNode:
		n.active = true
	case engine.DeactivateNode:
		n.running, n.started, n.active = false, false, false
		n.stale = n.hasData
	default:
		return false
	}
	return true
}

// configure makes the slots of the first configuration.
func (w *World) configure(config engine.ClusterConfig) {
	first := w.config == nil
	w.config = &config
	if !first {
		return
	}
	spec := engine.Spec{
		NumNodeGroups: config.NodeGroups, MaxReplicationFactor: config.MaxReplicas,
		NumTotalMysqldSlots: config.MysqldSlots, NumMysqldSlotsPerVm: config.MysqldSlotsPer,
		NumTotalApiSlots: config.APISlots, NumApiSlotsPerVm: config.APISlotsPer,
	}
	for _, slot := range spec.Slots() {
		active := slot.Kind == engine.KindData && slot.Replica < config.ReplicasAtStart
		w.nodes = append(w.nodes, &node{Slot: slot, active: active})
	}
}

// settle lets everything serve that now can, and the cluster stop that must.
func (w *World) settle() {
	for _, n := range w.nodes {
		if n.Kind == engine.KindManagement {
			w.serve(n)
		}
	}
	if w.serving && !w.everyGroup(func(n *node) bool { return n.started }) {
		w.serving, w.stopped = false, w.last
	}
	if !w.managed() {
		return // nothing else can start
	}
	if !w.serving && w.complete() {
		if w.formed {
			w.restarts++
			w.restored = w.stopped
		}
		w.formed, w.serving = true, true
	}
	for _, n := range w.nodes {
		if w.serving {
			w.serve(n)
		}
	}
}

// serve lets a process serve, if there is one.
func (w *World) serve(n *node) {
	if !n.running || n.started {
		return
	}
	n.started, n.startedAt = true, w.last.At
	n.hasData = n.Kind == engine.KindData
}

// complete says whether the data nodes that a start of the whole cluster needs
// are running: all active ones the first time, those with data later.
func (w *World) complete() bool {
	needed := func(n *node) bool { return n.active && (!w.formed || n.hasData && !n.stale) }
	missing := func(n *node) bool { return n.Kind == engine.KindData && needed(n) && !n.running }
	return w.everyGroup(needed) && !slices.ContainsFunc(w.nodes, missing)
}

// everyGroup says whether each node group has a data node of which something
// holds; false before there are groups.
func (w *World) everyGroup(holds func(*node) bool) bool {
	groups := make(map[engine.GroupID]bool)
	for _, n := range w.nodes {
		if n.Kind == engine.KindData && holds(n) {
			groups[n.Group] = true
		}
	}
	return w.config != nil && len(groups) == w.config.NodeGroups
}

// managed says whether a management server is started.
func (w *World) managed() bool { return w.first(engine.KindManagement) != nil }

// first finds the started node of a kind with the lowest id, nil if there is none.
func (w *World) first(kind engine.NodeKind) *node {
	for _, n := range w.nodes {
		if n.Kind == kind && n.started {
			return n
		}
	}
	return nil
}

// node finds a slot, nil if there is none.
func (w *World) node(id engine.NodeID) *node {
	for _, n := range w.nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}
