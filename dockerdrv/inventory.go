package dockerdrv

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// listEvery is how old a list may get while no event says that it is out of date.
const listEvery = 2 * time.Second

// refresh takes the daemon's list anew if it is out of date, and links to the
// agents that are new in it.
func (d *Driver) refresh(ctx context.Context) error {
	c := d.found.Load()
	if c == nil {
		return nil
	}
	d.board.listing.Lock()
	defer d.board.listing.Unlock()
	d.board.mu.Lock()
	expired, age := d.board.expired, d.board.now().Sub(d.board.listed)
	d.board.mu.Unlock()
	if age < listEvery {
		return nil
	}
	next, err := takeStock(ctx, d.api, c.id)
	if err != nil {
		return err
	}
	d.board.mu.Lock()
	changed := !next.equal(d.board.stock)
	d.board.stock = next
	if d.board.expired == expired {
		d.board.listed = d.board.now()
	}
	fresh := d.connect(c) //nolint:contextcheck // links outlive the call
	if changed {
		d.board.touch()
	}
	d.board.mu.Unlock()
	d.sweep(c, next.spent)
	d.meet(ctx, fresh)
	return nil
}

// meet waits a moment for the agents of new links, so that the first look of an
// engine at a cluster that runs is not blind.
func (d *Driver) meet(ctx context.Context, fresh []*link) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	for _, l := range fresh {
		select {
		case <-l.tried:
		case <-ctx.Done():
			return // a look tells that they are not there; they are met when they come
		}
	}
}

// takeStock lists what the cluster has.
func takeStock(ctx context.Context, api API, id identity) (stock, error) {
	const op = "list containers"
	s := stock{containers: map[engine.NodeID]boxed{}, volumes: map[engine.NodeID]bool{}, cuts: map[engine.NodeID]cut{}}
	list, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: id.mine()})
	if err != nil {
		return s, failed(op, 0, err)
	}
	for _, item := range list.Items {
		node := nodeOf(item.Labels)
		switch {
		case !id.ours(item.Labels):
		case item.Labels[LabelRole] == RoleNode && node != 0:
			s.containers[node] = box(item)
		case item.Labels[LabelRole] == RoleCut && node != 0 && item.State == container.StateRunning:
			s.cuts[node] = cutOf(item)
		case item.Labels[LabelRole] == RoleCut && item.State == container.StateExited:
			s.spent = append(s.spent, item.ID)
		}
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: id.mine()})
	if err != nil {
		return s, failed("list volumes", 0, err)
	}
	for _, v := range volumes.Items {
		if node := nodeOf(v.Labels); id.ours(v.Labels) && v.Labels[LabelRole] == RoleNode && node != 0 {
			s.volumes[node] = true
		}
	}
	return s, nil
}

func box(item container.Summary) boxed {
	b := boxed{id: item.ID, state: string(item.State)}
	if len(item.Names) > 0 {
		b.name = strings.TrimPrefix(item.Names[0], "/")
	}
	if end := strings.Index(item.Status, ")"); end > 0 && !b.running() {
		b.exit = item.Status[:end+1] // "Exited (137) 5 minutes ago"
	}
	for _, p := range item.Ports {
		if p.PrivatePort == agentproto.DefaultAgentPort {
			b.agentPort = int(p.PublicPort)
		}
	}
	return b
}

func (s stock) equal(other stock) bool {
	return maps.Equal(s.containers, other.containers) && maps.Equal(s.volumes, other.volumes) && maps.Equal(s.cuts, other.cuts)
}

// relist takes the list anew, now.
func (d *Driver) relist(ctx context.Context) error {
	d.board.expire()
	return d.refresh(ctx)
}

// ended waits until the list has a node's container as ended: the list lags
// behind what ended it.
func (d *Driver) ended(ctx context.Context, op string, node engine.NodeID, container string) error {
	d.board.expire()
	err := d.until(ctx, func() bool {
		box, found := d.board.stock.containers[node]
		return !found || box.id != container || !box.running()
	})
	if err != nil {
		return engine.Errorf(engine.KindTransient, op, node, "its container has not ended: %w", err)
	}
	return nil
}

// until waits for a condition on the board, which is asked with its lock held.
func (d *Driver) until(ctx context.Context, holds func() bool) error {
	for {
		if err := d.refresh(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		d.board.mu.Lock()
		ok, changed := holds(), d.board.changed
		d.board.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
