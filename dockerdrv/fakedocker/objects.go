package fakedocker

import (
	"context"
	"maps"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"
)

// NetworkCreate implements dockerdrv.API. As the daemon does below API 1.44, it
// takes a second network of a name.
func (d *Daemon) NetworkCreate(ctx context.Context, name string, options client.NetworkCreateOptions) (client.NetworkCreateResult, error) {
	err := d.enter(ctx, "NetworkCreate", name, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.NetworkCreateResult{}, err
	}
	for _, n := range d.networks {
		for _, config := range n.IPAM.Config {
			if options.IPAM != nil && config.Subnet.Overlaps(options.IPAM.Config[0].Subnet) {
				return client.NetworkCreateResult{}, forbidden("Pool overlaps with other one on this address space")
			}
		}
	}
	n := network.Summary{Network: network.Network{ID: d.id("n"), Name: name, Driver: options.Driver, Labels: maps.Clone(options.Labels)}}
	if options.IPAM != nil {
		n.IPAM = *options.IPAM
	}
	d.networks[n.ID] = n
	d.emit(events.NetworkEventType, events.ActionCreate, n.ID, n.Labels)
	return client.NetworkCreateResult{ID: n.ID}, nil
}

// NetworkList implements dockerdrv.API.
func (d *Daemon) NetworkList(ctx context.Context, options client.NetworkListOptions) (client.NetworkListResult, error) {
	err := d.enter(ctx, "NetworkList", "", false)
	defer d.mu.Unlock()
	var result client.NetworkListResult
	for _, n := range d.networks {
		if matches(options.Filters, n.Labels) {
			result.Items = append(result.Items, n)
		}
	}
	return result, err
}

// NetworkRemove implements dockerdrv.API.
func (d *Daemon) NetworkRemove(ctx context.Context, id string, _ client.NetworkRemoveOptions) (client.NetworkRemoveResult, error) {
	err := d.enter(ctx, "NetworkRemove", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.NetworkRemoveResult{}, err
	}
	n, found := d.networks[id]
	if !found {
		return client.NetworkRemoveResult{}, notFound("network %s not found", id)
	}
	for _, c := range d.containers {
		if c.state == stateRunning && c.network == n.Name {
			return client.NetworkRemoveResult{}, forbidden("network %s has active endpoints", id)
		}
	}
	delete(d.networks, id)
	return client.NetworkRemoveResult{}, nil
}

// VolumeCreate implements dockerdrv.API: an existing one keeps its labels.
func (d *Daemon) VolumeCreate(ctx context.Context, options client.VolumeCreateOptions) (client.VolumeCreateResult, error) {
	err := d.enter(ctx, "VolumeCreate", options.Name, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.VolumeCreateResult{}, err
	}
	v, found := d.volumes[options.Name]
	if !found {
		v = volume.Volume{Name: options.Name, Driver: "local", Labels: maps.Clone(options.Labels)}
		d.volumes[options.Name] = v
	}
	return client.VolumeCreateResult{Volume: v}, nil
}

// VolumeList implements dockerdrv.API.
func (d *Daemon) VolumeList(ctx context.Context, options client.VolumeListOptions) (client.VolumeListResult, error) {
	err := d.enter(ctx, "VolumeList", "", false)
	defer d.mu.Unlock()
	var result client.VolumeListResult
	for _, v := range d.volumes {
		if matches(options.Filters, v.Labels) {
			result.Items = append(result.Items, v)
		}
	}
	return result, err
}

// VolumeInspect implements dockerdrv.API.
func (d *Daemon) VolumeInspect(ctx context.Context, name string, _ client.VolumeInspectOptions) (client.VolumeInspectResult, error) {
	err := d.enter(ctx, "VolumeInspect", name, false)
	defer d.mu.Unlock()
	v, found := d.volumes[name]
	if err == nil && !found {
		err = notFound("no such volume: %s", name)
	}
	return client.VolumeInspectResult{Volume: v}, err
}

// VolumeRemove implements dockerdrv.API.
func (d *Daemon) VolumeRemove(ctx context.Context, name string, _ client.VolumeRemoveOptions) (client.VolumeRemoveResult, error) {
	err := d.enter(ctx, "VolumeRemove", name, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.VolumeRemoveResult{}, err
	}
	v, found := d.volumes[name]
	if !found {
		return client.VolumeRemoveResult{}, notFound("no such volume: %s", name)
	}
	for _, c := range d.containers {
		if c.uses(name) {
			return client.VolumeRemoveResult{}, conflict("volume is in use - [%s]", c.id)
		}
	}
	delete(d.volumes, name)
	maps.DeleteFunc(d.files, func(at file, _ []byte) bool { return at.volume == name })
	if d.Removed != nil {
		d.Removed("volume", v.Labels)
	}
	d.emit(events.VolumeEventType, events.ActionDestroy, name, v.Labels)
	return client.VolumeRemoveResult{}, nil
}
