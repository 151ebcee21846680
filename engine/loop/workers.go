package loop

import (
	"context"
	"errors"

	"rondb-tui/engine"
	"rondb-tui/engine/exec"
)

// lookEnded is a look on its way to the loop, which knows whether it is stale.
type lookEnded struct{ observed Observed }

func (lookEnded) isEvent() {}

// post brings a worker's report to the loop, unless nobody reads any more.
func (l *Loop) post(event Event) {
	select {
	case l.reports <- event:
	case <-l.closing:
	}
}

// look takes one look.
func (l *Loop) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, engine.ObserveTimeout)
	defer cancel()
	world, err := l.config.Driver.Observe(ctx)
	l.post(lookEnded{Observed{World: world, Err: err}})
}

// execute performs one plan.
func (l *Loop) execute(ctx context.Context, run Run, stop <-chan struct{}) {
	result := exec.Run(ctx, l.config.Driver, run.Plan, exec.Options{
		Clock: l.clock,
		OnStep: func(id engine.StepID, view engine.StepView) {
			l.post(StepMoved{Run: run.ID, Step: id, View: view})
		},
		OnObserved: func(world engine.Observed) { l.post(Observed{World: world, Stale: true}) },
	}, stop)
	l.post(RunEnded{Run: run.ID, Result: result})
}

// inject performs one fault through the driver's capability.
func (l *Loop) inject(ctx context.Context, fault Fault) {
	ctx, cancel := context.WithTimeout(ctx, engine.EffectTimeout)
	defer cancel()
	l.post(Faulted{Fault: fault, Err: l.injectNow(ctx, fault)})
}

// injectNow takes node after node where the driver takes one: what fails for one
// of them is done to the others all the same.
func (l *Loop) injectNow(ctx context.Context, fault Fault) error {
	each := l.faults.Resume
	switch fault.Do {
	case FaultKill:
		return l.faults.Kill(ctx, fault.Targets)
	case FaultHeal:
		return l.faults.Heal(ctx, fault.Targets)
	case FaultPause:
		each = func(ctx context.Context, id engine.NodeID) error { return l.faults.Pause(ctx, id, fault.Lease) }
	case FaultIsolate:
		each = func(ctx context.Context, id engine.NodeID) error { return l.faults.Isolate(ctx, id, fault.Lease) }
	case FaultResume:
	}
	var failed []error
	for _, id := range fault.Targets {
		failed = append(failed, each(ctx, id))
	}
	return errors.Join(failed...)
}
