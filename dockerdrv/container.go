package dockerdrv

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
	"rondb-tui/rondb/config"
)

// What every container may have, whatever its size.
const (
	pidsLimit    = 4096
	stubMemory   = 96 << 20
	tmpfsOptions = "rw,nosuid,nodev,size=16m,mode=1777"
	portTries    = 5 // MySQL ports that are tried before giving up
)

// plan is what a node's container is made from.
type plan struct {
	slot    engine.Slot
	image   image
	network netip.Prefix
	limits  config.Container
	mysql   int // port inside the container
	port    int // port on 127.0.0.1; MySQL servers only
}

// create makes a node's container, without starting it. An existing one is
// taken as it is, if it is ours.
func create(ctx context.Context, api API, id identity, p plan) (string, error) {
	const op = "create container"
	made, err := api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: id.container(p.slot), Config: p.config(id), HostConfig: p.host(id),
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			id.network(): {
				IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: addressOf(p.network, p.slot.ID)},
				Aliases:    []string{p.slot.Kind.String() + "-" + p.slot.ID.String()},
			},
		}},
	})
	if err == nil {
		return made.ID, nil
	}
	if errdefs.IsConflict(err) || ctx.Err() != nil {
		// The reply of an earlier try may have been lost.
		found, lookErr := ownContainer(context.WithoutCancel(ctx), api, id, id.container(p.slot))
		if lookErr == nil && found != "" {
			return found, ctx.Err()
		}
	}
	return "", failed(op, p.slot.ID, err)
}

func (p plan) config(id identity) *container.Config {
	ports := network.PortSet{agentPort(): {}}
	if p.slot.Kind == engine.KindMySQL {
		ports[tcpPort(p.mysql)] = struct{}{}
	}
	labels := id.nodeLabels(RoleNode, p.slot)
	labels[LabelConfig] = contentHash([]byte(strings.Join([]string{
		p.image.ref, p.image.hash, strconv.FormatInt(p.limits.Memory, 10), strconv.Itoa(p.limits.MilliCPUs), strconv.Itoa(p.port),
	}, " ")))[:16]
	return &container.Config{
		Image: p.image.ref, Entrypoint: []string{agentPath}, Cmd: []string{}, Labels: labels,
		Hostname: p.slot.Kind.String() + "-" + p.slot.ID.String(), User: "0:0", WorkingDir: "/",
		ExposedPorts: ports, Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		// The agent reads its keys from its standard input, once.
		OpenStdin: true, StdinOnce: true, AttachStdin: true,
	}
}

func (p plan) host(id identity) *container.HostConfig {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	ports := network.PortMap{agentPort(): {{HostIP: loopback}}}
	if p.slot.Kind == engine.KindMySQL {
		ports[tcpPort(p.mysql)] = []network.PortBinding{{HostIP: loopback, HostPort: strconv.Itoa(p.port)}}
	}
	mounts := []mount.Mount{{
		Type: mount.TypeVolume, Source: id.volume(p.slot), Target: agentproto.DefaultDir, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
	}}
	if p.image.volume != "" {
		mounts = append(mounts, agentMount(p.image, true))
	}
	pids := int64(pidsLimit)
	return &container.HostConfig{
		NetworkMode: container.NetworkMode(id.network()), PortBindings: ports, Mounts: mounts,
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
		LogConfig:     container.LogConfig{Type: "local", Config: map[string]string{"max-size": "10m", "max-file": "2"}},
		SecurityOpt:   []string{"no-new-privileges:true"},
		CapDrop:       []string{"ALL"},
		CapAdd:        capabilities(p.slot.Kind),
		// The agent and RonDB write to the volume and to /tmp, nowhere else.
		ReadonlyRootfs: true,
		Tmpfs:          map[string]string{"/tmp": tmpfsOptions, "/run": tmpfsOptions},
		// No limit of open files: above the daemon's own one nothing would start.
		Resources: container.Resources{
			Memory: p.limits.Memory, MemorySwap: p.limits.Memory, NanoCPUs: int64(p.limits.MilliCPUs) * 1_000_000, PidsLimit: &pids,
		},
	}
}

// capabilities are what an agent needs to run its process as another user and to
// signal it; files are shared through the group. A MySQL server raises the
// priority of threads.
func capabilities(kind engine.NodeKind) []string {
	caps := []string{"SETUID", "SETGID", "KILL"}
	if kind == engine.KindMySQL {
		caps = append(caps, "SYS_NICE")
	}
	return caps
}

func agentPort() network.Port { return tcpPort(agentproto.DefaultAgentPort) }

func tcpPort(port int) network.Port {
	return network.MustParsePort(strconv.Itoa(port) + "/tcp")
}

// start starts a container and writes input to its standard input, which is then
// closed. A container that runs is left alone.
func start(ctx context.Context, api API, id string, input []byte) error {
	attached, err := api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdin: true})
	if err != nil {
		return err
	}
	defer attached.Close()
	if _, err := api.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = attached.Conn.SetWriteDeadline(deadline)
	}
	if _, err := attached.Conn.Write(input); err != nil {
		return err
	}
	return attached.CloseWrite()
}

// ownContainer finds the id of a container of ours by its exact name; "" if there
// is none. One that is another's is an error.
func ownContainer(ctx context.Context, api API, id identity, name string) (string, error) {
	found, err := api.ContainerInspect(ctx, name, client.ContainerInspectOptions{})
	if errdefs.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", failed("look for a container", 0, err)
	}
	c := found.Container
	if c.Config == nil || !id.ours(c.Config.Labels) || strings.TrimPrefix(c.Name, "/") != name {
		return "", engine.Errorf(engine.KindConflict, "look for a container", 0,
			"there is a container %s that is not this cluster's; rename or remove it", name)
	}
	return c.ID, nil
}

// removeContainer removes a container of ours by its id, running or not; one that
// is gone is fine.
func removeContainer(ctx context.Context, api API, id identity, container string) error {
	const op = "remove container"
	found, err := api.ContainerInspect(ctx, container, client.ContainerInspectOptions{})
	if isGone(err) {
		return nil
	}
	if err != nil {
		return failed(op, 0, err)
	}
	if found.Container.Config == nil || !id.ours(found.Container.Config.Labels) {
		return engine.Errorf(engine.KindDenied, op, 0, "the container %.12s is not this cluster's", container)
	}
	_, err = api.ContainerRemove(ctx, found.Container.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !isGone(err) {
		return failed(op, nodeOf(found.Container.Config.Labels), err)
	}
	return nil
}

// isPortTaken says that a container did not start because somebody has its port.
func isPortTaken(err error) bool {
	var e *engine.Error
	return errors.As(err, &e) && e.Kind == engine.KindConflict && strings.Contains(e.Error(), "port is taken")
}
