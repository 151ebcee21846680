package filedrv

import (
	"time"

	"rondb-tui/engine"
)

// memoryOfNode is what every data node is said to have, in bytes.
const memoryOfNode = 1 << 30

// Observe takes one look. Its events are for a Driver's observers alone, so there
// are none. Every effect counts as a complete global checkpoint.
func (w *World) Observe(at time.Time) engine.Observed {
	o := engine.Observed{
		At: at, Formed: w.formed, Serving: w.serving,
		RestoredCheckpoint: w.restored.Seq, RestoredAt: w.restored.At, SystemRestarts: w.restarts,
	}
	if w.config == nil {
		return o
	}
	config := *w.config
	o.Config = &config
	if w.formed {
		o.Checkpoint = w.last.Seq
	}
	if w.serving {
		o.President = w.first(engine.KindData).ID
	}
	if arbitrator := w.first(engine.KindManagement); w.serving && arbitrator != nil {
		o.Arbitrator, o.ArbitrationReady = arbitrator.ID, true
	}
	o.Nodes = make([]engine.NodeObservation, len(w.nodes))
	for i, n := range w.nodes {
		o.Nodes[i] = n.observe(config.Version)
		o.Nodes[i].President = n.ID == o.President
		o.Nodes[i].Arbitrator = n.ID == o.Arbitrator
	}
	return o
}

func (n *node) observe(version string) engine.NodeObservation {
	o := engine.NodeObservation{
		Slot: n.Slot, Status: n.status(), Active: n.active, HasData: n.hasData, Stale: n.stale,
		FailureHandled: n.Kind == engine.KindData, Incarnation: n.incarnation,
	}
	if n.container {
		o.Container = "file-" + n.Kind.String() + "-" + n.ID.String()
	}
	if n.running {
		o.Version = version
	}
	if n.started {
		o.StartedAt = n.startedAt
	}
	if n.running && n.Kind == engine.KindData {
		o.MemoryTotal = memoryOfNode
	}
	return o
}

// status is what a look at a slot finds.
func (n *node) status() engine.NodeStatus {
	switch {
	case !n.container:
		return engine.StatusAbsent
	case n.started:
		return engine.StatusStarted
	case n.running:
		return engine.StatusStarting
	default:
		return engine.StatusStopped
	}
}
