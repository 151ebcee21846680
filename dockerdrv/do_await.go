package dockerdrv

import (
	"context"

	"rondb-tui/engine"
)

// condition says whether what an action waits for is there, and fails as soon as
// it can only come by somebody's doing.
type condition func(o *engine.Observed) (bool, error)

// await waits for a condition of the whole cluster.
func (d *Driver) await(ctx context.Context, action engine.Action, holds condition) error {
	if node := action.Node(); node != 0 {
		if _, _, err := d.slotOf(action); err != nil {
			return err
		}
	}
	var failure error
	err := d.until(ctx, func() bool {
		o := d.look()
		done, err := holds(&o)
		failure = err
		return done || err != nil
	})
	if failure != nil {
		return failure
	}
	if err != nil && ctx.Err() != nil {
		return refuse(engine.KindTransient, action, "%w", ctx.Err())
	}
	return err
}

// awaitStarted waits until a node serves, and keeps that the cluster was formed
// once it was: a restart must know, also with no management server to ask.
func (d *Driver) awaitStarted(ctx context.Context, a engine.AwaitStarted) error {
	if err := d.await(ctx, a, isUp(a)); err != nil {
		return err
	}
	c := d.found.Load()
	if a.Slot.Kind != engine.KindData || c.store.meta().Formed {
		return nil
	}
	d.board.mu.Lock()
	formed := d.board.view.status.GetFormed()
	d.board.mu.Unlock()
	if !formed {
		return nil
	}
	return c.store.update(ctx, func(m *Meta) { m.Formed = true })
}

func never(action engine.Action, n *engine.NodeObservation) error {
	if n.Err != "" {
		return refuse(engine.KindConflict, action, "it is %s: %s", n.Status, n.Err)
	}
	return refuse(engine.KindConflict, action, "it is %s", n.Status)
}

func isUp(a engine.AwaitStarted) condition {
	return func(o *engine.Observed) (bool, error) {
		n, found := o.Node(a.Slot.ID)
		switch {
		case !found:
			return false, refuse(engine.KindNotFound, a, "the configuration has no such node")
		case n.Status == engine.StatusUnknown || n.Status == engine.StatusPaused:
			return false, nil
		case !n.Status.Running() || n.Status == engine.StatusStopping:
			return false, never(a, n)
		case n.Status == engine.StatusStarted:
			return true, nil
		}
		if why := hopeless(o, n); why != "" {
			return false, refuse(engine.KindConflict, a, "%s", why)
		}
		return false, nil
	}
}

// hopeless tells what a start waits for that nobody brings about; "" if there is
// hope.
func hopeless(o *engine.Observed, n *engine.NodeObservation) string {
	running := func(kind engine.NodeKind) bool {
		for i := range o.Nodes {
			if m := &o.Nodes[i]; m.Kind == kind && (m.Status.Running() || m.Status == engine.StatusUnknown) {
				return true
			}
		}
		return false
	}
	switch {
	case n.Kind == engine.KindData && !running(engine.KindManagement):
		return "no management server is running"
	case n.Kind == engine.KindMySQL && !running(engine.KindData):
		return "no data node is running"
	default:
		return ""
	}
}

// isDown holds when the process is gone and the management servers have seen it
// go: what they say of the node is from after its end then.
func (b *board) isDown(a engine.AwaitDown) condition {
	return func(o *engine.Observed) (bool, error) {
		n, found := o.Node(a.Slot.ID)
		switch {
		case !found:
			return false, refuse(engine.KindNotFound, a, "the configuration has no such node")
		case n.Status == engine.StatusUnknown:
			return false, nil
		case n.Status.Running() && n.Status != engine.StatusStopping:
			return false, never(a, n)
		case n.Status.Running():
			return false, nil
		}
		s := b.view.of(n.ID)
		return n.Kind != engine.KindData || b.view.from == 0 || s == nil || !isStarted(s) && !s.GetConnected(), nil
	}
}

func isHandled(a engine.AwaitFailureHandled) condition {
	return func(o *engine.Observed) (bool, error) {
		n, found := o.Node(a.Slot.ID)
		if !found {
			return false, refuse(engine.KindNotFound, a, "the configuration has no such node")
		}
		return n.Kind != engine.KindData || n.FailureHandled, nil
	}
}

func arbitrationReady(o *engine.Observed) (bool, error) {
	const op = "wait for an arbitrator"
	if !o.Serving {
		return false, engine.Errorf(engine.KindConflict, op, 0, "the data nodes do not form a cluster")
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if (n.Kind == engine.KindManagement || n.Kind == engine.KindMySQL) && n.Status.Running() {
			return o.ArbitrationReady, nil
		}
	}
	return false, engine.Errorf(engine.KindConflict, op, 0, "no management server and no MySQL server is running")
}
