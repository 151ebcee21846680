package enginegen

import (
	"errors"
	"slices"

	"rondb-tui/engine"
)

// left works out what the rest makes of a node that has gone: an arbitrator is
// chosen anew, and a group without a started replica takes all data nodes down.
func left(o *engine.Observed, n *engine.NodeObservation) {
	if n.Kind == engine.KindData {
		n.FailureHandled = false
	}
	if n.Kind == engine.KindData || n.ID == o.Arbitrator {
		o.ArbitrationReady = false
	}
	if n.ID == o.Arbitrator {
		o.Arbitrator, n.Arbitrator = 0, false
	}
	if n.Kind != engine.KindData || !o.Serving || complete(o) {
		return
	}
	o.Serving = false
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == engine.KindData && n.Status == engine.StatusStarted {
			n.Status = engine.StatusDead
		}
	}
}

// complete says whether every node group has a started replica.
func complete(o *engine.Observed) bool {
	for g := range o.Config.NodeGroups {
		if o.StartedIn(engine.GroupID(g), 0) == 0 {
			return false
		}
	}
	return true
}

func awaitArbitration(o *engine.Observed) error {
	if !o.Serving {
		return ErrNotYet
	}
	if o.ArbitrationReady {
		return nil
	}
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindMySQL} {
		for i := range o.Nodes {
			n := &o.Nodes[i]
			if n.Kind == kind && n.Status == engine.StatusStarted && !n.Isolated {
				o.Arbitrator, n.Arbitrator, o.ArbitrationReady = n.ID, true, true
				return nil
			}
		}
	}
	return ErrNotYet
}

func awaitStarted(o *engine.Observed, n *engine.NodeObservation) error {
	switch {
	case n.Status == engine.StatusStarted:
		return nil
	case n.Status != engine.StatusStarting || faulty(o, n):
		return engine.Errorf(engine.KindConflict, "wait for", n.ID, "the node is %s", n.Status)
	case n.Kind == engine.KindManagement:
		n.Status = engine.StatusStarted
		return nil
	case n.Kind != engine.KindData:
		if !o.Serving {
			return ErrNotYet
		}
		n.Status = engine.StatusStarted
		return nil
	case o.Serving:
		return joinCluster(o, n)
	default:
		return startTogether(o, n)
	}
}

// joinCluster is the end of a node restart: the node has copied from a peer.
func joinCluster(o *engine.Observed, n *engine.NodeObservation) error {
	if o.StartedIn(n.Group, n.ID) == 0 || !n.Active {
		return ErrNotYet
	}
	serve(o, n)
	return nil
}

// startTogether is the end of an initial start, for which all active data nodes
// are needed, or of a system restart, for which all that have data are.
func startTogether(o *engine.Observed, n *engine.NodeObservation) error {
	needed := func(n *engine.NodeObservation) bool {
		return n.Kind == engine.KindData && n.Active && (!o.Formed || n.HasData && !n.Stale)
	}
	if !needed(n) {
		return ErrNotYet
	}
	for i := range o.Nodes {
		if n := &o.Nodes[i]; needed(n) && n.Status != engine.StatusStarting && n.Status != engine.StatusStarted {
			return ErrNotYet
		}
	}
	groups := make(map[engine.GroupID]bool)
	for i := range o.Nodes {
		if needed(&o.Nodes[i]) {
			groups[o.Nodes[i].Group] = true
		}
	}
	if len(groups) < o.Config.NodeGroups {
		return ErrNotYet
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if needed(n) {
			serve(o, n)
		}
		if n.Kind == engine.KindData {
			n.FailureHandled = true
		}
	}
	o.Formed, o.Serving = true, true
	return nil
}

// serve makes a data node a started replica; the ticket has to be handed out anew.
func serve(o *engine.Observed, n *engine.NodeObservation) {
	n.Status = engine.StatusStarted
	n.HasData, n.Stale = true, false
	o.ArbitrationReady = false
}

// Execute walks a plan in one of the orders that its edges allow: among the steps
// that may go next, pick chooses by index. An await whose condition does not hold
// goes back among them. After each step that took effect, each is called. It is an
// error if a step is refused, if each objects, or if only awaits are left that
// cannot come true.
func Execute(o *engine.Observed, p engine.Plan, pick func(n int) int, each func(step engine.Step) error) error {
	done := make([]bool, len(p.Steps)+1)
	for range p.Steps {
		ready := readySteps(p, done)
		for {
			if len(ready) == 0 {
				return engine.Errorf(engine.KindTerminal, "execute", 0, "no step can go on")
			}
			i := pick(len(ready))
			step := ready[i]
			err := Apply(o, step)
			if errors.Is(err, ErrNotYet) {
				ready = slices.Delete(ready, i, i+1)
				continue
			}
			if err != nil {
				return err
			}
			done[step.ID] = true
			if err := each(step); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func readySteps(p engine.Plan, done []bool) []engine.Step {
	var ready []engine.Step
	for _, step := range p.Steps {
		if !done[step.ID] && !slices.ContainsFunc(step.After, func(id engine.StepID) bool { return !done[id] }) {
			ready = append(ready, step)
		}
	}
	return ready
}
