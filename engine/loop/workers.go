package loop

import (
	"context"

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

// kill breaks nodes through the driver's fault capability.
func (l *Loop) kill(ctx context.Context, kill Kill) {
	ctx, cancel := context.WithTimeout(ctx, engine.EffectTimeout)
	defer cancel()
	err := l.faults.Kill(ctx, kill.Targets)
	l.post(Killed{ID: kill.ID, Targets: kill.Targets, Err: err})
}
