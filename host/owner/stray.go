package owner

import (
	"context"
	"os"
	"syscall"
	"time"

	"rondb-tui/engine"
)

// Of identifies a process by its id; false if there is none.
func Of(pid int) (Owner, bool) {
	p, err := lookUp(pid)
	if err != nil || p.state == Gone {
		return Owner{}, false
	}
	return Owner{PID: pid, Start: p.start}, true
}

// EndStray ends a process that owns no lock, verified by its start time: SIGTERM,
// after polite SIGKILL. That it is gone already is no error. The caller must have
// made sure that it is one of ours. KindTransient if it outlives SIGKILL.
func EndStray(ctx context.Context, o Owner, polite time.Duration) error {
	if o.PID <= 1 || o.PID == os.Getpid() {
		return engine.Errorf(engine.KindDenied, opEnd, 0, "process %d is not one to end", o.PID)
	}
	handle, err := os.FindProcess(o.PID)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, opEnd, 0, "%w", err)
	}
	defer func() { _ = handle.Release() }() // nothing follows from it
	for _, step := range []struct {
		signal os.Signal
		wait   time.Duration
	}{{syscall.SIGTERM, polite}, {syscall.SIGKILL, killWait}} {
		state := o.State() // after the handle was taken: it is of the process that is looked at
		if state == Gone {
			return nil
		}
		if state == Stopped && step.signal == syscall.SIGTERM {
			continue // it could not answer
		}
		if err := sendSignal(handle, step.signal); err != nil {
			return err
		}
		if gone(ctx, o, step.wait) {
			return nil
		}
		if ctx.Err() != nil {
			return engine.Errorf(engine.KindTransient, opEnd, 0, "process %d: %w", o.PID, context.Cause(ctx))
		}
	}
	return engine.Errorf(engine.KindTransient, opEnd, 0, "process %d is still there %v after SIGKILL", o.PID, killWait)
}

// gone waits until a process has ended, at most for limit.
func gone(ctx context.Context, o Owner, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(lookWait)
	defer again.Stop()
	for o.State() != Gone {
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
	return true
}
