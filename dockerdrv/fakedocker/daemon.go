package fakedocker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"
)

// Container is what a Run function is told about a container that starts.
type Container struct {
	ID      string
	Labels  map[string]string
	Args    []string
	Stdin   io.ReadCloser  // of whoever was attached at the start
	Stdout  io.Writer      // framed as the daemon does
	Agent   net.Listener   // the published port
	Stopped <-chan bool    // true: killed; false: asked to end
	Exit    func(code int) // tells that it has ended; the first call counts
}

// Daemon is one Docker daemon.
type Daemon struct {
	// Run is the program of a container that starts. It runs on a goroutine of its
	// own and calls Container.Exit when it ends.
	Run func(c Container)
	// Removed is called for each container and volume of ours that is removed.
	Removed func(kind string, labels map[string]string)
	// Fail, if set, may refuse a call before it has any effect.
	Fail func(method, object string) error
	// LateLists is how many lists still have a container running after its end was
	// told. Set it before anything runs.
	LateLists int

	mu         sync.Mutex
	next       int
	containers map[string]*box
	networks   map[string]network.Summary
	volumes    map[string]volume.Volume
	files      map[file][]byte // in volumes
	images     map[string]client.ImageInspectResult
	listeners  map[chan events.Message]client.Filters
	mutations  []string
	running    sync.WaitGroup
}

// New makes an empty daemon.
func New() *Daemon {
	return &Daemon{
		containers: map[string]*box{}, networks: map[string]network.Summary{}, volumes: map[string]volume.Volume{}, files: map[file][]byte{},
		images: map[string]client.ImageInspectResult{}, listeners: map[chan events.Message]client.Filters{},
	}
}

// Mutations lists the calls that changed something, "ContainerRemove <id>".
func (d *Daemon) Mutations() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.mutations)
}

// Wait returns when no container's program runs.
func (d *Daemon) Wait() { d.running.Wait() }

// enter begins a call; the caller unlocks.
func (d *Daemon) enter(ctx context.Context, method, object string, mutates bool) error {
	if err := ctx.Err(); err != nil {
		d.mu.Lock()
		return err
	}
	if d.Fail != nil {
		if err := d.Fail(method, object); err != nil {
			d.mu.Lock()
			return err
		}
	}
	d.mu.Lock()
	if mutates {
		d.mutations = append(d.mutations, method+" "+object)
	}
	return nil
}

func (d *Daemon) id(kind string) string {
	d.next++
	return fmt.Sprintf("%s%012d", kind, d.next)
}

func notFound(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errdefs.ErrNotFound}, args...)...)
}

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errdefs.ErrConflict}, args...)...)
}

func forbidden(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errdefs.ErrPermissionDenied}, args...)...)
}

// matches applies the filters "label" and "name" of a list.
func matches(filters client.Filters, labels map[string]string) bool {
	for wanted := range filters["label"] {
		key, value, exact := strings.Cut(wanted, "=")
		have, found := labels[key]
		if !found || exact && have != value {
			return false
		}
	}
	return true
}

// emit tells an event to who listens; the lock is held.
func (d *Daemon) emit(kind events.Type, action events.Action, id string, labels map[string]string) {
	now := time.Now()
	message := events.Message{
		Type: kind, Action: action, Actor: events.Actor{ID: id, Attributes: maps.Clone(labels)}, Time: now.Unix(), TimeNano: now.UnixNano(),
	}
	for listener, filters := range d.listeners {
		if matches(filters, labels) {
			select {
			case listener <- message:
			default: // a slow reader is dropped by the daemon, too
			}
		}
	}
}

// Events implements dockerdrv.API.
func (d *Daemon) Events(ctx context.Context, options client.EventsListOptions) client.EventsResult {
	messages, errs := make(chan events.Message, 256), make(chan error, 1)
	d.mu.Lock()
	d.listeners[messages] = options.Filters
	d.mu.Unlock()
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if _, listens := d.listeners[messages]; listens {
			delete(d.listeners, messages)
			errs <- ctx.Err()
		}
	})
	return client.EventsResult{Messages: messages, Err: errs}
}

// BreakEvents ends every stream of events, as a restart of the daemon does.
func (d *Daemon) BreakEvents() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for listener := range d.listeners {
		delete(d.listeners, listener)
		close(listener)
	}
}

// Ping implements dockerdrv.API.
func (d *Daemon) Ping(ctx context.Context, _ client.PingOptions) (client.PingResult, error) {
	err := d.enter(ctx, "Ping", "", false)
	defer d.mu.Unlock()
	return client.PingResult{APIVersion: "1.41", OSType: "linux"}, err
}

// ServerVersion implements dockerdrv.API.
func (d *Daemon) ServerVersion(ctx context.Context, _ client.ServerVersionOptions) (client.ServerVersionResult, error) {
	err := d.enter(ctx, "ServerVersion", "", false)
	defer d.mu.Unlock()
	return client.ServerVersionResult{Version: "20.10.24", APIVersion: "1.41", Os: "linux", Arch: "amd64"}, err
}

// Info implements dockerdrv.API.
func (d *Daemon) Info(ctx context.Context, _ client.InfoOptions) (client.SystemInfoResult, error) {
	err := d.enter(ctx, "Info", "", false)
	defer d.mu.Unlock()
	var result client.SystemInfoResult
	result.Info.NCPU, result.Info.MemTotal = 4, 16<<30
	return result, err
}

// ImageInspect implements dockerdrv.API.
func (d *Daemon) ImageInspect(ctx context.Context, ref string, _ ...client.ImageInspectOption) (client.ImageInspectResult, error) {
	err := d.enter(ctx, "ImageInspect", ref, false)
	defer d.mu.Unlock()
	found, ok := d.images[ref]
	if err == nil && !ok {
		err = notFound("No such image: %s", ref)
	}
	return found, err
}

// AddImage puts an image there, as a pull would.
func (d *Daemon) AddImage(ref string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.images[ref] = client.ImageInspectResult{InspectResponse: image.InspectResponse{ID: "sha256:" + d.id("i"), Os: "linux", Architecture: "amd64"}}
}

// ImageRemove implements dockerdrv.API.
func (d *Daemon) ImageRemove(ctx context.Context, id string, _ client.ImageRemoveOptions) (client.ImageRemoveResult, error) {
	err := d.enter(ctx, "ImageRemove", id, true)
	defer d.mu.Unlock()
	if err != nil {
		return client.ImageRemoveResult{}, err
	}
	for ref, found := range d.images {
		if found.ID == id {
			delete(d.images, ref)
			return client.ImageRemoveResult{}, nil
		}
	}
	return client.ImageRemoveResult{}, notFound("No such image: %s", id)
}

var errNotImage = errors.New("invalid tar header")
