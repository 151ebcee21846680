package control

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Why a connection is over: the errors of a Client wrap one of these.
var (
	ErrEnded  = errors.New("the engine ended")
	ErrLost   = errors.New("the connection to the engine was lost")
	ErrClosed = errors.New("the client was closed")
)

// errSilent is the answer of a process that is stopped, or of a machine that is
// out of breath.
var errSilent = errors.New("the engine does not answer")

func errEnded(op string) error { return engine.Errorf(engine.KindTerminal, op, 0, "%w", ErrEnded) }

func errClosed(op string) error { return engine.Errorf(engine.KindTerminal, op, 0, "%w", ErrClosed) }

// callError is what a call that was broken off or refused comes back as. asked is
// the context that the caller gave, without the limits of our own.
func callError(asked context.Context, op string, err error) error {
	if asked.Err() != nil {
		return engine.Errorf(engine.KindTransient, op, 0, "%w", asked.Err())
	}
	var known *engine.Error
	if errors.As(err, &known) {
		return known
	}
	told := status.Convert(err)
	for _, detail := range told.Details() {
		if failure, ok := detail.(*agentproto.Failure); ok {
			return ErrorOf(failure, op)
		}
	}
	switch told.Code() {
	case codes.DeadlineExceeded:
		return engine.Errorf(engine.KindTransient, op, 0, "%w", errSilent)
	case codes.Canceled:
		return errClosed(op)
	case codes.Unavailable:
		return engine.Errorf(engine.KindTransient, op, 0, "%w", ErrLost)
	case codes.Unimplemented, codes.FailedPrecondition:
		return engine.Errorf(engine.KindUnsupported, op, 0, "%s", told.Message())
	case codes.InvalidArgument:
		return engine.Errorf(engine.KindInvalid, op, 0, "%s", told.Message())
	case codes.ResourceExhausted:
		return engine.Errorf(engine.KindTerminal, op, 0, "%s", told.Message())
	default:
		return engine.Errorf(engine.KindInternal, op, 0, "%s", told.Message())
	}
}
