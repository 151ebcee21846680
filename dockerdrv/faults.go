package dockerdrv

import (
	"context"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// victim finds a node that a fault is about; it must run.
func (d *Driver) victim(op string, node engine.NodeID) (*cluster, engine.NodeObservation, error) {
	c := d.found.Load()
	if c == nil {
		return nil, engine.NodeObservation{}, engine.Errorf(engine.KindNotFound, op, node, "there is no such node")
	}
	if _, found := c.store.meta().slot(node); !found {
		return nil, engine.NodeObservation{}, engine.Errorf(engine.KindNotFound, op, node, "there is no such node")
	}
	n := d.observed(node)
	if !n.Status.Running() {
		return c, n, engine.Errorf(engine.KindDenied, op, node, "it is %s", n.Status)
	}
	return c, n, nil
}

// Kill sends SIGKILL to processes at the same moment, or to none.
func (d *Driver) Kill(ctx context.Context, nodes []engine.NodeID) error {
	const op = "kill"
	if err := d.refresh(ctx); err != nil {
		return err
	}
	for _, node := range nodes {
		if _, _, err := d.victim(op, node); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range nodes {
		group.Go(func() error { return d.kill(ctx, op, node) })
	}
	return group.Wait()
}

func (d *Driver) kill(ctx context.Context, op string, node engine.NodeID) error {
	c, n, err := d.victim(op, node)
	if err != nil {
		return err
	}
	l := d.board.linkTo(node)
	if n.Kind == engine.KindAPI || l == nil {
		// An API node is its container; and without its agent, all of it must go.
		box, _ := d.board.container(node)
		if _, err := d.api.ContainerKill(ctx, box.id, client.ContainerKillOptions{Signal: "SIGKILL"}); err != nil {
			return failed(op, node, err)
		}
		return d.ended(ctx, op, node, box.id)
	}
	before := d.board.process(node).GetIncarnation()
	if _, err := l.client.Kill(ctx, &agentproto.KillRequest{Call: d.call(c)}); err != nil {
		return refused(op, node, err)
	}
	return d.happened(ctx, op, node, func(p *agentproto.ProcessStatus) bool { return !runs(p) || p.GetIncarnation() != before })
}

// Pause freezes a process for at most lease: its agent has the timer, so that it
// goes on without us.
func (d *Driver) Pause(ctx context.Context, node engine.NodeID, lease time.Duration) error {
	const op = "pause"
	if lease <= 0 {
		return engine.Errorf(engine.KindInvalid, op, node, "a lease of %s", lease)
	}
	if err := d.refresh(ctx); err != nil {
		return err
	}
	c, n, err := d.victim(op, node)
	if err != nil {
		return err
	}
	l := d.board.linkTo(node)
	switch {
	case n.Kind == engine.KindAPI:
		return engine.Errorf(engine.KindUnsupported, op, node, "an API node has no process to freeze")
	case l == nil:
		return engine.Errorf(engine.KindTransient, op, node, "its agent does not answer")
	}
	if _, err := l.client.Pause(ctx, &agentproto.PauseRequest{Call: d.call(c), LeaseMs: max(lease.Milliseconds(), 1)}); err != nil {
		return refused(op, node, err)
	}
	ended := d.opts.Now().Add(lease)
	return d.happened(ctx, op, node, func(p *agentproto.ProcessStatus) bool {
		return p.GetState() != agentproto.ProcessState_PROCESS_RUNNING || d.opts.Now().After(ended)
	})
}

// Resume lets a paused process go on.
func (d *Driver) Resume(ctx context.Context, node engine.NodeID) error {
	const op = "resume"
	if err := d.refresh(ctx); err != nil {
		return err
	}
	c, n, err := d.victim(op, node)
	if err != nil {
		if engine.KindOf(err) == engine.KindDenied {
			return nil // it is not paused
		}
		return err
	}
	if n.Status != engine.StatusPaused {
		return nil
	}
	l := d.board.linkTo(node)
	if l == nil {
		return engine.Errorf(engine.KindTransient, op, node, "its agent does not answer")
	}
	if _, err := l.client.Resume(ctx, &agentproto.ResumeRequest{Call: d.call(c)}); err != nil {
		return refused(op, node, err)
	}
	return d.happened(ctx, op, node, func(p *agentproto.ProcessStatus) bool {
		return p.GetState() != agentproto.ProcessState_PROCESS_PAUSED
	})
}

// Isolate cuts a node off from every other for at most lease.
func (d *Driver) Isolate(ctx context.Context, node engine.NodeID, lease time.Duration) error {
	const op = "isolate"
	if lease <= 0 {
		return engine.Errorf(engine.KindInvalid, op, node, "a lease of %s", lease)
	}
	if err := d.refresh(ctx); err != nil {
		return err
	}
	c, _, err := d.victim(op, node)
	if err != nil {
		return err
	}
	unlock, err := d.locks.lock(ctx, node)
	if err != nil {
		return engine.Errorf(engine.KindTransient, op, node, "%w", err)
	}
	defer unlock()
	slot, _ := c.store.meta().slot(node)
	if err := d.cutOff(ctx, c, slot, lease); err != nil {
		return err
	}
	return d.relist(ctx)
}

// Heal ends the lasting faults of the nodes, or all of them if none is named.
func (d *Driver) Heal(ctx context.Context, nodes []engine.NodeID) error {
	c := d.found.Load()
	if c == nil {
		return nil
	}
	if err := d.refresh(ctx); err != nil {
		return err
	}
	if len(nodes) == 0 {
		for _, slot := range c.store.meta().slots() {
			nodes = append(nodes, slot.ID)
		}
	}
	for _, node := range nodes {
		if d.observed(node).Status == engine.StatusPaused {
			if err := d.Resume(ctx, node); err != nil {
				return err
			}
		}
		d.board.mu.Lock()
		held, found := d.board.stock.cuts[node]
		d.board.mu.Unlock()
		if found {
			if err := removeContainer(ctx, d.api, c.id, held.container); err != nil {
				return err
			}
		}
	}
	return d.relist(ctx)
}
