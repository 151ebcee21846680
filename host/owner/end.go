package owner

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"rondb-tui/engine"
)

const (
	opEnd    = "end the owner"
	killWait = 10 * time.Second // after SIGKILL; only a process stuck in the kernel takes longer
	lookWait = 10 * time.Millisecond
)

// End ends the process that owns the lock at path, verified: SIGTERM, after
// polite SIGKILL; one that is stopped is killed at once, as it could not answer.
// It returns when the process is gone and the lock no longer its own, which is at
// once if that is so already. Then Acquire decides who owns it next.
//
// KindConflict if that process does not hold the lock (any more): look again.
// KindDenied if it is not ours to end. KindTransient if ctx ends first, or the
// process outlives SIGKILL.
func End(ctx context.Context, path string, o Owner, polite time.Duration) error {
	if o.PID <= 1 || o.PID == os.Getpid() {
		return engine.Errorf(engine.KindDenied, opEnd, 0, "process %d is not one to end", o.PID)
	}
	// The handle first, then the check: it stays with the process that was
	// checked, even if the id is used again (a pidfd, where the kernel has them).
	handle, err := os.FindProcess(o.PID)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, opEnd, 0, "%w", err)
	}
	err = endHandle(ctx, path, o, handle, polite)
	if closing := handle.Release(); err == nil && closing != nil {
		return engine.Errorf(engine.KindInternal, opEnd, 0, "%w", closing)
	}
	return err
}

// AwaitGone waits until an owner that was asked to end has gone by itself and the
// lock is no longer its own; false if that takes longer than limit, or at once if
// the process is stopped. It signals nobody: call it before End, whose first
// signal would cut an ending in order short. KindTransient if ctx ends first.
func AwaitGone(ctx context.Context, path string, o Owner, limit time.Duration) (bool, error) {
	if o.State() == Stopped {
		return false, nil
	}
	return waitOver(ctx, path, o, limit)
}

func endHandle(ctx context.Context, path string, o Owner, handle *os.Process, polite time.Duration) error {
	state := o.State()
	holder, held, err := Look(path)
	switch {
	case err != nil:
		return err
	case !held: // a process on its way out lets its files go before it is gone
		over, err := waitOver(ctx, path, o, attempts*pause)
		if !over && err == nil {
			err = engine.Errorf(engine.KindConflict, opEnd, 0, "process %d does not hold the lock", o.PID)
		}
		return err
	case state == Gone, !holder.same(o): // gone: the handle may be another process's
		return engine.Errorf(engine.KindConflict, opEnd, 0, "the lock is not process %d's: %w", o.PID, &HeldError{Owner: holder})
	}
	if state == Running && polite > 0 {
		if err := sendSignal(handle, syscall.SIGTERM); err != nil {
			return err
		}
		over, err := waitOver(ctx, path, o, polite)
		if over || err != nil {
			return err
		}
	}
	if err := sendSignal(handle, syscall.SIGKILL); err != nil {
		return err
	}
	over, err := waitOver(ctx, path, o, killWait)
	if !over && err == nil {
		return engine.Errorf(engine.KindTransient, opEnd, 0, "process %d is still there %v after SIGKILL", o.PID, killWait)
	}
	return err
}

// sendSignal sends one; that the process is gone already is no error.
func sendSignal(handle *os.Process, s os.Signal) error {
	err := handle.Signal(s)
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return failure(opEnd, err)
}

// waitOver waits until the process is gone and the lock is not its own; false if
// that took longer than limit.
func waitOver(ctx context.Context, path string, o Owner, limit time.Duration) (bool, error) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	again := time.NewTicker(lookWait)
	defer again.Stop()
	for {
		if o.State() == Gone {
			holder, held, err := peek(path)
			if err != nil {
				return false, failure(opEnd, err)
			}
			if !held || !holder.same(o) {
				return true, nil
			}
		}
		select {
		case <-ctx.Done():
			return false, engine.Errorf(engine.KindTransient, opEnd, 0, "process %d: %w", o.PID, context.Cause(ctx))
		case <-deadline.C:
			return false, nil
		case <-again.C:
		}
	}
}
