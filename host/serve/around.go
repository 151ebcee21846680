package serve

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"rondb-tui/control"
	"rondb-tui/engine"
)

const opAnswer = "answer on the control socket"

// aroundCall refuses other protocols and turns a panic into an answer.
func (s *server) aroundCall(ctx context.Context, request any, call *grpc.UnaryServerInfo, next grpc.UnaryHandler) (reply any, err error) {
	defer func() {
		if met := recover(); met != nil {
			reply, err = nil, panicked(ctx, call.FullMethod, met)
		}
	}()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	return next(ctx, request)
}

// aroundStream does the same for streams, and counts them.
func (s *server) aroundStream(_ any, stream grpc.ServerStream, call *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer func() {
		if met := recover(); met != nil {
			err = panicked(stream.Context(), call.FullMethod, met)
		}
	}()
	if err := s.check(stream.Context()); err != nil {
		return err
	}
	select {
	case <-s.ending:
		return nil // at once in order
	default:
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return control.StatusOf(codes.ResourceExhausted, engine.Errorf(engine.KindTransient, opAnswer, 0,
			"%d consoles and commands follow this engine already: end one of them first", maxStreams))
	}
	return next(s, stream)
}

// check compares the protocol that the caller speaks with ours.
func (s *server) check(ctx context.Context) error {
	ours := strconv.Itoa(control.Protocol)
	given := metadata.ValueFromIncomingContext(ctx, control.ProtocolKey)
	if len(given) == 1 && given[0] == ours {
		return nil
	}
	theirs := "none that it names"
	if len(given) > 0 {
		theirs = strconv.Quote(given[0])
		if _, err := strconv.Atoi(given[0]); err == nil {
			theirs = given[0]
		}
	}
	return control.StatusOf(codes.FailedPrecondition, engine.Errorf(engine.KindUnsupported, opAnswer, 0,
		"the engine (rondb-tui %s, process %d) speaks protocol %s, this program speaks protocol %s: "+
			"use the rondb-tui that started the engine, or stop the engine with it and start it again with this one",
		s.info.Version, s.info.PID, ours, theirs))
}

// panicked is the answer to a call that met a bug. The log has the rest.
func panicked(ctx context.Context, method string, met any) error {
	slog.ErrorContext(ctx, "a call panicked", "call", method, "panic", met, "stack", string(debug.Stack()))
	return control.StatusOf(codes.Internal, engine.Errorf(engine.KindInternal, opAnswer, 0,
		"%s met a bug in the engine, which goes on; its log tells where", method))
}
