package chaos

import (
	"math/rand/v2"
	"slices"

	"rondb-tui/engine"
)

const opResolve = "select nodes"

// set is a set of nodes.
type set map[engine.NodeID]bool

// Resolve gives the nodes that the selector means in a cluster, in the order of
// their ids, at least one. A node id or node group that does not exist is
// KindNotFound, and so is a selector that means no node; a choice that no node
// can be lost for is KindDenied. The same view and the same draws give the same
// nodes; a selector that chooses nothing draws nothing.
func (s Selector) Resolve(c *engine.ClusterView, r *rand.Rand) ([]engine.NodeID, error) {
	o := &c.Observed
	without, err := s.fixed(o, true)
	if err != nil {
		return nil, err
	}
	chosen, err := s.fixed(o, false)
	if err != nil {
		return nil, err
	}
	for _, e := range s.entries {
		if !e.chooses() {
			continue
		}
		if err := choose(e.word, o, without, chosen, r); err != nil {
			return nil, err
		}
	}
	var ids []engine.NodeID
	for id := range chosen {
		if !without[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, engine.Errorf(engine.KindNotFound, opResolve, 0, "no node is meant by %q at the moment", s.text)
	}
	slices.Sort(ids)
	return ids, nil
}

// fixed gathers the nodes of the entries that choose nothing: those that take
// away, or those that add.
func (s Selector) fixed(o *engine.Observed, minus bool) (set, error) {
	found := set{}
	for _, e := range s.entries {
		if e.minus != minus || e.chooses() {
			continue
		}
		for i := range o.Nodes {
			if n := &o.Nodes[i]; n.Status != engine.StatusAbsent && e.means(o, n) {
				found[n.ID] = true
			}
		}
		if err := e.check(o); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// means says whether a node is one of the entry's.
func (e entry) means(o *engine.Observed, n *engine.NodeObservation) bool {
	switch e.form {
	case formNode:
		return n.ID == e.from
	case formRange:
		return e.from <= n.ID && n.ID <= e.to
	case formGroup:
		return n.Kind == engine.KindData && n.Group == e.group
	case formWord:
		switch e.word {
		case wordAll:
			return true
		case wordPresident:
			return n.ID == o.President
		case wordArbitrator:
			return n.ID == o.Arbitrator
		}
		return e.word == n.Kind.String()
	}
	return false
}

// check refuses an entry that names what is not there: most likely a slip.
func (e entry) check(o *engine.Observed) error {
	switch e.form {
	case formNode:
		n, known := o.Node(e.from)
		if !known || n.Status == engine.StatusAbsent {
			return engine.Errorf(engine.KindNotFound, "select node", e.from, "there is no such node")
		}
	case formGroup:
		if o.Config == nil || int(e.group) >= o.Config.NodeGroups {
			return engine.Errorf(engine.KindNotFound, opResolve, 0, "there is no node group %d", e.group)
		}
	case formRange, formWord:
	}
	return nil
}
