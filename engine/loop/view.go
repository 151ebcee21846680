package loop

import "rondb-tui/engine"

// View gives everything the Core knows, for showing. The view is immutable and
// shares with others what has not changed between them.
func (c *Core) View() *engine.ClusterView {
	return &engine.ClusterView{
		Name:      c.config.Name,
		Driver:    c.config.DriverName,
		Simulated: c.config.Simulated,
		Seed:      c.config.Seed,
		Revision:  c.revision,
		Spec:      c.desired,
		State:     c.state,
		Reason:    c.stateReason(),
		Health:    engine.HealthOf(&c.desired, &c.world.seen),
		Observed:  c.world.seen,
		Groups:    c.world.groups,
		Run:       c.run.view(),
		Waiting:   c.waiting(),
		Notices:   c.notices,
		Events:    c.log.recent(),
	}
}

// stateReason puts first that the view is out of date, if it is.
func (c *Core) stateReason() string {
	if c.world.blind != "" {
		return "cannot look at the cluster: " + c.world.blind
	}
	return c.reason
}

// waiting lists what keeps the desired state from being reached: the awaits that
// run, then what the planner waits for.
func (c *Core) waiting() []string {
	var all []string
	if c.run.active {
		for i, step := range c.run.plan.Steps {
			if c.run.steps[i].State == engine.StepRunning && engine.IsAwait(step.Action) {
				all = append(all, waiting(step.Action, &c.world.seen))
			}
		}
	}
	if c.state == engine.AtDesiredState {
		return all
	}
	return append(all, c.report.Waiting()...)
}

func (r *run) view() engine.RunView {
	view := engine.RunView{
		Plan:     r.plan,
		Steps:    r.steps,
		Active:   r.active,
		Attempt:  r.attempt,
		Started:  r.started,
		Finished: r.finished,
	}
	for _, step := range r.steps {
		if step.State == engine.StepDone {
			view.Done++
		}
	}
	return view
}
