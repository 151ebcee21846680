package agent

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
)

// The kinds of failures, in the engine's words: they travel as
// agentproto.Failure in the details of a call's status.
const (
	kindTransient   = "transient"
	kindTerminal    = "terminal"
	kindConflict    = "conflict"
	kindNotFound    = "not found"
	kindUnsupported = "unsupported"
	kindDenied      = "denied"
	kindInvalid     = "invalid"
)

// failure makes the error of a call.
func failure(kind, op string, node int32, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	told := status.New(codeOf(kind), fmt.Sprintf("%s: %s", op, text))
	detailed, err := told.WithDetails(&agentproto.Failure{Kind: kind, Op: op, Node: node, Text: text})
	if err != nil {
		return told.Err()
	}
	return detailed.Err()
}

func codeOf(kind string) codes.Code {
	switch kind {
	case kindTransient:
		return codes.Unavailable
	case kindNotFound:
		return codes.NotFound
	case kindUnsupported:
		return codes.Unimplemented
	case kindDenied:
		return codes.PermissionDenied
	case kindConflict, kindTerminal:
		return codes.FailedPrecondition
	case kindInvalid:
		return codes.InvalidArgument
	default:
		return codes.Internal
	}
}

// isFinal says whether an outcome is one: what ran into a time limit or a lost
// connection may be tried again under the same key.
func isFinal(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Aborted, codes.ResourceExhausted:
		return false
	default:
		return true
	}
}

// asFailure words an error that is not a call's yet.
func asFailure(op string, node int32, err error) error {
	var told interface{ GRPCStatus() *status.Status }
	if err == nil || errors.As(err, &told) {
		return err
	}
	return failure(kindTerminal, op, node, "%v", err)
}
