package plan

import (
	"fmt"

	"rondb-tui/engine"
)

// Lint checks a plan before it runs, from its steps alone: that it is well formed
// and that no order its edges allow breaks a rule of availability or could lose
// data. What it finds is a bug of the planner, so the plan must not run.
func Lint(p engine.Plan, in Input) engine.Problems {
	l := &linter{plan: p, in: &in}
	if !l.wellFormed() {
		return l.problems
	}
	l.findAncestors()
	l.orders()
	for i := range p.Steps {
		l.untouched(&p.Steps[i])
		l.demands(&p.Steps[i])
		l.startable(&p.Steps[i])
	}
	return l.problems
}

type linter struct {
	plan      engine.Plan
	in        *Input
	ancestors [][]uint64 // by step: the set of all steps that are done before it
	problems  engine.Problems
}

func (l *linter) problem(id engine.StepID, rule, format string, args ...any) {
	l.problems = append(l.problems, engine.Problem{
		Path: fmt.Sprintf("step %d", id),
		Rule: rule,
		Text: fmt.Sprintf(format, args...) + ".",
		Fix:  "This is a bug of the planner: please report it with the desired state and the plan.",
	})
}

// wellFormed checks numbers, edges, causes and the seal. The edges lead to earlier
// steps only, so there is no cycle.
func (l *linter) wellFormed() bool {
	if n := len(l.plan.Steps); n > engine.MaxPlanSteps {
		l.problem(0, "plan-size", "the plan has %d steps, at most %d", n, engine.MaxPlanSteps)
	}
	for i := range l.plan.Steps {
		s := &l.plan.Steps[i]
		id := engine.StepID(i + 1)
		if s.ID != id {
			l.problem(id, "step-ids", "its id is %d", s.ID)
		}
		if s.Action == nil {
			l.problem(id, "step-action", "it has no action")
			return false
		}
		if s.Cause == "" {
			l.problem(id, "step-cause", "it has no cause")
		}
		previous := engine.StepID(0)
		for _, after := range s.After {
			if after <= previous || after >= id {
				l.problem(id, "step-edges", "it comes after step %d, out of order or not earlier", after)
			}
			previous = after
		}
	}
	again := l.plan
	again.Seal()
	if again.Fingerprint != l.plan.Fingerprint {
		l.problem(0, "plan-seal", "the fingerprint is not the one of the text")
	}
	return len(l.problems) == 0
}

const wordBits = 64

func (l *linter) findAncestors() {
	words := len(l.plan.Steps)/wordBits + 1
	l.ancestors = make([][]uint64, len(l.plan.Steps)+1)
	store := make([]uint64, words*(len(l.plan.Steps)+1))
	for i := range l.plan.Steps {
		s := &l.plan.Steps[i]
		set := store[int(s.ID)*words : (int(s.ID)+1)*words]
		for _, after := range s.After {
			for w, bits := range l.ancestors[after] {
				set[w] |= bits
			}
			set[after/wordBits] |= 1 << (after % wordBits)
		}
		l.ancestors[s.ID] = set
	}
}

// before says whether a step is surely done before another begins.
func (l *linter) before(earlier, later engine.StepID) bool {
	return l.ancestors[later][earlier/wordBits]&(1<<(earlier%wordBits)) != 0
}

// orders checks what must never happen side by side: two steps about one node,
// two voluntary stops of data nodes, two changes of the configuration.
func (l *linter) orders() {
	lastOf := make(map[engine.NodeID]engine.StepID)
	var lastStop, lastChange engine.StepID
	for i := range l.plan.Steps {
		s := &l.plan.Steps[i]
		if node := s.Action.Node(); node != 0 {
			if last := lastOf[node]; last != 0 && !l.before(last, s.ID) {
				l.problem(s.ID, "one-writer", "it may run beside step %d, about the same node", last)
			}
			lastOf[node] = s.ID
		}
		if stopsDataNode(s.Action) {
			if lastStop != 0 && !l.before(lastStop, s.ID) {
				l.problem(s.ID, "one-stop", "it may stop a data node beside step %d", lastStop)
			}
			lastStop = s.ID
		}
		if changesConfig(s.Action) {
			if lastChange != 0 && !l.before(lastChange, s.ID) {
				l.problem(s.ID, "one-change", "it may change the configuration beside step %d", lastChange)
			}
			lastChange = s.ID
		}
	}
}

// stopsDataNode: by our own will, one node.
func stopsDataNode(a engine.Action) bool {
	switch a := a.(type) {
	case engine.DeactivateNode:
		return true
	case engine.StopNode:
		return a.Slot.Kind == engine.KindData
	default:
		return false
	}
}

func changesConfig(a engine.Action) bool {
	switch a.(type) {
	case engine.WriteConfig, engine.ActivateNode, engine.DeactivateNode:
		return true
	default:
		return false
	}
}

// untouched checks that a node under a lease, frozen, cut off or not seen is left
// alone.
func (l *linter) untouched(s *engine.Step) {
	n, found := l.in.Observed.Node(s.Action.Node())
	if !found {
		return
	}
	if n.Status == engine.StatusUnknown || n.Status == engine.StatusPaused || n.Isolated || leased(n, l.in) {
		l.problem(s.ID, "leave-alone", "it is about node %d, which is to be left alone", n.ID)
	}
}

// demands checks that what could harm carries its preconditions.
func (l *linter) demands(s *engine.Step) {
	lacks := func(kind engine.RequirementKind) bool {
		for _, r := range s.Require {
			if r.Kind == kind {
				return false
			}
		}
		return true
	}
	if stopsDataNode(s.Action) && lacks(engine.RequireNotServing) &&
		(lacks(engine.RequirePeerStarted) && lacks(engine.RequireGroupStarted) || lacks(engine.RequireArbitration)) {
		l.problem(s.ID, "stop-demands", "it stops a data node without demanding a started peer and an arbitrator")
	}
	switch a := s.Action.(type) {
	case engine.RemoveNode:
		if a.Slot.Kind == engine.KindData && a.DropVolume && lacks(engine.RequirePeerStarted) {
			l.problem(s.ID, "last-copy", "it drops a volume without demanding a started peer")
		}
	case engine.StartNode:
		if a.Initial && lacks(engine.RequirePeerStarted) && (lacks(engine.RequireNotServing) || l.in.Observed.Formed) {
			l.problem(s.ID, "last-copy", "it starts with --initial without demanding a started peer")
		}
	case engine.StopAllDataNodes:
		if l.in.Spec.RonDBRunning {
			l.problem(s.ID, "keep-running", "it stops all data nodes of a cluster that is to run")
		}
	}
}

// startable checks that a start can reach a management server.
func (l *linter) startable(s *engine.Step) {
	a, ok := s.Action.(engine.StartNode)
	if !ok || a.Slot.Kind == engine.KindManagement {
		return
	}
	for i := range l.in.Observed.Nodes {
		if n := &l.in.Observed.Nodes[i]; n.Kind == engine.KindManagement && n.Status == engine.StatusStarted {
			return
		}
	}
	for i := range l.plan.Steps {
		up, ok := l.plan.Steps[i].Action.(engine.AwaitStarted)
		if ok && up.Slot.Kind == engine.KindManagement && l.before(l.plan.Steps[i].ID, s.ID) {
			return
		}
	}
	l.problem(s.ID, "management-first", "it starts a node before a management server")
}
