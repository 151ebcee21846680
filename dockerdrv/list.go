package dockerdrv

import (
	"cmp"
	"context"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// Cluster is what the daemon has of one cluster, found by its labels alone.
type Cluster struct {
	Name    engine.ClusterName
	UUID    string
	Running int // containers that run
	Removed     // what there is to remove
}

// List finds the clusters of a name, or all of them with "", in the order of their
// names. Stopped containers, networks and volumes count, so what an interrupted
// run left is found as well.
func List(ctx context.Context, api API, name engine.ClusterName) ([]Cluster, error) {
	const op = "look for clusters"
	filters := make(client.Filters).Add("label", LabelCluster)
	if name != "" {
		filters = make(client.Filters).Add("label", LabelName+"="+string(name))
	}
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		return nil, failed(op, 0, err)
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: filters})
	if err != nil {
		return nil, failed(op, 0, err)
	}
	networks, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: filters})
	if err != nil {
		return nil, failed(op, 0, err)
	}
	found := map[string]*Cluster{}
	of := func(labels map[string]string) *Cluster {
		uuid := labels[LabelCluster]
		if found[uuid] == nil {
			found[uuid] = &Cluster{UUID: uuid, Name: engine.ClusterName(labels[LabelName])}
		}
		return found[uuid]
	}
	for _, c := range containers.Items {
		cluster := of(c.Labels)
		cluster.Containers++
		if c.State == "running" {
			cluster.Running++
		}
	}
	for _, v := range volumes.Items {
		of(v.Labels).Volumes++
	}
	for _, n := range networks.Items {
		of(n.Labels).Networks++
	}
	delete(found, "")
	var list []Cluster
	for _, c := range found {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Cluster) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.UUID, b.UUID)) })
	return list, nil
}

// HasImage says whether an image is on the daemon's machine. The stub image always
// is: it is made when it is needed.
func HasImage(ctx context.Context, api API, ref string) (bool, error) {
	if ref == StubImage {
		return true, nil
	}
	_, err := api.ImageInspect(ctx, ref)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, failed("look for the image", 0, err)
}

// Machine is what a daemon tells about itself and where it runs. Numbers are 0
// where it does not tell.
type Machine struct {
	Version string // of the daemon
	API     string
	Arch    string // in Go's words
	CPUs    int
	Memory  int64 // bytes
}

// Look asks a daemon about its machine.
func Look(ctx context.Context, api API) (Machine, error) {
	if err := CheckDaemon(ctx, api); err != nil {
		return Machine{}, err
	}
	version, err := api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return Machine{}, failed("ask Docker for its version", 0, err)
	}
	m := Machine{Version: version.Version, API: version.APIVersion, Arch: version.Arch}
	// Some daemons send an Info that cannot be read; the rest is worth having.
	if info, err := api.Info(ctx, client.InfoOptions{}); err == nil {
		m.CPUs, m.Memory = info.Info.NCPU, info.Info.MemTotal
	}
	return m, nil
}
