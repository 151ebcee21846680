package serve

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// server answers the calls.
type server struct {
	agentproto.UnimplementedControlServer
	engine  Engine
	info    Info
	ending  <-chan struct{}
	streams chan struct{} // holds one for each stream that runs
}

// Run serves on a listener until ctx ends, and returns when every call is over
// and the socket is gone. It is an error if the listener breaks before that.
func Run(ctx context.Context, l net.Listener, e Engine, info Info) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{engine: e, info: info, ending: ctx.Done(), streams: make(chan struct{}, maxStreams)}
	g := grpc.NewServer(
		grpc.MaxRecvMsgSize(control.MaxRequest),
		grpc.MaxSendMsgSize(control.MaxReply),
		grpc.MaxConcurrentStreams(maxCalls),
		grpc.ConnectionTimeout(grace),
		grpc.WaitForHandlers(true),
		grpc.ChainUnaryInterceptor(s.aroundCall),
		grpc.ChainStreamInterceptor(s.aroundStream),
	)
	agentproto.RegisterControlServer(g, s)
	served := make(chan error, 1)
	go func() { served <- g.Serve(l) }()
	var keeper sync.WaitGroup
	keeper.Go(func() { keep(ctx, g, l.Addr().String()) })
	defer keeper.Wait()
	select {
	case err := <-served:
		g.Stop()
		cancel()
		return engine.Errorf(engine.KindTerminal, "serve the control socket", 0, "%w", err)
	case <-ctx.Done():
	}
	s.finish(g)
	if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) { // it ended before it began
		return engine.Errorf(engine.KindTerminal, "serve the control socket", 0, "%w", err)
	}
	return nil
}

// finish lets the streams end in order and then the calls. What does not come to
// an end in time is cut.
func (s *server) finish(g *grpc.Server) {
	limit := time.NewTimer(grace)
	defer limit.Stop()
	for range maxStreams { // no stream runs once all places are ours
		select {
		case s.streams <- struct{}{}:
		case <-limit.C:
			g.Stop()
			return
		}
	}
	ended := make(chan struct{})
	go func() {
		g.GracefulStop()
		close(ended)
	}()
	select {
	case <-ended:
	case <-limit.C:
		g.Stop()
		<-ended
	}
}

// pause waits, unless the call or the engine ends first.
func (s *server) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-s.ending:
	}
}
