package dockerdrv

import (
	"context"
	"errors"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
	"rondb-tui/rondb/config"
)

// createNode makes the container of a slot and starts its agent, except for an
// API node, which is its container.
func (d *Driver) createNode(ctx context.Context, c *cluster, slot engine.Slot) error {
	if _, found := d.board.container(slot.ID); found {
		return nil
	}
	img, err := d.ready(ctx, c)
	if err != nil {
		return err
	}
	m := c.store.meta()
	if _, err := makeNetwork(ctx, d.api, c.id, m.Network); err != nil {
		return err
	}
	if err := makeVolume(ctx, d.api, c.id, c.id.volume(slot), c.id.nodeLabels(RoleNode, slot)); err != nil {
		return err
	}
	if err := d.makeContainer(ctx, c, slot, img); err != nil {
		return err
	}
	if err := d.relist(ctx); err != nil {
		return err
	}
	if slot.Kind == engine.KindAPI {
		return nil
	}
	_, err = d.agent(ctx, "create "+slot.Kind.Words(), slot.ID)
	return err
}

// makeContainer creates and starts a container. A MySQL server whose port is
// taken by then gets another one.
func (d *Driver) makeContainer(ctx context.Context, c *cluster, slot engine.Slot, img image) error {
	for try := 1; ; try++ {
		port, err := d.portOf(ctx, c, slot, try)
		if err != nil {
			return err
		}
		m := c.store.meta()
		container, err := create(ctx, d.api, c.id, plan{
			slot: slot, image: img, network: m.Network, limits: d.limits(slot.Kind, img), mysql: m.Config.MySQLPort, port: port,
		})
		if err != nil || slot.Kind == engine.KindAPI {
			return err
		}
		err = d.startContainer(ctx, c, slot, container)
		if err == nil || try >= portTries || slot.Kind != engine.KindMySQL || !isPortTaken(err) {
			return err
		}
		if err := removeContainer(ctx, d.api, c.id, container); err != nil {
			return err
		}
	}
}

// portOf gives the port of a MySQL server on 127.0.0.1; a first try takes the one
// it has had. Others have none.
func (d *Driver) portOf(ctx context.Context, c *cluster, slot engine.Slot, try int) (int, error) {
	if slot.Kind != engine.KindMySQL {
		return 0, nil
	}
	if port := c.store.meta().Ports[slot.ID]; port != 0 && try == 1 {
		return port, nil
	}
	chosen := 0
	err := c.store.update(ctx, func(m *Meta) {
		chosen = m.freePort(m.Ports[slot.ID])
		m.Ports[slot.ID] = chosen
	})
	if err == nil && chosen == 0 {
		err = engine.Errorf(engine.KindTerminal, "choose a port", slot.ID, "every port from %d to %d is taken", firstPort, lastPort)
	}
	return chosen, err
}

// agentMemory is what the agent takes beside its process.
const agentMemory = 32 << 20

// limits are what a container may use.
func (d *Driver) limits(kind engine.NodeKind, img image) config.Container {
	if img.stub {
		return config.Container{Memory: stubMemory}
	}
	d.img.mu.Lock()
	size := d.opts.Size.OnCPUs(d.img.cpus)
	d.img.mu.Unlock()
	limits := size.API
	switch kind {
	case engine.KindManagement:
		limits = size.Management
	case engine.KindData:
		limits = size.DataNode
	case engine.KindMySQL:
		limits = size.MySQL
	case engine.KindAPI:
	}
	limits.Memory += agentMemory
	return limits
}

// startContainer starts a container and hands its agent what it needs.
func (d *Driver) startContainer(ctx context.Context, c *cluster, slot engine.Slot, container string) error {
	op := "start container of " + slot.Kind.Words()
	m := c.store.meta()
	keys, err := m.Authority.Agent(int32(slot.ID), d.opts.Now()) //nolint:gosec // G115: at most 255
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, slot.ID, "%w", err)
	}
	bundle := agentproto.NewBundle(c.id.uuid, int32(slot.ID), slot.Kind.String(), //nolint:gosec // G115: at most 255
		addressOf(m.Network, slot.ID).String(), c.epoch, keys)
	bundle.ManagementPort, bundle.MySQLPort = m.Config.ManagementPort, m.Config.MySQLPort
	if m.Image == StubImage {
		bundle.StubVersion = m.Config.Version
	}
	input, err := bundle.Encode()
	if err != nil {
		return engine.Errorf(engine.KindInternal, op, slot.ID, "%w", err)
	}
	select {
	case d.starts <- struct{}{}:
		defer func() { <-d.starts }()
	case <-ctx.Done():
		return engine.Errorf(engine.KindTransient, op, slot.ID, "%w", ctx.Err())
	}
	return failed(op, slot.ID, start(ctx, d.api, container, input))
}

// removeNode removes a node's container, and its volume if that is asked for.
func (d *Driver) removeNode(ctx context.Context, c *cluster, a engine.RemoveNode) error {
	n := d.observed(a.Slot.ID)
	if n.Status.Running() {
		return refuse(engine.KindDenied, a, "its process is running")
	}
	if n.Status == engine.StatusUnknown {
		return refuse(engine.KindTransient, a, "whether its process runs is not known: %s", n.Err)
	}
	box, boxed := d.board.container(a.Slot.ID)
	had := c.store.meta().Nodes[a.Slot.ID]
	next := had
	next.Incarnation = n.Incarnation
	next.Started = had.Started && (n.HasData || n.Kind != engine.KindData)
	if a.DropVolume {
		next.Started, next.Base, next.StaleAt = false, n.Incarnation, 0
	}
	if next != had {
		// Before the container goes: it is the last that knows.
		if err := d.record(ctx, c, a.Slot.ID, func(r *Record) { *r = next }); err != nil {
			return err
		}
	}
	if boxed {
		if err := removeContainer(ctx, d.api, c.id, box.id); err != nil {
			return err
		}
	}
	if a.DropVolume {
		if err := removeVolume(ctx, d.api, c.id, c.id.volume(a.Slot)); err != nil {
			return err
		}
		d.board.forget(a.Slot.ID)
	}
	return d.relist(ctx)
}

// wake starts a node's container if it does not run, and waits for its agent.
func (d *Driver) wake(ctx context.Context, c *cluster, slot engine.Slot, op string) (*link, error) {
	box, found := d.board.container(slot.ID)
	if !found {
		return nil, engine.Errorf(engine.KindNotFound, op, slot.ID, "it has no container")
	}
	if !box.running() {
		if _, err := d.ready(ctx, c); err != nil {
			return nil, err
		}
		err := d.startContainer(ctx, c, slot, box.id)
		if isPortTaken(err) {
			err = errors.Join(err, removeContainer(ctx, d.api, c.id, box.id))
		}
		if err != nil {
			return nil, err
		}
		if err := d.relist(ctx); err != nil {
			return nil, err
		}
	}
	return d.agent(ctx, op, slot.ID)
}
