package exec

import (
	"context"
	"errors"
	"time"

	"rondb-tui/engine"
)

// perform brings one step to its end, repeating it after transient errors. It
// runs in the step's own goroutine and touches nothing of the runner that
// changes during the run.
func (r *runner) perform(step engine.Step) error {
	for failed := 1; ; failed++ {
		err := r.attempt(step)
		if err == nil || engine.KindOf(err) != engine.KindTransient || failed >= r.options.Policy.Attempts {
			return err
		}
		r.reports <- report{id: step.ID, again: true, err: err}
		if !r.pause(r.options.Policy.Pause(failed)) {
			return err
		}
	}
}

// pause waits, and says false if the run was stopped meanwhile.
func (r *runner) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.patience.Done():
		return false
	}
}

// attempt checks what the step demands and performs it once. An effect that has
// begun is finished even when the run is superseded; an await is not.
func (r *runner) attempt(step engine.Step) error {
	await := engine.IsAwait(step.Action)
	if err := r.demand(step); err != nil {
		return err
	}
	if r.patience.Err() != nil {
		return ErrInterrupted
	}
	parent, limit := r.ctx, engine.EffectTimeout
	if await {
		parent, limit = r.patience, engine.AwaitTimeout
	}
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	err := r.driver.Do(ctx, step)
	switch {
	case err == nil:
		return nil
	case await && parent.Err() != nil:
		return ErrInterrupted
	case parent.Err() == nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return overdue(step, await, limit, err)
	}
	return err
}

// overdue is the error of an attempt that reached its time limit. An effect may
// be repeated, since repeating one that happened changes nothing. A wait has had
// its time: somebody has to look again.
func overdue(step engine.Step, await bool, limit time.Duration, err error) error {
	kind := engine.KindTransient
	if await {
		kind = engine.KindConflict
	}
	return engine.Errorf(kind, step.Action.String(), 0, "not within %s: %w", limit, err)
}

// demand checks the step's requirements on a fresh observation. It is done
// before every attempt, because the world goes on during a pause.
func (r *runner) demand(step engine.Step) error {
	if len(step.Require) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.patience, engine.ObserveTimeout)
	defer cancel()
	observed, err := r.driver.Observe(ctx)
	switch {
	case err != nil && r.patience.Err() != nil:
		return ErrInterrupted
	case err != nil && ctx.Err() != nil:
		return engine.Errorf(engine.KindTransient, "observe before step", step.Action.Node(), "not within %s: %w", engine.ObserveTimeout, err)
	case err != nil:
		return err
	}
	r.reports <- report{id: step.ID, observed: &observed}
	for _, requirement := range step.Require {
		if why, ok := requirement.Check(&observed); !ok {
			return engine.Errorf(engine.KindConflict, step.Action.String(), 0, "%s", why)
		}
	}
	return nil
}
