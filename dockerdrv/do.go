package dockerdrv

import (
	"context"
	"strings"

	"rondb-tui/engine"
)

// Do performs one step and returns when its effect was seen.
func (d *Driver) Do(ctx context.Context, step engine.Step) error {
	if err := ctx.Err(); err != nil {
		return refuse(engine.KindTransient, step.Action, "%w", err)
	}
	err := d.effect(ctx, step.Action)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && engine.KindOf(err) != engine.KindTransient {
		return refuse(engine.KindTransient, step.Action, "%w: %w", ctx.Err(), err)
	}
	return err
}

// opOf is the verb phrase of an action without its node, which an error adds.
func opOf(action engine.Action) string {
	op, _, _ := strings.Cut(action.String(), " "+action.Node().String())
	return op
}

// refuse is the error of an action.
func refuse(kind engine.ErrorKind, action engine.Action, format string, args ...any) error {
	return engine.Errorf(kind, opOf(action), action.Node(), format, args...)
}

func (d *Driver) effect(ctx context.Context, action engine.Action) error {
	switch a := action.(type) {
	case engine.WriteConfig:
		return d.configure(ctx, a.Config)
	case engine.StopAllDataNodes:
		return d.stopAll(ctx, a)
	case engine.AwaitArbitration:
		return d.await(ctx, action, arbitrationReady)
	case engine.AwaitStarted:
		return d.awaitStarted(ctx, a)
	case engine.AwaitDown:
		return d.await(ctx, action, d.board.isDown(a))
	case engine.AwaitFailureHandled:
		return d.await(ctx, action, isHandled(a))
	}
	if action.Node() == 0 {
		return refuse(engine.KindUnsupported, action, "the Docker driver cannot do it")
	}
	c, slot, err := d.slotOf(action)
	if err != nil {
		return err
	}
	unlock, err := d.locks.lock(ctx, slot.ID)
	if err != nil {
		return refuse(engine.KindTransient, action, "%w", err)
	}
	defer unlock()
	if err := d.refresh(ctx); err != nil {
		return err
	}
	return d.onNode(ctx, c, slot, action)
}

// onNode performs an action on a node that nobody else works on.
func (d *Driver) onNode(ctx context.Context, c *cluster, slot engine.Slot, action engine.Action) error {
	switch a := action.(type) {
	case engine.CreateNode:
		return d.createNode(ctx, c, slot)
	case engine.RemoveNode:
		return d.removeNode(ctx, c, a)
	case engine.StartNode:
		return d.startNode(ctx, c, a)
	case engine.StopNode:
		return d.stopNode(ctx, c, slot, action)
	case engine.ActivateNode:
		return d.activate(ctx, c, slot, action)
	case engine.DeactivateNode:
		return d.deactivate(ctx, c, slot, action)
	default:
		return refuse(engine.KindUnsupported, action, "the Docker driver cannot do it")
	}
}

// slotOf finds the slot that an action is about in the configuration.
func (d *Driver) slotOf(action engine.Action) (*cluster, engine.Slot, error) {
	c := d.found.Load()
	if c == nil {
		return nil, engine.Slot{}, refuse(engine.KindNotFound, action, "the cluster has no configuration yet")
	}
	slot, found := c.store.meta().slot(action.Node())
	if !found {
		return nil, slot, refuse(engine.KindNotFound, action, "the configuration has no such node")
	}
	return c, slot, nil
}

// observed looks at one slot now.
func (d *Driver) observed(id engine.NodeID) engine.NodeObservation {
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	o := d.look()
	n, found := o.Node(id)
	if !found {
		return engine.NodeObservation{}
	}
	return *n
}

// record changes what is kept about a node.
func (d *Driver) record(ctx context.Context, c *cluster, node engine.NodeID, change func(r *Record)) error {
	return c.store.update(ctx, func(m *Meta) {
		r := m.Nodes[node]
		change(&r)
		m.Nodes[node] = r
	})
}
