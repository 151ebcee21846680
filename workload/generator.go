package workload

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// schedule hands out operations at their intended times, whether or not anybody
// is ready for them: the load is an open loop. It also prepares the tables,
// since nothing may be sent before that.
func (r *Runner) schedule(ctx context.Context) {
	var next time.Time // the next intended time; zero: begin now
	for ctx.Err() == nil {
		set, bell := r.settings()
		switch {
		case set.seed:
			r.prepare(ctx)
			next = time.Time{}
		case !set.running:
			r.drain()
			next = time.Time{}
			select {
			case <-ctx.Done():
			case <-bell:
			}
		default:
			next = r.sendDue(next, time.Second/time.Duration(set.rate))
			pause(ctx, max(time.Until(next), scheduleGrain))
		}
	}
}

// sendDue queues every operation whose time has come and gives the next
// intended time. What the queue cannot hold is not sent.
func (r *Runner) sendDue(next time.Time, interval time.Duration) time.Time {
	now := time.Now()
	if next.IsZero() {
		next = now
	}
	dropped := uint64(0)
	for ; !next.After(now); next = next.Add(interval) {
		select {
		case r.queue <- next:
		default:
			dropped++
		}
	}
	if dropped > 0 {
		r.book.notSent(dropped)
	}
	return next
}

// drain drops what is queued.
func (r *Runner) drain() {
	for {
		select {
		case <-r.queue:
			r.book.notSent(1)
		default:
			return
		}
	}
}

// worker is the goroutine of one client.
type worker struct {
	quit chan struct{} // closed to ask it to end after its operation
	done chan struct{} // closed when it has
}

// manageClients keeps as many clients as are wanted.
func (r *Runner) manageClients(ctx context.Context, g *errgroup.Group) {
	var workers []worker // all there ever were, by their number
	for count := 0; ctx.Err() == nil; {
		set, bell := r.settings()
		for ; count < set.clients; count++ {
			if count == len(workers) {
				workers = append(workers, worker{})
			}
			before := workers[count].done // nil if nobody had the number
			w := worker{quit: make(chan struct{}), done: make(chan struct{})}
			workers[count] = w
			c := newClient(r, count)
			g.Go(func() error {
				defer close(w.done)
				if before != nil { // two must never write with the same number
					<-before
				}
				c.run(ctx, w.quit)
				return nil
			})
		}
		for ; count > set.clients; count-- {
			close(workers[count-1].quit)
		}
		select {
		case <-ctx.Done():
		case <-bell:
		}
	}
}

// manageReaders keeps one reader for each server on the list.
func (r *Runner) manageReaders(ctx context.Context, g *errgroup.Group) {
	stops := map[Server]context.CancelFunc{}
	for ctx.Err() == nil {
		servers, bell := r.paths.servers()
		wanted := make(map[Server]bool, len(servers))
		for _, s := range servers {
			wanted[s] = true
			if stops[s] == nil {
				readCtx, stop := context.WithCancel(ctx)
				stops[s] = stop
				rd := &reader{r: r, server: s}
				g.Go(func() error { rd.run(readCtx); return nil })
			}
		}
		for s, stop := range stops {
			if !wanted[s] {
				stop()
				delete(stops, s)
			}
		}
		select {
		case <-ctx.Done():
		case <-bell:
		}
	}
	for _, stop := range stops {
		stop()
	}
}
