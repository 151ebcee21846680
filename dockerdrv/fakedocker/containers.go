package fakedocker

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
)

const (
	stateCreated = "created"
	stateRunning = "running"
	stateExited  = "exited"
)

// box is a container.
type box struct {
	id, name, network string
	config            container.Config
	host              container.HostConfig
	state             string
	exit              int
	late              int      // lists that still have it running
	attached          net.Conn // the container's end of what is attached
	agent             net.Listener
	stop              chan bool
}

func (c *box) uses(volume string) bool {
	for _, m := range c.host.Mounts {
		if m.Source == volume {
			return true
		}
	}
	return false
}

// find finds a container by id or name; the lock is held.
func (d *Daemon) find(ref string) (*box, error) {
	for _, c := range d.containers {
		if c.id == ref || c.name == ref {
			return c, nil
		}
	}
	return nil, notFound("No such container: %s", ref)
}

// ContainerCreate implements dockerdrv.API.
func (d *Daemon) ContainerCreate(ctx context.Context, options client.ContainerCreateOptions) (client.ContainerCreateResult, error) {
	err := d.enter(ctx, "ContainerCreate", options.Name, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerCreateResult{}, err
	}
	if _, found := d.images[options.Config.Image]; !found {
		return client.ContainerCreateResult{}, notFound("No such image: %s", options.Config.Image)
	}
	if other, err := d.find(options.Name); err == nil {
		return client.ContainerCreateResult{}, conflict("The container name %q is already in use by container %q", options.Name, other.id)
	}
	for _, m := range options.HostConfig.Mounts {
		if _, found := d.volumes[m.Source]; !found {
			return client.ContainerCreateResult{}, notFound("no such volume: %s", m.Source)
		}
	}
	c := &box{
		id: d.id("c"), name: options.Name, network: string(options.HostConfig.NetworkMode),
		config: *options.Config, host: *options.HostConfig, state: stateCreated,
	}
	d.containers[c.id] = c
	d.emit(events.ContainerEventType, events.ActionCreate, c.id, c.config.Labels)
	return client.ContainerCreateResult{ID: c.id}, nil
}

// ContainerAttach implements dockerdrv.API.
func (d *Daemon) ContainerAttach(ctx context.Context, id string, _ client.ContainerAttachOptions) (client.ContainerAttachResult, error) {
	err := d.enter(ctx, "ContainerAttach", id, false)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerAttachResult{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return client.ContainerAttachResult{}, err
	}
	ours, theirs := net.Pipe()
	c.attached = ours
	return client.ContainerAttachResult{HijackedResponse: client.NewHijackedResponse(theirs, "")}, nil
}

// ContainerStart implements dockerdrv.API.
func (d *Daemon) ContainerStart(ctx context.Context, id string, _ client.ContainerStartOptions) (client.ContainerStartResult, error) {
	err := d.enter(ctx, "ContainerStart", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerStartResult{}, err
	}
	c, err := d.find(id)
	if err != nil || c.state == stateRunning {
		return client.ContainerStartResult{}, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it does not wait
	if err != nil {
		return client.ContainerStartResult{}, err
	}
	c.state, c.agent, c.stop = stateRunning, listener, make(chan bool, 1)
	program := Container{
		ID: c.id, Labels: maps.Clone(c.config.Labels), Args: c.config.Cmd, Stdin: io.NopCloser(strings.NewReader("")), Stdout: io.Discard,
		Agent: listener, Stopped: c.stop, Exit: func(code int) { d.exited(c, listener, code) },
	}
	if c.attached != nil {
		program.Stdin, program.Stdout = c.attached, frames{c.attached}
	}
	d.emit(events.ContainerEventType, events.ActionStart, c.id, c.config.Labels)
	if d.Run != nil {
		d.running.Go(func() { d.Run(program) })
	}
	return client.ContainerStartResult{}, nil
}

// frames writes as the daemon does for a container without a terminal.
type frames struct{ to io.Writer }

func (f frames) Write(p []byte) (int, error) {
	header := binary.BigEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(len(p))) //nolint:gosec // G115: short lines
	if _, err := f.to.Write(append(header, p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// exited notes the end of one run of a container.
func (d *Daemon) exited(c *box, run net.Listener, code int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.agent != run || c.state != stateRunning {
		return
	}
	c.state, c.exit, c.late = stateExited, code, d.LateLists
	_ = run.Close()
	if c.attached != nil {
		_ = c.attached.Close()
		c.attached = nil
	}
	d.emit(events.ContainerEventType, events.ActionDie, c.id, c.config.Labels)
}

// end ends a container that runs. The lock is held, and let go meanwhile.
func (d *Daemon) end(c *box, kill bool) {
	select {
	case c.stop <- kill:
	default:
	}
	run := c.agent
	d.mu.Unlock()
	code := 0
	if kill {
		code = 137
	}
	d.exited(c, run, code)
	d.mu.Lock()
}

// ContainerStop implements dockerdrv.API.
func (d *Daemon) ContainerStop(ctx context.Context, id string, _ client.ContainerStopOptions) (client.ContainerStopResult, error) {
	err := d.enter(ctx, "ContainerStop", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerStopResult{}, err
	}
	c, err := d.find(id)
	if err == nil && c.state == stateRunning {
		d.end(c, false)
	}
	return client.ContainerStopResult{}, err
}

// ContainerKill implements dockerdrv.API.
func (d *Daemon) ContainerKill(ctx context.Context, id string, _ client.ContainerKillOptions) (client.ContainerKillResult, error) {
	err := d.enter(ctx, "ContainerKill", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerKillResult{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return client.ContainerKillResult{}, err
	}
	if c.state != stateRunning {
		return client.ContainerKillResult{}, conflict("Container %s is not running", id)
	}
	d.end(c, true)
	return client.ContainerKillResult{}, nil
}

// ContainerRemove implements dockerdrv.API.
func (d *Daemon) ContainerRemove(ctx context.Context, id string, options client.ContainerRemoveOptions) (client.ContainerRemoveResult, error) {
	err := d.enter(ctx, "ContainerRemove", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerRemoveResult{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return client.ContainerRemoveResult{}, err
	}
	if c.state == stateRunning {
		if !options.Force {
			return client.ContainerRemoveResult{}, conflict("You cannot remove a running container %s", id)
		}
		d.end(c, true)
	}
	delete(d.containers, c.id)
	if d.Removed != nil {
		d.Removed("container", c.config.Labels)
	}
	d.emit(events.ContainerEventType, events.ActionDestroy, c.id, c.config.Labels)
	return client.ContainerRemoveResult{}, nil
}

// ContainerInspect implements dockerdrv.API.
func (d *Daemon) ContainerInspect(ctx context.Context, ref string, _ client.ContainerInspectOptions) (client.ContainerInspectResult, error) {
	err := d.enter(ctx, "ContainerInspect", ref, false)
	defer d.mu.Unlock()
	if err != nil {
		return client.ContainerInspectResult{}, err
	}
	c, err := d.find(ref)
	if err != nil {
		return client.ContainerInspectResult{}, err
	}
	config := c.config
	return client.ContainerInspectResult{Container: container.InspectResponse{
		ID: c.id, Name: "/" + c.name, Config: &config,
		State: &container.State{Status: container.ContainerState(c.state), Running: c.state == stateRunning, ExitCode: c.exit},
	}}, nil
}

// ContainerList implements dockerdrv.API.
func (d *Daemon) ContainerList(ctx context.Context, options client.ContainerListOptions) (client.ContainerListResult, error) {
	err := d.enter(ctx, "ContainerList", "", false)
	defer d.mu.Unlock()
	var result client.ContainerListResult
	if err != nil {
		return result, err
	}
	for _, c := range d.containers {
		if !matches(options.Filters, c.config.Labels) {
			continue
		}
		state := c.listed()
		if !options.All && state != stateRunning {
			continue
		}
		item := container.Summary{ID: c.id, Names: []string{"/" + c.name}, State: container.ContainerState(state), Labels: maps.Clone(c.config.Labels)}
		switch state {
		case stateExited:
			item.Status = fmt.Sprintf("Exited (%d) Less than a second ago", c.exit)
		case stateRunning:
			item.Ports = c.ports()
		}
		result.Items = append(result.Items, item)
	}
	return result, nil
}

// listed is the state that a list shows; it may lag behind the events.
func (c *box) listed() string {
	if c.state == stateExited && c.late > 0 {
		c.late--
		return stateRunning
	}
	return c.state
}

func (c *box) ports() []container.PortSummary {
	var list []container.PortSummary
	for port, bindings := range c.host.PortBindings {
		for _, binding := range bindings {
			text := binding.HostPort
			if text == "" { // the daemon chooses
				_, text, _ = net.SplitHostPort(c.agent.Addr().String())
			}
			public, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				continue
			}
			list = append(list, container.PortSummary{
				IP: binding.HostIP, PrivatePort: port.Num(), PublicPort: uint16(public), Type: "tcp",
			})
		}
	}
	return list
}
