package exec

import (
	"context"
	"time"

	"rondb-tui/engine"
)

// Options tune a run. The callbacks may be nil; they are called from Run's own
// goroutine, one at a time, and must not block for long.
type Options struct {
	Parallel int              // effects at the same moment; 0 means DefaultParallel
	Policy   Policy           // retries of a step; the zero Policy means DefaultPolicy
	Clock    func() time.Time // stamps the steps; required
	// OnStep learns every change of a step. A running step that will be tried again
	// is told again with the error of its last attempt.
	OnStep func(engine.StepID, engine.StepView)
	// OnObserved is given every observation that was taken to check requirements:
	// a driver tells each event in one observation only.
	OnObserved func(engine.Observed)
}

// Result is how a run ended.
type Result struct {
	Steps      []engine.StepView // one for each step of the plan
	Failed     engine.StepID     // the first step that failed; 0 if none did
	Err        error             // why; nil if no step failed and the run was not cancelled
	Superseded bool              // the stop channel was closed before the end
}

// runner is the state of one run, owned by the goroutine in Run.
type runner struct {
	driver  engine.Driver
	options Options
	walk    *Walk
	result  Result
	effects int         // effects in flight
	flying  int         // steps in flight
	reports chan report // from the performers

	ctx      context.Context // of the whole run
	patience context.Context // ends with ctx, and as soon as the run is superseded
	hurry    context.CancelFunc
}

// report is what a performer tells the runner: an observation it took, an
// attempt that failed and will be repeated, or the end of its step.
type report struct {
	id       engine.StepID
	observed *engine.Observed
	again    bool
	err      error
}

// Run performs a plan and returns when nothing of it is in flight any more.
// Closing stop supersedes the run at the next safe point; stop may be nil. The
// error of a cancelled run has KindTransient, that of a plan which is not well
// formed KindInternal; otherwise it is the first failed step's own.
func Run(ctx context.Context, driver engine.Driver, plan engine.Plan, options Options, stop <-chan struct{}) Result {
	walk, err := NewWalk(plan)
	if err != nil {
		return Result{Steps: make([]engine.StepView, len(plan.Steps)), Err: err}
	}
	if options.Parallel <= 0 {
		options.Parallel = DefaultParallel
	}
	if options.Policy == (Policy{}) {
		options.Policy = DefaultPolicy()
	}
	r := &runner{driver: driver, options: options, walk: walk, reports: make(chan report), ctx: ctx}
	r.patience, r.hurry = context.WithCancel(ctx)
	defer r.hurry()
	r.result.Steps = make([]engine.StepView, len(plan.Steps))
	for i := range r.result.Steps {
		r.result.Steps[i].State = engine.StepWaiting
	}
	r.drive(stop) //nolint:contextcheck // the steps take theirs from r.ctx and r.patience
	if ctx.Err() != nil && !walk.succeeded() {
		r.result.Err = engine.Errorf(engine.KindTransient, "run plan", 0, "interrupted: %w", context.Cause(ctx))
	}
	return r.result
}

// drive begins steps and takes reports until nothing is in flight. Whether to end
// early is looked at right before anything may begin, so that a report which
// arrives at the same moment cannot slip another step in.
func (r *runner) drive(stop <-chan struct{}) {
	cancelled := r.ctx.Done()
	for {
		if closed(stop) {
			stop, r.result.Superseded = nil, !r.walk.Done()
			r.endEarly()
		}
		if closed(cancelled) {
			cancelled = nil
			r.endEarly()
		}
		r.beginReady()
		if r.flying == 0 {
			return
		}
		select {
		case told := <-r.reports:
			r.take(told)
		case <-stop:
		case <-cancelled:
		}
	}
}

// closed says whether a channel that is only ever closed has been.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// endEarly lets nothing begin any more and cuts waits and pauses short.
func (r *runner) endEarly() {
	r.hurry()
	r.skip(r.walk.Supersede(), ErrInterrupted.Error())
}

// beginReady begins every step that may begin and for which there is room.
func (r *runner) beginReady() {
	for _, id := range r.walk.Ready() {
		step := r.walk.Step(id)
		effect := !engine.IsAwait(step.Action)
		if effect && r.effects == r.options.Parallel {
			continue
		}
		if effect {
			r.effects++
		}
		r.flying++
		r.walk.Begin(id)
		r.tell(id, engine.StepView{State: engine.StepRunning, Started: r.options.Clock()})
		go func() { r.reports <- report{id: id, err: r.perform(step)} }()
	}
}

// take handles one report.
func (r *runner) take(told report) {
	view := r.result.Steps[told.id-1]
	switch {
	case told.observed != nil:
		if r.options.OnObserved != nil {
			r.options.OnObserved(*told.observed)
		}
		return
	case told.again:
		view.Err = told.err.Error()
		r.tell(told.id, view)
		return
	}
	r.flying--
	step := r.walk.Step(told.id)
	if !engine.IsAwait(step.Action) {
		r.effects--
	}
	skipped := r.walk.Finish(told.id, told.err)
	view.State, view.Finished, view.Err = r.walk.State(told.id), r.options.Clock(), ""
	if told.err != nil {
		view.Err = told.err.Error()
	}
	r.tell(told.id, view)
	if view.State == engine.StepFailed && r.result.Err == nil {
		r.result.Failed, r.result.Err = told.id, told.err
	}
	r.skip(skipped, "it comes after a step that did not succeed: "+step.Action.String())
}

// skip tells of steps that will not run, and why.
func (r *runner) skip(ids []engine.StepID, why string) {
	for _, id := range ids {
		r.tell(id, engine.StepView{State: engine.StepSkipped, Finished: r.options.Clock(), Err: why})
	}
}

// tell records the new state of a step and passes it on.
func (r *runner) tell(id engine.StepID, view engine.StepView) {
	r.result.Steps[id-1] = view
	if r.options.OnStep != nil {
		r.options.OnStep(id, view)
	}
}
