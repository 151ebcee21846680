package simdrv

import (
	"context"
	"slices"
)

// wait is an operation that cannot go on yet. Its try is called again, under the
// lock, whenever it might; ready is closed once it has ended.
type wait struct {
	tx    *Tx // nil for the dictionary's operations
	try   func() (done bool, err error)
	ready chan struct{}
	done  bool
	err   error
}

// perform runs an operation to its end. Cancelling the context gives up waiting;
// what was sent to the data nodes by then still happens.
func (w *World) perform(ctx context.Context, x *Tx, try func() (done bool, err error)) error {
	w.enter()
	if x != nil && x.wait != nil {
		w.leave()
		return misuse("two operations at a time")
	}
	if done, err := try(); done {
		w.leave()
		return err
	}
	pending := &wait{tx: x, try: try, ready: make(chan struct{})}
	w.waiting = append(w.waiting, pending)
	if x != nil {
		x.wait = pending
	}
	if w.clock == nil {
		w.pump(ctx, pending)
	}
	w.leave()
	select {
	case <-pending.ready:
		return pending.err
	case <-ctx.Done():
	}
	w.enter()
	defer w.leave()
	if pending.done {
		return pending.err
	}
	err := ctx.Err()
	if x != nil {
		w.unqueue(x)
		if x.state == txCommitting || x.state == txCommitted {
			err = requestTimeout(OutcomeUnknown)
		}
	}
	w.complete(pending, err)
	return err
}

// pump moves a world that has no clock until a wait has ended.
func (w *World) pump(ctx context.Context, pending *wait) {
	for w.settle(); !pending.done && ctx.Err() == nil; w.settle() {
		if len(w.queue) == 0 {
			w.complete(pending, misuse("nothing will ever end this wait"))
			return
		}
		w.advanceTo(w.queue[0].at)
	}
}

// attempt runs a wait's operation once more.
func (w *World) attempt(pending *wait) {
	if pending.done {
		return
	}
	if done, err := pending.try(); done {
		w.complete(pending, err)
	}
}

// complete ends a wait.
func (w *World) complete(pending *wait, err error) {
	if pending.done {
		return
	}
	pending.done, pending.err = true, err
	if pending.tx != nil {
		pending.tx.wait = nil
	}
	if i := slices.Index(w.waiting, pending); i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
	close(pending.ready)
}
