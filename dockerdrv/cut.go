package dockerdrv

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"rondb-tui/dockerdrv/netcut"
	"rondb-tui/engine"
)

// cut is a network cut as it was listed: a helper container that holds it.
type cut struct {
	container string
	until     time.Time
}

func cutOf(item container.Summary) cut {
	ms, err := strconv.ParseInt(item.Labels[LabelUntil], 10, 64)
	if err != nil {
		ms = item.Created * 1000
	}
	return cut{container: item.ID, until: time.UnixMilli(ms)}
}

// cutPatience bounds waiting for a helper's answer.
const cutPatience = 10 * time.Second

// cutOff starts a helper that shares a node's network and cuts it off from all
// other nodes. The control port is not cut: it is reached through the gateway.
func (d *Driver) cutOff(ctx context.Context, c *cluster, slot engine.Slot, lease time.Duration) error {
	const op = "isolate"
	box, found := d.board.container(slot.ID)
	if !found {
		return engine.Errorf(engine.KindDenied, op, slot.ID, "it has no container")
	}
	img, err := d.ready(ctx, c)
	if err != nil {
		return err
	}
	d.board.mu.Lock()
	former, cutAlready := d.board.stock.cuts[slot.ID]
	d.board.mu.Unlock()
	helper, err := d.makeHelper(ctx, c, slot, box, img, lease)
	if err != nil {
		return failed(op, slot.ID, err)
	}
	err = d.holdCut(ctx, slot, helper)
	if err != nil {
		_ = removeContainer(context.WithoutCancel(ctx), d.api, c.id, helper)
		return err
	}
	if cutAlready { // the new cut takes over
		return removeContainer(ctx, d.api, c.id, former.container)
	}
	return nil
}

func (d *Driver) makeHelper(ctx context.Context, c *cluster, slot engine.Slot, box boxed, img image, lease time.Duration) (string, error) {
	until := strconv.FormatInt(d.opts.Now().Add(lease).UnixMilli(), 10)
	labels := c.id.nodeLabels(RoleCut, slot)
	labels[LabelUntil] = until
	pids := int64(64)
	host := &container.HostConfig{
		NetworkMode:   container.NetworkMode("container:" + box.id),
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
		SecurityOpt:   []string{"no-new-privileges:true"},
		CapDrop:       []string{"ALL"}, CapAdd: []string{"NET_ADMIN"}, ReadonlyRootfs: true,
		Resources: container.Resources{Memory: stubMemory, MemorySwap: stubMemory, PidsLimit: &pids},
	}
	if img.volume != "" {
		host.Mounts = append(host.Mounts, agentMount(img, true))
	}
	made, err := d.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: c.id.container(slot) + "-cut-" + until,
		Config: &container.Config{
			Image: img.ref, Entrypoint: []string{agentPath}, Cmd: netcut.Args(nodeAddresses(c.store.meta().Network), lease),
			Labels: labels, User: "0:0", Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
			OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true,
		},
		HostConfig: host,
	})
	return made.ID, err
}

// holdCut starts a helper, reads its answer, and keeps its standard input open as
// long as the driver lives: without us the cut ends.
func (d *Driver) holdCut(ctx context.Context, slot engine.Slot, helper string) error {
	const op = "isolate"
	attached, err := d.api.ContainerAttach(ctx, helper, client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true})
	if err != nil {
		return failed(op, slot.ID, err)
	}
	if _, err := d.api.ContainerStart(ctx, helper, client.ContainerStartOptions{}); err != nil {
		attached.Close()
		return failed(op, slot.ID, err)
	}
	answer := make(chan string, 1)
	letGo := context.AfterFunc(d.ctx, attached.Close) //nolint:contextcheck // the cut outlives the call
	d.work.Go(func() {
		_, _ = stdcopy.StdCopy(&firstLine{to: answer}, io.Discard, attached.Reader)
		close(answer) // the helper has ended, or the driver is closed
		letGo()
		attached.Close()
	})
	select {
	case line := <-answer:
		return cutResult(slot, line)
	case <-time.After(cutPatience):
		attached.Close()
		return engine.Errorf(engine.KindTransient, op, slot.ID, "the helper has not answered within %s", cutPatience)
	case <-ctx.Done():
		attached.Close()
		return engine.Errorf(engine.KindTransient, op, slot.ID, "%w", ctx.Err())
	}
}

func cutResult(slot engine.Slot, line string) error {
	const op = "isolate"
	if line == netcut.Done {
		return nil
	}
	if why, no := strings.CutPrefix(line, netcut.Unsupported); no {
		return engine.Errorf(engine.KindUnsupported, op, slot.ID, "%s", why)
	}
	if line == "" {
		line = "the helper has ended without an answer"
	}
	return engine.Errorf(engine.KindTransient, op, slot.ID, "%s", strings.TrimPrefix(line, netcut.Failed))
}

// firstLine sends the first line that is written to it.
type firstLine struct {
	to   chan<- string
	text bytes.Buffer
	sent bool
}

// maxAnswer bounds a helper's answer.
const maxAnswer = 4096

func (f *firstLine) Write(p []byte) (int, error) {
	if f.sent {
		return len(p), nil
	}
	f.text.Write(p[:min(len(p), maxAnswer)])
	line, err := bufio.NewReader(bytes.NewReader(f.text.Bytes())).ReadString('\n')
	if err == nil || f.text.Len() > maxAnswer {
		f.sent = true
		f.to <- strings.TrimRight(line, "\n")
	}
	return len(p), nil
}

// sweep removes helpers whose cut is over.
func (d *Driver) sweep(c *cluster, spent []string) {
	for _, container := range spent {
		if err := removeContainer(d.ctx, d.api, c.id, container); err != nil {
			d.opts.Log.Warn("remove a helper", "container", container, "error", err)
		}
	}
}
