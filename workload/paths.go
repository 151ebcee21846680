package workload

import (
	"slices"
	"sync"
	"time"
)

// path is what is known of one MySQL server.
type path struct {
	server Server
	up     bool
	since  time.Time // of the last change of up
	ops    int       // in this second
	rate   float64   // in the last
	errors uint64
}

// paths are the MySQL servers of the load in their order. Clients and readers
// report what they meet; a server is up again when its reader reached it. The
// lock guards everything.
type paths struct {
	mu   sync.Mutex
	list []*path
	bell chan struct{} // closed when the list changes
}

func newPaths(servers []Server, now time.Time) *paths {
	p := &paths{bell: make(chan struct{})}
	p.set(servers, now)
	return p
}

// set replaces the list; servers that stay keep what is known of them. It gives
// the ids of those that went.
func (p *paths) set(servers []Server, now time.Time) (gone []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.list
	p.list = nil
	for _, s := range servers {
		if i := slices.IndexFunc(old, func(known *path) bool { return known.server == s }); i >= 0 {
			p.list = append(p.list, old[i])
			continue
		}
		p.list = append(p.list, &path{server: s, up: true, since: now})
	}
	for _, known := range old {
		if !slices.Contains(servers, known.server) {
			gone = append(gone, known.server.ID)
		}
	}
	close(p.bell)
	p.bell = make(chan struct{})
	return gone
}

// servers gives the list, and a channel that is closed when it changes.
func (p *paths) servers() ([]Server, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Server, len(p.list))
	for i, known := range p.list {
		list[i] = known.server
	}
	return list, p.bell
}

// pick chooses the server of a client: its home, or the next one that is up.
func (p *paths) pick(client int) (Server, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.list {
		if known := p.list[(client+i)%len(p.list)]; known.up {
			return known.server, true
		}
	}
	return Server{}, false
}

// find gives a server of the list, or a place to note what is then forgotten.
func (p *paths) find(server int) (known *path, listed bool) {
	for _, known := range p.list {
		if known.server.ID == server {
			return known, true
		}
	}
	return &path{}, false
}

// mark says whether a server can be reached.
func (p *paths) mark(server int, up bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, _ := p.find(server); known.up != up {
		known.up, known.since = up, now
	}
}

func (p *paths) isUp(server int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, _ := p.find(server)
	return known.up
}

// count notes the end of an attempt through a server; false means that it is no
// longer on the list.
func (p *paths) count(server int, ok bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, listed := p.find(server)
	if ok {
		known.ops++
	} else {
		known.errors++
	}
	return listed
}

// anyUp says whether some server can be reached.
func (p *paths) anyUp() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.list, func(known *path) bool { return known.up })
}

// alone says whether a server must verify its own writes: there is no other, or
// none has been up for a while.
func (p *paths) alone(server int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.list, func(other *path) bool {
		return other.server.ID != server && (other.up || now.Sub(other.since) < selfVerifyAfter)
	})
}

// rotate ends a second of counting.
func (p *paths) rotate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, known := range p.list {
		known.rate, known.ops = float64(known.ops), 0
	}
}

// fill copies the servers into a snapshot.
func (p *paths) fill(s *Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Servers = make([]ServerStats, len(p.list))
	for i, known := range p.list {
		s.Servers[i] = ServerStats{Node: known.server.ID, Up: known.up, OpsPerSecond: known.rate, Errors: known.errors}
	}
}
