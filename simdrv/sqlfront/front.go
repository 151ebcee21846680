package sqlfront

import (
	"context"
	"net"
	"strconv"
	"sync"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

// loopback is the only address a simulated MySQL server listens on: it has no
// users.
const loopback = "127.0.0.1"

// Options says where a Front finds the cluster behind it. Sessions and Observe
// are called only after the first Open, so they may close over a Driver that is
// made after the Front.
type Options struct {
	// Sessions opens a connection's session on a MySQL server's part of the world.
	Sessions func(server engine.NodeID) (*simdrv.Session, error)
	// Observe takes a look at the cluster, for the ndbinfo tables. It must not be
	// the look that hands out the events, which belong to somebody else:
	// World.Observe, not Driver.Observe.
	Observe func(ctx context.Context) (engine.Observed, error)
	// Port chooses the TCP port of a MySQL server. Nil, or a result of 0, lets the
	// first Open of that server take a free one.
	Port func(server engine.NodeID) int
}

// Front is the SQL front of all simulated MySQL servers of one cluster.
type Front struct {
	opts Options

	mu      sync.Mutex
	servers map[engine.NodeID]*server // those that are open
	known   map[engine.NodeID]string  // the address each server had before
	closed  bool
}

var _ simdrv.Front = (*Front)(nil)

// New makes a Front without any open server.
func New(opts Options) *Front {
	return &Front{opts: opts, servers: map[engine.NodeID]*server{}, known: map[engine.NodeID]string{}}
}

// Open makes a MySQL server accept connections and returns its address as
// host:port. A server that is open already keeps its address; one that was open
// before gets the same port again. Errors: KindTransient if the port is taken,
// KindTerminal after Close.
func (f *Front) Open(ctx context.Context, id engine.NodeID) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return "", engine.Errorf(engine.KindTerminal, "open MySQL server", id, "the SQL front is closed")
	}
	if s, open := f.servers[id]; open {
		return s.address(), nil
	}
	if err := tameLibrary(); err != nil {
		return "", engine.Errorf(engine.KindInternal, "open MySQL server", id, "%w", err)
	}
	s, err := startServer(ctx, id, f.opts, f.addressFor(id))
	if err != nil {
		return "", err
	}
	f.servers[id] = s
	f.known[id] = s.address()
	return s.address(), nil
}

// Kill ends a MySQL server as the death of its process does: its port closes,
// its clients lose their connections, its statements end. A server that is not
// open is left alone.
func (f *Front) Kill(id engine.NodeID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, open := f.servers[id]; open {
		delete(f.servers, id)
		s.stop()
	}
}

// Close ends every server; Open fails from then on.
func (f *Front) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for id, s := range f.servers {
		delete(f.servers, id)
		s.stop()
	}
}

// addressFor is the address to ask for: the one the server had, or the
// configured port; port 0 is any free one.
func (f *Front) addressFor(id engine.NodeID) string {
	if address, known := f.known[id]; known {
		return address
	}
	port := 0
	if f.opts.Port != nil {
		port = f.opts.Port(id)
	}
	return net.JoinHostPort(loopback, strconv.Itoa(port))
}
