package loop

import (
	"fmt"
	"maps"
	"slices"

	"rondb-tui/engine"
	"rondb-tui/engine/validate"
)

// takeOver gives the Core its desired state: the one of a new cluster, the one of
// the journal, or a new one instead of that.
func (c *Core) takeOver() engine.Problems {
	state := &c.config.State
	if state.Spec == nil {
		c.revision = max(1, c.config.Spec.ID)
		c.of, c.desired = c.revision, c.config.Spec.Clone()
		c.desired.ID = c.revision
	} else {
		c.revision, c.of, c.desired = state.Revision, state.Of, state.Spec.Clone()
		c.history, c.restarts = state.History, state.Restarts
	}
	c.first = c.desired
	c.notices = limitNotices(validate.Notices(nil, c.desired))
	next := c.config.Next
	if state.Spec == nil || next == nil || sameContent(&c.desired, next) {
		return validate.Spec(c.desired)
	}
	b := c.basis()
	b.running = !c.config.Fresh // what was begun before may have fixed the configuration
	p := proposal{of: b.of}
	b.proposeSpec(&p, next.Clone(), c.config.NextSource)
	if len(p.problems) > 0 {
		return p.problems
	}
	c.adopt(&p)
	if c.config.Fresh {
		c.first = c.desired
	}
	return nil
}

// recordTakeOver records what the journal does not know yet. Wishes for a restart
// speak of processes that ended with their world: in a fresh one, other processes
// get their numbers.
func (c *Core) recordTakeOver() {
	state := &c.config.State
	if state.Spec == nil {
		c.recordSpec("", "")
		c.say(engine.SeverityInfo, 0, describe(&c.desired))
		return
	}
	if c.config.Fresh {
		what := "cluster"
		if c.config.Simulated {
			what = "simulated cluster"
		}
		c.say(engine.SeverityWarning, 0,
			fmt.Sprintf("the %s of the earlier engine is gone; it is started afresh at revision %d", what, c.revision))
	}
	if c.revision != state.Revision {
		c.say(engine.SeverityInfo, 0, fmt.Sprintf("revision %d: %s", c.revision, difference(state.Spec, &c.desired)))
		c.recordSpec("", c.config.NextSource)
	}
	if c.config.Fresh {
		for _, id := range slices.Sorted(maps.Keys(c.restarts)) {
			c.dropRestart(id)
		}
	}
}
