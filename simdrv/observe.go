package simdrv

import (
	"strconv"

	"rondb-tui/engine"
)

// What memory is used for, roughly: a share that is always taken, and bytes for
// each row held.
const (
	idleMemoryShare = 8 // one part in so many
	bytesOfRow      = 256
	defaultMemory   = 2400 << 20
)

// Observe takes one look at everything. Its events are for the Driver alone, so
// there are none; see EventsSince.
func (w *World) Observe() engine.Observed {
	w.enter()
	defer w.leave()
	return w.observe()
}

func (w *World) observe() engine.Observed {
	c := &w.cluster
	o := engine.Observed{
		At: w.stamp(w.now), Formed: c.formed, Serving: c.serving,
		RestoredCheckpoint: c.checkpoint.restored, SystemRestarts: c.restarts,
	}
	if w.config == nil {
		return o
	}
	config := *w.config
	o.Config = &config
	o.Checkpoint, _ = w.lastCheckpoint()
	if c.restarts > 0 {
		o.RestoredAt = w.stamp(c.checkpoint.restoredAt)
	}
	lead := w.president()
	if lead != nil {
		o.President = lead.ID
	}
	if c.arbitrator.node != nil {
		o.Arbitrator, o.ArbitrationReady, o.Ticket = c.arbitrator.node.ID, true, c.arbitrator.ticket
	}
	o.Nodes = make([]engine.NodeObservation, len(w.nodes))
	for i, n := range w.nodes {
		o.Nodes[i] = w.observeNode(n)
		o.Nodes[i].President = n == lead
		o.Nodes[i].Arbitrator = n == c.arbitrator.node
	}
	return o
}

func (w *World) observeNode(n *node) engine.NodeObservation {
	o := engine.NodeObservation{
		Slot: n.Slot, Status: w.statusOf(n), Incarnation: n.incarnation, Err: n.lastError,
		Active: n.replica.active, HasData: n.replica.hasData, Stale: n.replica.stale,
		FailureHandled: n.Kind == engine.KindData && n.replica.failureHandled,
	}
	if n.container {
		o.Container = "sim-" + n.Kind.String() + "-" + n.ID.String()
	}
	for _, f := range w.broken {
		if f.node != n {
			continue
		}
		o.Isolated = o.Isolated || f.kind == faultIsolate
		if until := w.stamp(f.until); o.Lease == nil || until.After(o.Lease.Until) {
			o.Lease = &engine.Lease{Fault: string(f.kind), Until: until}
		}
	}
	if !n.running() {
		return o
	}
	o.Version, o.Address = w.config.Version, n.client.address
	if n.status == engine.StatusStarting {
		o.StartPhase, o.Doing, o.Progress = n.phase, n.doing, w.progress(n)
	}
	if n.started() {
		o.StartedAt = w.stamp(n.startedAt)
	}
	if n.Kind == engine.KindData {
		o.Rows, o.MemoryUsed, o.MemoryTotal = n.replica.rows(), w.memoryUsed(n), w.memoryTotal()
	}
	return o
}

// statusOf is what a look at a slot finds.
func (w *World) statusOf(n *node) engine.NodeStatus {
	switch {
	case !n.container:
		return engine.StatusAbsent
	case n.frozen:
		return engine.StatusPaused
	default:
		return n.status
	}
}

// progress estimates how far a start is, 0 to 1.
func (w *World) progress(n *node) float64 {
	within := 0.0
	if n.lasts > 0 {
		within = min(1, float64(w.now-n.began)/float64(n.lasts))
	}
	if n.Kind != engine.KindData {
		return within
	}
	if n.stage != stageRun {
		return 0
	}
	if total := len(n.copying); total > 0 {
		within = float64(n.copied) / float64(total)
	}
	return (float64(n.phase-1) + within) / engine.LastStartPhase
}

func (w *World) memoryUsed(n *node) int64 {
	return w.memoryTotal()/idleMemoryShare + n.replica.rows()*bytesOfRow
}

// memoryTotal reads the configuration's memory: a number with K, M, G or T.
func (w *World) memoryTotal() int64 {
	text, unit := w.config.TotalMemory, int64(1)
	if text == "" {
		return defaultMemory
	}
	switch text[len(text)-1] {
	case 'K', 'k':
		unit = 1 << 10
	case 'M', 'm':
		unit = 1 << 20
	case 'G', 'g':
		unit = 1 << 30
	case 'T', 't':
		unit = 1 << 40
	}
	if unit > 1 {
		text = text[:len(text)-1]
	}
	count, err := strconv.ParseInt(text, 10, 64)
	if err != nil || count <= 0 {
		return defaultMemory
	}
	return count * unit
}
