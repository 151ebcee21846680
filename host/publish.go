package host

import (
	"sync/atomic"
	"time"

	"rondb-tui/engine"
)

// publisher holds the newest snapshot and rings a bell for each new one. One
// goroutine publishes; everybody may read.
type publisher struct {
	latest atomic.Pointer[engine.Snapshot]
	bell   chan struct{}
}

func newPublisher() *publisher { return &publisher{bell: make(chan struct{}, 1)} }

// publish numbers the snapshot and makes it the newest.
func (p *publisher) publish(at time.Time, cluster *engine.ClusterView, load *engine.LoadView) {
	next := &engine.Snapshot{At: at, Cluster: *cluster, Load: *load}
	if last := p.latest.Load(); last != nil {
		next.Rev = last.Rev
	}
	next.Rev++
	p.latest.Store(next)
	select {
	case p.bell <- struct{}{}:
	default:
	}
}
