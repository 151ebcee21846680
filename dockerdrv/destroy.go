package dockerdrv

import (
	"context"
	"errors"

	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"rondb-tui/engine"
)

// Removed counts what Destroy removed, or with Left what is still there.
type Removed struct{ Containers, Networks, Volumes int }

// Destroy removes a cluster by its name: containers, network and, if asked for,
// volumes, the meta volume last. What an interrupted run left is removed as well,
// and so is what a driver has open. It may be repeated.
func Destroy(ctx context.Context, api API, name engine.ClusterName, volumes bool) (Removed, error) {
	clusters, err := List(ctx, api, name)
	var done Removed
	if err != nil || name == "" {
		return done, err
	}
	for _, c := range clusters {
		if err := destroy(ctx, api, identity{uuid: c.UUID, name: name}, volumes, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func destroy(ctx context.Context, api API, id identity, volumes bool, done *Removed) error {
	if err := destroyContainers(ctx, api, id, done); err != nil {
		return err
	}
	if err := destroyNetworks(ctx, api, id, done); err != nil || !volumes {
		return err
	}
	// The meta volume goes last: while it is there, a next run knows the cluster.
	if err := destroyVolumes(ctx, api, id, done, func(role string) bool { return role != RoleMeta }); err != nil {
		return err
	}
	return destroyVolumes(ctx, api, id, done, func(string) bool { return true })
}

// Left counts what there is of a cluster.
func Left(ctx context.Context, api API, name engine.ClusterName) (Removed, error) {
	clusters, err := List(ctx, api, name)
	var left Removed
	for _, c := range clusters {
		left.Containers += c.Containers
		left.Networks += c.Networks
		left.Volumes += c.Volumes
	}
	return left, err
}

// destroyContainers removes containers by id, a few at a time.
func destroyContainers(ctx context.Context, api API, id identity, done *Removed) error {
	list, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: id.mine()})
	if err != nil {
		return failed("remove the containers", 0, err)
	}
	var group errgroup.Group
	group.SetLimit(startsAtOnce)
	count := 0
	for _, c := range list.Items {
		if id.ours(c.Labels) {
			count++
			group.Go(func() error { return removeContainer(ctx, api, id, c.ID) })
		}
	}
	err = group.Wait()
	if err == nil {
		done.Containers += count
	}
	return err
}

func destroyNetworks(ctx context.Context, api API, id identity, done *Removed) error {
	const op = "remove the network"
	list, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: id.mine()})
	if err != nil {
		return failed(op, 0, err)
	}
	for _, n := range list.Items {
		if !id.ours(n.Labels) {
			continue
		}
		if _, err := api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{}); err != nil && !isGone(err) {
			return failed(op, 0, err)
		}
		done.Networks++
	}
	return nil
}

func destroyVolumes(ctx context.Context, api API, id identity, done *Removed, which func(role string) bool) error {
	list, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: id.mine()})
	if err != nil {
		return failed("remove the volumes", 0, err)
	}
	var all error
	for _, v := range list.Items {
		if !id.ours(v.Labels) || !which(v.Labels[LabelRole]) {
			continue
		}
		err := removeVolume(ctx, api, id, v.Name)
		if err == nil {
			done.Volumes++
		}
		all = errors.Join(all, err)
	}
	return all
}
