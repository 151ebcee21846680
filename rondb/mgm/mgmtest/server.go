package mgmtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// Limits of a server.
const (
	maxSessions = 256
	maxLine     = 16 << 10
	maxArgs     = 64
)

// DefaultPing is how often a real server gives its listeners a sign of life.
const DefaultPing = 500 * time.Millisecond

// Server answers for a cluster.
type Server struct {
	cluster *Cluster
	ping    time.Duration

	mu       sync.Mutex
	faults   Faults
	sessions map[int64]*session
	next     int64 // the id of the next session
}

// NewServer makes a server; ping is how often streams give a sign of life, 0:
// DefaultPing.
func NewServer(cluster *Cluster, ping time.Duration) *Server {
	if ping <= 0 {
		ping = DefaultPing
	}
	return &Server{cluster: cluster, ping: ping, sessions: map[int64]*session{}, next: 1}
}

// Cluster is what the server answers for.
func (s *Server) Cluster() *Cluster { return s.cluster }

// Serve answers those who connect until its context ends. It closes the listener
// and every connection, and waits for what it started.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	var sessions sync.WaitGroup
	defer sessions.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		socket, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = socket.Close() // too late for it
			}
			return nil
		}
		if err != nil {
			return errors.Join(fmt.Errorf("accept a session: %w", err), listener.Close())
		}
		one, ok := s.enter(ctx, socket)
		if !ok {
			_ = socket.Close() // one too many
			continue
		}
		sessions.Go(func() {
			one.run()
			s.left(one)
		})
	}
}

func (s *Server) enter(ctx context.Context, socket net.Conn) (*session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) == maxSessions {
		return nil, false
	}
	one := newSession(ctx, s, s.next, socket)
	s.sessions[s.next] = one
	s.next++
	return one, true
}

func (s *Server) left(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, one.id)
}

// Sessions are the ids of those who are connected, sorted.
func (s *Server) Sessions() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.sessions))
}

// Local is a server on a port of its own.
type Local struct {
	*Server
	Addr   string // where it listens
	cancel context.CancelFunc
	done   chan error
}

// Start serves a cluster on a free port of this machine until Close.
func Start(ctx context.Context, cluster *Cluster) (*Local, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &Local{Server: NewServer(cluster, 20*time.Millisecond), Addr: listener.Addr().String(), cancel: cancel, done: make(chan error, 1)}
	go func() { l.done <- l.Serve(ctx, listener) }()
	return l, nil
}

// Close ends the server and waits for it. Call it once.
func (l *Local) Close() error {
	l.cancel()
	return <-l.done
}
