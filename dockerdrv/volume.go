package dockerdrv

import (
	"context"

	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// makeVolume makes a volume if there is none. The daemon takes an existing name
// for success and keeps the labels that were there, so whose it is must be looked
// at.
func makeVolume(ctx context.Context, api API, id identity, name string, labels map[string]string) error {
	const op = "make a volume"
	made, err := api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: name, Labels: labels})
	if err != nil {
		return failed(op, nodeOf(labels), err)
	}
	if !id.ours(made.Volume.Labels) {
		return engine.Errorf(engine.KindConflict, op, nodeOf(labels), "there is a volume %s that is not this cluster's; rename or remove it", name)
	}
	return nil
}

// removeVolume removes a volume of ours; one that is gone is fine.
func removeVolume(ctx context.Context, api API, id identity, name string) error {
	const op = "remove a volume"
	found, err := api.VolumeInspect(ctx, name, client.VolumeInspectOptions{})
	if isGone(err) {
		return nil
	}
	if err != nil {
		return failed(op, 0, err)
	}
	node := nodeOf(found.Volume.Labels)
	if !id.ours(found.Volume.Labels) {
		return engine.Errorf(engine.KindDenied, op, node, "the volume %s is not this cluster's", name)
	}
	if _, err := api.VolumeRemove(ctx, name, client.VolumeRemoveOptions{}); err != nil && !isGone(err) {
		return failed(op, node, err)
	}
	return nil
}
