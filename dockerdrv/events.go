package dockerdrv

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
)

// Pauses between two tries to follow the daemon's events.
const (
	followAtFirst = 50 * time.Millisecond
	followAtLast  = 2 * time.Second
)

// The daemon tells that a container has ended before its list says so.
const (
	listLag    = 25 * time.Millisecond // between two lists until it does
	maxListLag = 10 * time.Second      // then the list is believed
)

// follower is how far the daemon's events were followed. The goroutine of
// followEvents owns it.
type follower struct {
	since time.Time            // of the newest event
	ended map[string]time.Time // containers that ended, and until when the list may not know
}

// followEvents has the list taken anew whenever the daemon tells that something
// of ours changed. It ends with the driver.
func (d *Driver) followEvents() {
	pause := followAtFirst
	// An end from just before may not be in the first list either.
	f := &follower{since: d.opts.Now().Add(-maxListLag), ended: map[string]time.Time{}}
	for d.ctx.Err() == nil {
		began := d.opts.Now()
		ctx, cancel := context.WithCancel(d.ctx)
		err := d.follow(ctx, f)
		cancel()
		if d.ctx.Err() != nil {
			return
		}
		d.opts.Log.Warn("the daemon's events broke off", "error", err)
		d.board.expire() // what happened meanwhile may never be told
		if d.opts.Now().Sub(began) > followAtLast {
			pause = followAtFirst
		}
		timer := time.NewTimer(pause)
		select {
		case <-d.ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		pause = min(2*pause, followAtLast)
	}
}

// follow reads one stream of events. The daemon answers before it subscribes, so
// it is asked for what happened since a moment ago; events that come twice only
// cost a look.
func (d *Driver) follow(ctx context.Context, f *follower) error {
	stream := d.api.Events(ctx, client.EventsListOptions{
		Since:   fmt.Sprintf("%d.%09d", f.since.Unix(), f.since.Nanosecond()),
		Filters: make(client.Filters).Add("label", LabelName+"="+string(d.opts.Name)),
	})
	again := time.NewTimer(listLag)
	defer again.Stop()
	for {
		var late <-chan time.Time
		if len(f.ended) > 0 {
			late = again.C
		}
		select {
		case message, ok := <-stream.Messages:
			if !ok {
				return <-stream.Err
			}
			f.heard(message, d.opts.Now())
			if matters(message) {
				d.board.expire()
				again.Reset(listLag)
			}
		case <-late:
			if f.late(d.board.lists, d.opts.Now()) {
				d.board.expire()
			}
			again.Reset(listLag)
		case err := <-stream.Err:
			return err
		}
	}
}

// heard takes an event.
func (f *follower) heard(m events.Message, now time.Time) {
	if m.TimeNano > 0 {
		f.since = time.Unix(0, m.TimeNano)
	}
	if m.Type != events.ContainerEventType {
		return
	}
	switch m.Action {
	case events.ActionDie:
		f.ended[m.Actor.ID] = now.Add(maxListLag)
	case events.ActionStart, events.ActionDestroy:
		delete(f.ended, m.Actor.ID)
	default:
	}
}

// late says whether the newest list still has a container running that has ended.
func (f *follower) late(lists func(container string) (running, fresh bool), now time.Time) bool {
	late := false
	maps.DeleteFunc(f.ended, func(container string, limit time.Time) bool {
		running, fresh := lists(container)
		late = late || fresh && running
		return fresh && !running || now.After(limit)
	})
	return late
}

// matters leaves out what does not change the list.
func matters(m events.Message) bool {
	switch m.Action {
	case events.ActionAttach, events.ActionDetach, events.ActionTop, events.ActionArchivePath, events.ActionExtractToDir,
		events.ActionExport, events.ActionKill, events.ActionCreate, events.ActionResize:
		return m.Action == events.ActionCreate && m.Type == events.ContainerEventType
	default:
		return m.Type == events.ContainerEventType || m.Type == events.VolumeEventType
	}
}
