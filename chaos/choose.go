package chaos

import (
	"math/rand/v2"

	"rondb-tui/engine"
)

// field is what a choice is made from.
type field struct {
	candidates []engine.Member // in a drawn order
	alive      []engine.Member // every data node that counts for arbitration
	gone       set             // of those: as good as lost already
	groups     int
	arbitrator bool
}

// choose adds the nodes of a word that draws them.
func choose(word string, o *engine.Observed, without, chosen set, r *rand.Rand) error {
	if o.Config == nil || !o.Serving {
		return engine.Errorf(engine.KindDenied, opResolve, 0, "%q needs a cluster that serves", word)
	}
	f := survey(o, without)
	r.Shuffle(len(f.candidates), func(i, j int) { f.candidates[i], f.candidates[j] = f.candidates[j], f.candidates[i] })
	lost, why := set(nil), ""
	switch word {
	case wordOne:
		lost, why = f.one()
	case wordOnePerGroup:
		lost, why = f.onePerGroup()
	case wordSafe:
		lost, why = f.safe()
	}
	if len(lost) == 0 {
		return engine.Errorf(engine.KindDenied, opResolve, 0, "%q has no choice: %s", word, why)
	}
	for id := range lost {
		chosen[id] = true
	}
	return nil
}

// survey sees who can be chosen. A data node that is paused or isolated counts
// until the others give it up, but must not be counted on.
func survey(o *engine.Observed, without set) field {
	f := field{gone: set{}, groups: o.Config.NodeGroups, arbitrator: o.ArbitrationReady}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind != engine.KindData || n.Group < 0 || int(n.Group) >= f.groups {
			continue
		}
		if n.Status != engine.StatusStarted && n.Status != engine.StatusPaused {
			continue
		}
		m := engine.Member{ID: n.ID, Group: n.Group}
		f.alive = append(f.alive, m)
		switch {
		case n.Status == engine.StatusPaused || n.Isolated:
			f.gone[n.ID] = true
		case !without[n.ID]:
			f.candidates = append(f.candidates, m)
		}
	}
	return f
}

// survives judges the loss of some nodes at the same moment.
func (f *field) survives(lost set) engine.Verdict {
	all := make(map[engine.NodeID]bool, len(lost)+len(f.gone))
	for _, one := range []set{lost, f.gone} {
		for id := range one {
			all[id] = true
		}
	}
	return engine.Survive(f.alive, all, f.groups, f.arbitrator)
}

// one takes the first candidate that can be lost.
func (f *field) one() (lost set, why string) {
	why = "there is no started data node to choose from"
	for _, m := range f.candidates {
		lost = set{m.ID: true}
		verdict := f.survives(lost)
		if verdict.Survives {
			return lost, ""
		}
		why = verdict.Why
	}
	return nil, why
}

// onePerGroup takes the first candidate of each node group that has one. Which
// one of a group makes no difference to the rules.
func (f *field) onePerGroup() (lost set, why string) {
	lost = set{}
	taken := make(map[engine.GroupID]bool)
	for _, m := range f.candidates {
		if !taken[m.Group] {
			taken[m.Group], lost[m.ID] = true, true
		}
	}
	if len(lost) == 0 {
		return nil, "there is no started data node to choose from"
	}
	if verdict := f.survives(lost); !verdict.Survives {
		return nil, verdict.Why
	}
	return lost, ""
}

// safe takes whatever can be lost besides what was taken before. The rules let
// the rest go on if one node group is complete, or else if enough nodes are
// left: so it also tries to keep each group complete, which can give more.
func (f *field) safe() (lost set, why string) {
	lost = f.greedy(engine.NoGroup)
	for g := range engine.GroupID(f.groups) {
		if other := f.greedy(g); len(other) > len(lost) {
			lost = other
		}
	}
	if len(lost) == 0 {
		_, why = f.one()
	}
	return lost, why
}

// greedy takes candidates, except those of the group to keep, as long as the
// rest goes on.
func (f *field) greedy(keep engine.GroupID) set {
	lost := set{}
	for _, m := range f.candidates {
		if m.Group == keep {
			continue
		}
		lost[m.ID] = true
		if !f.survives(lost).Survives {
			delete(lost, m.ID)
		}
	}
	return lost
}
