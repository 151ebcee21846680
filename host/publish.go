package host

import (
	"sync"
	"sync/atomic"
	"time"

	"rondb-tui/engine"
)

// publisher holds the newest snapshot and rings a bell of each listener for a
// new one. One publish runs at a time; everybody may read and listen.
type publisher struct {
	latest atomic.Pointer[engine.Snapshot]

	mu    sync.Mutex
	bells map[chan struct{}]struct{}
}

func newPublisher() *publisher { return &publisher{bells: map[chan struct{}]struct{}{}} }

// publish numbers the snapshot and makes it the newest.
func (p *publisher) publish(at time.Time, cluster *engine.ClusterView, load *engine.LoadView) {
	next := &engine.Snapshot{At: at, Cluster: *cluster, Load: *load}
	if last := p.latest.Load(); last != nil {
		next.Rev = last.Rev
	}
	next.Rev++
	p.latest.Store(next)
	p.mu.Lock()
	defer p.mu.Unlock()
	for bell := range p.bells {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// listen gives a bell with room for one ring, until stop is called.
func (p *publisher) listen() (bell <-chan struct{}, stop func()) {
	mine := make(chan struct{}, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bells[mine] = struct{}{}
	return mine, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.bells, mine)
	}
}
