package dockerdrv

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/engine"
)

// failed gives a daemon's error its kind and, where the daemon's own words do not
// say what to do, a sentence that does.
func failed(op string, node engine.NodeID, err error) error {
	if err == nil {
		return nil
	}
	var known *engine.Error
	if errors.As(err, &known) {
		return err
	}
	kind, hint := kindOf(err)
	if hint != "" {
		return engine.Errorf(kind, op, node, "%s (%w)", hint, err)
	}
	return engine.Errorf(kind, op, node, "%w", err)
}

func kindOf(err error) (kind engine.ErrorKind, hint string) {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return engine.KindTransient, ""
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EACCES):
		return engine.KindDenied, "this user may not use the Docker daemon; join the group docker, or use DOCKER_HOST"
	case client.IsErrConnectionFailed(err), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		if strings.Contains(err.Error(), "permission denied") {
			return engine.KindDenied, "this user may not use the Docker daemon; join the group docker, or use DOCKER_HOST"
		}
		return engine.KindNotFound, "no Docker daemon answers; start it, or use --driver sim"
	}
	if kind, hint, found := kindOfText(err.Error()); found {
		return kind, hint
	}
	switch {
	case errdefs.IsNotFound(err):
		return engine.KindNotFound, ""
	case errdefs.IsConflict(err):
		return engine.KindConflict, ""
	case errdefs.IsInvalidArgument(err):
		return engine.KindInvalid, ""
	case errdefs.IsPermissionDenied(err), errdefs.IsUnauthorized(err):
		return engine.KindDenied, ""
	case errdefs.IsNotImplemented(err):
		return engine.KindUnsupported, ""
	default:
		// What the daemon calls internal is most often its surroundings.
		return engine.KindTransient, ""
	}
}

// kindOfText knows the failures that the daemon tells by its words alone.
func kindOfText(text string) (kind engine.ErrorKind, hint string, found bool) {
	text = strings.ToLower(text)
	for _, known := range []struct {
		part string
		kind engine.ErrorKind
		hint string
	}{
		{"port is already allocated", engine.KindConflict, "the port is taken by another program"},
		{"address already in use", engine.KindConflict, "the port or address is taken"},
		{"is already in use by container", engine.KindConflict, "a container that is not this cluster's has the name"},
		{"no such image", engine.KindNotFound, "the image is not on this machine; pull it first"},
		{"no space left on device", engine.KindTerminal, "the daemon's disk is full"},
		{"cannot allocate memory", engine.KindTerminal, "the machine has no memory left"},
		{"exec format error", engine.KindTerminal, "the image is of another processor architecture"},
		{"minimum memory limit", engine.KindInvalid, "the memory limit is too small"},
		{"pool overlaps", engine.KindConflict, "the addresses are taken by another network"},
	} {
		if strings.Contains(text, known.part) {
			return known.kind, known.hint, true
		}
	}
	return 0, "", false
}

// refused gives an agent's error its kind.
func refused(op string, node engine.NodeID, err error) error {
	if err == nil {
		return nil
	}
	var known *engine.Error
	if errors.As(err, &known) {
		return err
	}
	s, ok := status.FromError(err)
	if !ok {
		return failed(op, node, err)
	}
	kind := engine.KindInternal
	switch s.Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.ResourceExhausted, codes.Unknown:
		kind = engine.KindTransient
	case codes.Aborted, codes.AlreadyExists:
		kind = engine.KindConflict
	case codes.FailedPrecondition:
		kind = engine.KindConflict
	case codes.NotFound:
		kind = engine.KindNotFound
	case codes.Unimplemented:
		kind = engine.KindUnsupported
	case codes.PermissionDenied, codes.Unauthenticated:
		kind = engine.KindDenied
	case codes.InvalidArgument, codes.OutOfRange:
		kind = engine.KindInvalid
	default:
	}
	if s.Code() == codes.Canceled {
		return engine.Errorf(kind, op, node, "%s: %w", s.Message(), context.Canceled)
	}
	if s.Code() == codes.DeadlineExceeded {
		return engine.Errorf(kind, op, node, "%s: %w", s.Message(), context.DeadlineExceeded)
	}
	return engine.Errorf(kind, op, node, "%s", s.Message())
}

// isGone says that what was to be removed is not there, or is being removed.
func isGone(err error) bool {
	return errdefs.IsNotFound(err) || errdefs.IsConflict(err) && strings.Contains(err.Error(), "already in progress")
}
