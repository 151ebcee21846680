package engine

// Member is a data node that is alive in the cluster, and its group.
type Member struct {
	ID    NodeID
	Group GroupID
}

// Verdict is the outcome of losing nodes at the same moment: whether the rest
// goes on, by which rule of arbitration (the field's result codes, ndb.md §3.0),
// and that rule in words.
type Verdict struct {
	Survives bool
	Code     int
	Why      string
}

// Survive applies RonDB's rules of arbitration to the loss of some members at
// the same moment. alive lists every live data node before the loss; groups is
// how many node groups there are; arbitrator says whether one is ready and is
// not lost with them.
func Survive(alive []Member, lost map[NodeID]bool, groups int, arbitrator bool) Verdict {
	before := make([]int, groups)
	after := make([]int, groups)
	survivors := 0
	for _, m := range alive {
		before[m.Group]++
		if !lost[m.ID] {
			after[m.Group]++
			survivors++
		}
	}
	complete := false
	for g := range groups {
		if after[g] == 0 {
			return Verdict{Code: 44, Why: "a node group has no survivor, so the cluster stops"}
		}
		complete = complete || after[g] == before[g]
	}
	switch {
	case complete:
		return Verdict{Survives: true, Code: 43, Why: "a node group is complete, so the rest goes on"}
	case 2*survivors > len(alive):
		return Verdict{Survives: true, Code: 42, Why: "more than half of the data nodes are left, so they go on"}
	case 2*survivors < len(alive):
		return Verdict{Code: 41, Why: "less than half of the data nodes are left, so they stop"}
	case arbitrator:
		return Verdict{Survives: true, Code: 46, Why: "exactly half of the data nodes are left, and the arbitrator lets them go on"}
	default:
		return Verdict{Code: 48, Why: "exactly half of the data nodes are left and no arbitrator is ready, so they stop"}
	}
}

// Members lists the started data nodes of an observation.
func (o *Observed) Members() []Member {
	var members []Member
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == KindData && n.Status == StatusStarted {
			members = append(members, Member{ID: n.ID, Group: n.Group})
		}
	}
	return members
}
