package host

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// follow is the goroutine that joins the cluster's and the load's views into
// snapshots, tells the load what the cluster does, and starts it once every
// MySQL server is verified.
func (h *Host) follow(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	verified := make(chan bool, 1)
	checking := false
	changed, stop := h.loop.Listen()
	defer stop()
	figures := time.NewTicker(publishEvery)
	defer figures.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-changed:
			pause(ctx, publishGap) // a burst of changes makes one snapshot
		case <-h.load.told:
		case ok := <-verified:
			checking = false
			if ok {
				h.load.ready.Store(true)
				group.Go(func() error { return h.load.run(ctx) })
			}
		case <-figures.C:
			if !h.load.active() && (h.load.ready.Load() || checking) {
				continue // an idle cluster costs nothing
			}
		}
		cluster := h.loop.Latest()
		h.load.follow(time.Now(), cluster)
		if !h.load.ready.Load() && !checking && h.load.complete(cluster) {
			checking = true
			servers := h.load.servers
			group.Go(func() error {
				ok := h.load.verifyServers(ctx, servers)
				if !ok {
					pause(ctx, checkEvery)
				}
				verified <- ok
				return nil
			})
		}
		h.publish()
	}
	return group.Wait()
}

// pause waits unless ctx ends first.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
