package dockerdrv

import (
	"context"
	"strings"

	"github.com/moby/moby/client"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// stopNode stops a process in order. One that is dead is put to rest: from then on
// it counts as stopped on purpose.
func (d *Driver) stopNode(ctx context.Context, c *cluster, slot engine.Slot, action engine.Action) error {
	n := d.observed(slot.ID)
	switch n.Status {
	case engine.StatusAbsent, engine.StatusStopped, engine.StatusStopping:
		return nil
	case engine.StatusDead:
		return d.rest(ctx, c, slot, n.Incarnation)
	case engine.StatusUnknown, engine.StatusStarting, engine.StatusStarted, engine.StatusPaused:
	}
	if slot.Kind == engine.KindAPI {
		return d.stopAPI(ctx, c, slot, n)
	}
	if slot.Kind == engine.KindData && n.Status != engine.StatusStarting {
		return d.stopMember(ctx, c, slot, action)
	}
	return d.stopProcess(ctx, c, slot, refuse(engine.KindTransient, action, "its agent does not answer"))
}

// rest keeps that an end was what was asked for.
func (d *Driver) rest(ctx context.Context, c *cluster, slot engine.Slot, incarnation uint64) error {
	err := d.record(ctx, c, slot.ID, func(r *Record) { r.RestedAt, r.Incarnation = incarnation, incarnation })
	d.board.expire()
	return err
}

// stopAPI stops an API node, which is its container.
func (d *Driver) stopAPI(ctx context.Context, c *cluster, slot engine.Slot, n engine.NodeObservation) error {
	box, _ := d.board.container(slot.ID)
	if err := d.rest(ctx, c, slot, n.Incarnation); err != nil {
		return err
	}
	seconds := 5
	if _, err := d.api.ContainerStop(ctx, box.id, client.ContainerStopOptions{Timeout: &seconds}); err != nil {
		return failed("stop API node", slot.ID, err)
	}
	return d.ended(ctx, "stop API node", slot.ID, box.id)
}

// stopProcess has the agent stop its process; absent is the error if there is no
// agent.
func (d *Driver) stopProcess(ctx context.Context, c *cluster, slot engine.Slot, absent error) error {
	op := "stop " + slot.Kind.Words()
	l := d.board.linkTo(slot.ID)
	if l == nil {
		return absent
	}
	mark := d.markStopping(slot.ID)
	if _, err := l.client.StopProcess(ctx, &agentproto.StopProcessRequest{Call: d.call(c)}); err != nil {
		d.unmark(slot.ID, mark)
		return refused(op, slot.ID, err)
	}
	return d.happened(ctx, op, slot.ID, func(p *agentproto.ProcessStatus) bool { return !runs(p) || p.GetIncarnation() != mark })
}

func runs(p *agentproto.ProcessStatus) bool {
	switch p.GetState() {
	case agentproto.ProcessState_PROCESS_RUNNING, agentproto.ProcessState_PROCESS_STOPPING, agentproto.ProcessState_PROCESS_PAUSED:
		return true
	default:
		return false
	}
}

// markStopping notes that the present process of a node was told to stop: between
// the order and its end it looks like any other.
func (d *Driver) markStopping(node engine.NodeID) (incarnation uint64) {
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	n := d.board.node(node)
	n.stopping = n.last.GetIncarnation()
	d.board.touch()
	return n.stopping
}

func (d *Driver) unmark(node engine.NodeID, incarnation uint64) {
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	if n := d.board.node(node); n.stopping == incarnation {
		n.stopping = 0
		d.board.touch()
	}
}

// stopMember stops a data node that is part of the cluster, through a management
// server. The last replica of a node group stays.
func (d *Driver) stopMember(ctx context.Context, c *cluster, slot engine.Slot, action engine.Action) error {
	d.board.mu.Lock()
	o := d.look()
	d.board.mu.Unlock()
	if o.StartedIn(slot.Group, slot.ID) == 0 {
		return refuse(engine.KindDenied, action, "it is the last started replica of node group %d", slot.Group)
	}
	l := d.manager()
	if l == nil {
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	mark := d.markStopping(slot.ID)
	reply, err := l.client.Mgm(ctx, &agentproto.MgmRequest{
		Call: d.call(c), Command: &agentproto.MgmRequest_Stop{Stop: &agentproto.MgmStop{Nodes: []int32{int32(slot.ID)}}}, //nolint:gosec // G115: at most 255
	})
	if err = mgmResult(action, reply, err); err != nil {
		d.unmark(slot.ID, mark)
	}
	return err
}

// stopAll stops every data node at once. Those that have not joined yet are
// stopped by their agents.
func (d *Driver) stopAll(ctx context.Context, action engine.Action) error {
	c := d.found.Load()
	if c == nil {
		return nil
	}
	if err := d.refresh(ctx); err != nil {
		return err
	}
	d.board.mu.Lock()
	o := d.look()
	d.board.mu.Unlock()
	var members, others []engine.Slot
	for i := range o.Nodes {
		n := &o.Nodes[i]
		switch {
		case n.Kind != engine.KindData:
		case n.Status == engine.StatusStarted || n.Status == engine.StatusPaused || n.Status == engine.StatusUnknown:
			members = append(members, n.Slot)
		case n.Status == engine.StatusStarting:
			others = append(others, n.Slot)
		}
	}
	for _, slot := range others {
		if err := d.stopProcess(ctx, c, slot, refuse(engine.KindTransient, action, "the agent of data node %d does not answer", slot.ID)); err != nil {
			return err
		}
	}
	if len(members) == 0 {
		return nil
	}
	l := d.manager()
	if l == nil {
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	marks := make([]uint64, len(members))
	for i, slot := range members {
		marks[i] = d.markStopping(slot.ID)
	}
	reply, err := l.client.Mgm(ctx, &agentproto.MgmRequest{
		Call: d.call(c), Command: &agentproto.MgmRequest_Stop{Stop: &agentproto.MgmStop{}},
	})
	err = mgmResult(action, reply, err)
	for i, slot := range members {
		if err != nil {
			d.unmark(slot.ID, marks[i])
		}
	}
	return err
}

// manager is the agent whose view is taken: that of a management server that
// answers; nil if there is none.
func (d *Driver) manager() *link {
	d.board.mu.Lock()
	from := d.board.view.from
	d.board.mu.Unlock()
	if from == 0 {
		return nil
	}
	return d.board.linkTo(from)
}

// mgmResult reads the answer to a management command.
func mgmResult(action engine.Action, reply *agentproto.MgmReply, err error) error {
	if err != nil {
		return refused(opOf(action), action.Node(), err)
	}
	text := reply.GetResult()
	lower := strings.ToLower(text)
	switch {
	case strings.EqualFold(text, "Ok"), strings.Contains(lower, "already"):
		return nil
	case strings.Contains(lower, "5028"), strings.Contains(lower, "5031"), strings.Contains(lower, "crash"),
		strings.Contains(lower, "stop the cluster"):
		return refuse(engine.KindDenied, action, "%s", text)
	case strings.Contains(lower, "unknown command"), strings.Contains(lower, "not supported"):
		return refuse(engine.KindUnsupported, action, "%s", text)
	default: // most often something else is going on: a start, a stop, a backup
		return refuse(engine.KindTransient, action, "%s", text)
	}
}

// activate makes an inactive data node slot active in the configuration.
func (d *Driver) activate(ctx context.Context, c *cluster, slot engine.Slot, action engine.Action) error {
	if slot.Kind != engine.KindData {
		return refuse(engine.KindInvalid, action, "only data nodes are activated")
	}
	if c.store.meta().Nodes[slot.ID].Active {
		return nil
	}
	l := d.manager()
	if l == nil {
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	reply, err := l.client.Mgm(ctx, &agentproto.MgmRequest{
		Call: d.call(c), Command: &agentproto.MgmRequest_Activate{Activate: &agentproto.MgmNode{Node: int32(slot.ID)}}, //nolint:gosec // G115: at most 255
	})
	if err := mgmResult(action, reply, err); err != nil {
		return err
	}
	return d.activity(ctx, c, slot, true)
}

// activity keeps what was changed in the configuration, and rings.
func (d *Driver) activity(ctx context.Context, c *cluster, slot engine.Slot, active bool) error {
	n := d.observed(slot.ID)
	err := d.record(ctx, c, slot.ID, func(r *Record) {
		r.Active = active
		if !active && n.HasData {
			r.StaleAt = n.Incarnation
		}
	})
	d.board.expire()
	return err
}

// deactivate stops a data node in order and makes its slot inactive.
func (d *Driver) deactivate(ctx context.Context, c *cluster, slot engine.Slot, action engine.Action) error {
	if slot.Kind != engine.KindData {
		return refuse(engine.KindInvalid, action, "only data nodes are deactivated")
	}
	if !c.store.meta().Nodes[slot.ID].Active {
		return nil
	}
	if d.manager() == nil {
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	n := d.observed(slot.ID)
	if n.Status.Running() || n.Status == engine.StatusUnknown {
		if err := d.stopNode(ctx, c, slot, action); err != nil {
			return err
		}
		if err := d.await(ctx, engine.AwaitDown{Slot: slot}, d.board.isDown(engine.AwaitDown{Slot: slot})); err != nil {
			return err
		}
	} else if n.HasData && !n.Stale && d.lastCopy(slot) {
		return refuse(engine.KindDenied, action, "it holds the only newest data of its node group")
	}
	if err := d.await(ctx, engine.AwaitFailureHandled{Slot: slot}, isHandled(engine.AwaitFailureHandled{Slot: slot})); err != nil {
		return err
	}
	l := d.manager()
	if l == nil {
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	reply, err := l.client.Mgm(ctx, &agentproto.MgmRequest{
		Call: d.call(c), Command: &agentproto.MgmRequest_Deactivate{Deactivate: &agentproto.MgmNode{Node: int32(slot.ID)}}, //nolint:gosec // G115: at most 255
	})
	if err := mgmResult(action, reply, err); err != nil {
		return err
	}
	return d.activity(ctx, c, slot, false)
}

// lastCopy says whether no other replica of the group is started: then which of
// them has the newest data is not known.
func (d *Driver) lastCopy(slot engine.Slot) bool {
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	o := d.look()
	return o.StartedIn(slot.Group, slot.ID) == 0
}
