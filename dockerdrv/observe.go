package dockerdrv

import (
	"context"
	"strings"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Observe takes one look. It fails only if the daemon does not answer; an agent
// that does not is in its node's Err.
func (d *Driver) Observe(ctx context.Context) (engine.Observed, error) {
	if err := ctx.Err(); err != nil {
		return engine.Observed{}, engine.Errorf(engine.KindTransient, "observe", 0, "%w", err)
	}
	if err := d.refresh(ctx); err != nil {
		return engine.Observed{}, failed("observe", 0, err)
	}
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	o := d.look()
	o.Events = d.board.events.take()
	return o, nil
}

// look puts an observation together. The board's lock is held.
func (d *Driver) look() engine.Observed {
	b := d.board
	o := engine.Observed{At: b.now()}
	m := d.Meta()
	if m == nil || m.Config == nil {
		return o
	}
	config := *m.Config
	v := &b.view
	o.Config, o.Formed = &config, m.Formed || v.status.GetFormed()
	o.Checkpoint, o.RestoredCheckpoint = v.status.GetCheckpoint(), v.status.GetRestoredCheckpoint()
	if ms := v.status.GetRestoredUnixMs(); ms > 0 {
		o.RestoredAt = time.UnixMilli(ms)
	}
	o.SystemRestarts = v.earlier + v.counted
	slots := m.slots()
	o.Nodes = make([]engine.NodeObservation, len(slots))
	for i, slot := range slots {
		o.Nodes[i] = b.observe(m, slot)
	}
	b.judge(&o)
	return o
}

// observe looks at one slot. The lock is held.
func (b *board) observe(m *Meta, slot engine.Slot) engine.NodeObservation {
	box, boxed := b.stock.containers[slot.ID]
	n := b.node(slot.ID)
	o := engine.NodeObservation{Slot: slot, Incarnation: b.incarnation(m, slot)}
	o.Status, o.Err = b.status(m, slot)
	if boxed {
		o.Container = box.name
	}
	b.observeData(m, &o)
	if c, isCut := b.stock.cuts[slot.ID]; isCut {
		o.Isolated, o.Lease = true, &engine.Lease{Fault: "isolate", Until: c.until}
	}
	p := n.last
	if slot.Kind == engine.KindAPI && o.Status == engine.StatusStarted && n.link != nil {
		o.Version, o.StartedAt = m.Config.Version, n.link.since
	}
	if !o.Status.Running() || p == nil || slot.Kind == engine.KindAPI {
		return o
	}
	if ms := p.GetPauseUntilUnixMs(); ms > 0 && o.Status == engine.StatusPaused {
		if until := time.UnixMilli(ms); o.Lease == nil || until.After(o.Lease.Until) {
			o.Lease = &engine.Lease{Fault: "pause", Until: until}
		}
	}
	o.Version = p.GetVersion()
	if o.Version == "" && n.link != nil {
		o.Version = n.link.hello.GetDatabaseVersion()
	}
	if o.Version == "" {
		o.Version = m.Config.Version
	}
	o.MemoryUsed, o.MemoryTotal = p.GetMemoryUsed(), p.GetMemoryLimit()
	if o.Status == engine.StatusStarted || o.Status == engine.StatusPaused {
		o.StartedAt = time.UnixMilli(p.GetStartedUnixMs())
	}
	if slot.Kind == engine.KindMySQL {
		o.Address = hostPort(m.Ports[slot.ID])
	}
	if slot.Kind == engine.KindData && o.Status == engine.StatusStarting {
		if s := b.view.of(slot.ID); s != nil && b.view.from != 0 {
			o.StartPhase, o.Doing = min(max(int(s.GetStartPhase()), 0), engine.LastStartPhase), s.GetDoing()
			o.Progress = float64(o.StartPhase) / engine.LastStartPhase
		} else {
			o.Doing = "no management server tells how far it is"
		}
	}
	return o
}

// observeData fills in what only data nodes have. The lock is held.
func (b *board) observeData(m *Meta, o *engine.NodeObservation) {
	if o.Kind != engine.KindData {
		return
	}
	record, n := m.Nodes[o.ID], b.node(o.ID)
	o.Active = record.Active
	switch {
	case o.Status == engine.StatusStarted: // its agent may tell a moment later
		o.HasData = true
	case o.Status == engine.StatusStarting && n.emptied != 0 && n.emptied == n.last.GetIncarnation():
		o.HasData = false
	case n.link != nil && n.link.up && n.last != nil:
		o.HasData = n.last.GetHasData()
	default: // nobody is there to ask
		o.HasData = record.Started && b.stock.volumes[o.ID]
	}
	o.Stale = o.HasData && record.StaleAt > 0 && o.Incarnation <= record.StaleAt
	o.FailureHandled = b.failureHandled(m, o)
}

// failureHandled says whether the others are done with a node's last failure. The
// lock is held.
func (b *board) failureHandled(m *Meta, o *engine.NodeObservation) bool {
	if o.Incarnation == 0 || o.Status == engine.StatusStarted {
		return true
	}
	if s := b.view.of(o.ID); b.view.from != 0 && s != nil {
		// A view from before the failure still says that the node is there.
		return s.GetFailureHandled() && !isStarted(s) && !s.GetConnected()
	}
	for _, slot := range m.slots() { // without data nodes there is nobody to handle it
		if slot.Kind == engine.KindData && slot.ID != o.ID {
			if s, _ := b.status(m, slot); s.Running() {
				return false
			}
		}
	}
	return true
}

// incarnation counts the starts of a node in all its volumes. The lock is held.
func (b *board) incarnation(m *Meta, slot engine.Slot) uint64 {
	record, n := m.Nodes[slot.ID], b.node(slot.ID)
	if slot.Kind == engine.KindAPI || n.last == nil || n.base != record.Base {
		return record.Incarnation
	}
	return max(record.Incarnation, record.Base+n.last.GetIncarnation())
}

// status is what a look at a slot finds, and why it is no better. The lock is held.
func (b *board) status(m *Meta, slot engine.Slot) (engine.NodeStatus, string) {
	box, found := b.stock.containers[slot.ID]
	n := b.node(slot.ID)
	switch {
	case !found:
		return engine.StatusAbsent, ""
	case box.state == "created":
		return engine.StatusStopped, ""
	case !box.running():
		return b.ended(m, slot, box)
	case slot.Kind == engine.KindAPI:
		return engine.StatusStarted, ""
	case n.link == nil:
		return engine.StatusUnknown, "its agent has not answered yet"
	case !n.link.up:
		return engine.StatusUnknown, n.link.problemOr("its agent has not answered yet")
	}
	return b.processStatus(m, slot, n)
}

func (l *link) problemOr(text string) string {
	if l.problem == "" {
		return text
	}
	return l.problem
}

// ended is the status of a node whose container has ended. The lock is held.
func (b *board) ended(m *Meta, slot engine.Slot, box boxed) (engine.NodeStatus, string) {
	n, record := b.node(slot.ID), m.Nodes[slot.ID]
	if box.state != "exited" && box.state != "dead" {
		return engine.StatusUnknown, "its container is " + box.state
	}
	incarnation := b.incarnation(m, slot)
	if !record.Started || record.RestedAt == incarnation {
		return engine.StatusStopped, ""
	}
	s := n.last.GetState()
	idle := n.last != nil && (s == agentproto.ProcessState_PROCESS_STOPPED || s == agentproto.ProcessState_PROCESS_NONE)
	if idle && slot.Kind != engine.KindAPI { // an API node is its container
		return engine.StatusStopped, ""
	}
	why := "its container has ended"
	if box.exit != "" {
		why += ": " + box.exit
	}
	return engine.StatusDead, why
}

// processStatus is the status of a node whose agent tells it. The lock is held.
func (b *board) processStatus(m *Meta, slot engine.Slot, n *seen) (engine.NodeStatus, string) {
	p := n.last
	rested := m.Nodes[slot.ID].RestedAt == b.incarnation(m, slot)
	stopping := n.stopping != 0 && n.stopping == p.GetIncarnation()
	switch p.GetState() {
	case agentproto.ProcessState_PROCESS_NONE, agentproto.ProcessState_PROCESS_STOPPED:
		return engine.StatusStopped, ""
	case agentproto.ProcessState_PROCESS_STOPPING:
		return engine.StatusStopping, ""
	case agentproto.ProcessState_PROCESS_DEAD:
		if rested || stopping && p.GetExitCode() == 0 {
			return engine.StatusStopped, ""
		}
		return engine.StatusDead, whyDead(p)
	case agentproto.ProcessState_PROCESS_PAUSED:
		return engine.StatusPaused, ""
	default:
	}
	switch {
	case stopping:
		return engine.StatusStopping, ""
	case slot.Kind == engine.KindData:
		return b.dataStatus(slot.ID, n)
	case p.GetServing():
		return engine.StatusStarted, ""
	default:
		return engine.StatusStarting, ""
	}
}

// isStarted reads the management protocol's word for a data node that serves.
func isStarted(s *agentproto.NodeState) bool {
	word := strings.ToUpper(s.GetStatus())
	return word == "STARTED" || word == "SINGLEUSER" || word == "SINGLE USER MODE"
}

// dataStatus is the status of a data node whose process runs: how far it is, the
// management servers know. The lock is held.
func (b *board) dataStatus(id engine.NodeID, n *seen) (engine.NodeStatus, string) {
	served := n.started != 0 && n.started == n.last.GetIncarnation()
	s := b.view.of(id)
	if b.view.from == 0 || s == nil || served && !b.view.known[id] && !s.GetConnected() {
		// Nobody tells, or a server that has just started and not met the node yet.
		if served {
			return engine.StatusStarted, ""
		}
		return engine.StatusStarting, ""
	}
	word := strings.ToUpper(s.GetStatus())
	switch {
	case isStarted(s):
		return engine.StatusStarted, ""
	case strings.Contains(word, "STOP"), strings.Contains(word, "SHUTTING"):
		return engine.StatusStopping, ""
	case served && word != "STARTING":
		return engine.StatusUnknown, "the management server has no contact with it"
	default:
		return engine.StatusStarting, ""
	}
}

// judge fills in what follows from all nodes. The lock is held.
func (b *board) judge(o *engine.Observed) {
	v := &b.view
	started := func(id int32) *engine.NodeObservation {
		n, found := o.Node(engine.NodeID(id))
		if !found || n.Status != engine.StatusStarted && n.Status != engine.StatusPaused {
			return nil
		}
		return n
	}
	president := started(v.status.GetPresident())
	groups := 0
	if o.Config != nil {
		for g := range engine.GroupID(o.Config.NodeGroups) {
			if o.StartedIn(g, 0) > 0 {
				groups++
			}
		}
	}
	if president == nil || president.Kind != engine.KindData || !o.Formed || groups < o.Config.NodeGroups {
		return
	}
	o.Serving, o.President, president.President = true, president.ID, true
	if arbitrator := started(v.status.GetArbitrator()); arbitrator != nil {
		o.Arbitrator, arbitrator.Arbitrator = arbitrator.ID, true
		o.ArbitrationReady, o.Ticket = v.status.GetArbitrationReady(), v.status.GetTicket()
	}
}
