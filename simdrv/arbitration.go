package simdrv

import (
	"slices"

	"rondb-tui/engine"
)

// The results of arbitration, by the numbers of the cluster log.
const (
	lostMinority     = 41
	wonMajority      = 42
	wonGroup         = 43
	lostGroup        = 44
	arbitrateHalf    = 45 // exactly half is left: an arbitrator decides
	wonArbitrator    = 46
	lostNoArbitrator = 48
)

// arbitrator is the third party that the started data nodes have agreed on. It
// answers one question; then, and whenever membership changes, one is elected
// anew.
type arbitrator struct {
	node     *node // nil while none stands ready
	electing bool
	asked    bool   // it was asked and has not answered
	terms    uint64 // tells an election from an older one
	warned   bool   // that there is no candidate
	ticket   uint64 // of node
}

// judge applies RonDB's rules to one side of a failure: how many data nodes of
// each group there were, and how many of them are on this side.
func judge(before, side []int) int {
	total, left, groupComplete := 0, 0, false
	for g := range before {
		if side[g] == 0 {
			return lostGroup
		}
		if side[g] == before[g] {
			groupComplete = true
		}
		total += before[g]
		left += side[g]
	}
	switch {
	case groupComplete:
		return wonGroup
	case left+left > total:
		return wonMajority
	case left+left < total:
		return lostMinority
	}
	return arbitrateHalf
}

// countGroups counts data nodes by node group.
func countGroups(nodes []*node, groups int) []int {
	counts := make([]int, groups)
	for _, n := range nodes {
		counts[n.Group]++
	}
	return counts
}

// arbitrate decides which side of a failure goes on, if any. At most one can.
// patient says that an arbitrator that does not answer is given its time.
func (w *World) arbitrate(members []*node, sides [][]*node, patient bool) {
	before := countGroups(members, w.config.NodeGroups)
	verdict, silent := lostGroup, false
	w.rng.Shuffle(len(sides), func(i, j int) { sides[i], sides[j] = sides[j], sides[i] })
	for _, side := range sides {
		lead := president(slices.DeleteFunc(slices.Clone(side), func(n *node) bool { return n.frozen }))
		if lead == nil {
			continue // nobody there can act
		}
		verdict = judge(before, countGroups(side, w.config.NodeGroups))
		if verdict == arbitrateHalf {
			w.report(lead.ID, engine.SeverityAlert, "Network partitioning - arbitration required")
			verdict = w.askArbitrator(lead, patient)
			silent = silent || verdict == arbitrateHalf
		}
		w.reportArbitration(lead, verdict)
		if verdict == wonGroup || verdict == wonMajority || verdict == wonArbitrator {
			w.goOn(side, slices.DeleteFunc(slices.Clone(members), func(n *node) bool { return slices.Contains(side, n) }))
			return
		}
	}
	switch {
	case silent:
		w.awaitArbitrator()
	case verdict == lostNoArbitrator:
		w.stopCluster(false, "Arbitrator decided to shutdown this node: no arbitrator was available")
	default:
		w.stopCluster(false, lostContact)
	}
}

// askArbitrator gives the arbitrator's answer to one side: the first to ask gets
// a yes. It stays arbitrateHalf while there is no answer.
func (w *World) askArbitrator(lead *node, patient bool) int {
	a := &w.cluster.arbitrator
	switch {
	case a.node == nil || !a.node.running():
		return lostNoArbitrator
	case w.reach(lead, a.node):
		return wonArbitrator
	case patient:
		return arbitrateHalf
	default:
		return lostNoArbitrator
	}
}

// awaitArbitrator gives an arbitrator that does not answer its time.
func (w *World) awaitArbitrator() {
	a := &w.cluster.arbitrator
	if a.asked {
		return
	}
	a.asked = true
	terms := a.terms
	w.after(w.profile.ArbitrationTimeout, func() {
		if a := &w.cluster.arbitrator; a.terms == terms {
			a.asked = false
			w.reviewMembership(false)
		}
	})
}

func (w *World) reportArbitration(lead *node, verdict int) {
	var text string
	switch verdict {
	case lostMinority:
		text = "Arbitration check lost - less than 1/2 nodes left"
	case wonMajority:
		text = "Arbitration check won - all node groups and more than 1/2 nodes left"
	case wonGroup:
		text = "Arbitration check won - node group majority"
	case lostGroup:
		text = "Arbitration check lost - missing node group"
	case lostNoArbitrator:
		text = "Network partitioning - no arbitrator available"
	case wonArbitrator:
		text = "Arbitration won - positive reply from node " + w.cluster.arbitrator.node.ID.String()
	default:
		return
	}
	w.report(lead.ID, engine.SeverityAlert, "%s", text)
}

// renewArbitration makes the members hand out a new ticket.
func (w *World) renewArbitration() {
	w.cluster.arbitrator = arbitrator{terms: w.cluster.arbitrator.terms + 1}
	w.touch()
}

// reviewArbitrator elects an arbitrator where there is none, or where it is
// lost.
func (w *World) reviewArbitrator() {
	a, lead := &w.cluster.arbitrator, w.president()
	if lead == nil || a.asked {
		return
	}
	if a.node != nil && (!a.node.started() || w.gone(a.node) || w.confirmedApart(a.node, lead)) {
		w.report(lead.ID, engine.SeverityAlert, "Lost arbitrator node %d - process failure", a.node.ID)
		w.renewArbitration()
	}
	if a.node != nil || a.electing {
		return
	}
	if w.arbitratorCandidate(lead) == nil {
		if !a.warned {
			a.warned = true
			w.report(lead.ID, engine.SeverityWarning, "Could not find an arbitrator, cluster is not partition-safe")
		}
		return
	}
	a.electing = true
	terms := a.terms
	w.after(w.profile.Election, func() {
		if a.terms != terms {
			return
		}
		a.electing = false
		w.touch()
		if lead := w.president(); lead != nil {
			w.appoint(lead)
		}
	})
}

func (w *World) appoint(lead *node) {
	a := &w.cluster.arbitrator
	if a.node = w.arbitratorCandidate(lead); a.node != nil {
		a.warned, a.ticket = false, w.rng.Uint64()
		w.report(lead.ID, engine.SeverityInfo, "Started arbitrator node %d [ticket=%016x]", a.node.ID, a.ticket)
	}
}

// arbitratorCandidate prefers management servers (rank 1) to MySQL servers
// (rank 2), then the lowest id.
func (w *World) arbitratorCandidate(lead *node) *node {
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindMySQL} {
		for _, n := range w.nodes {
			connected := kind == engine.KindManagement || n.client.connected
			if n.Kind == kind && n.started() && connected && w.reach(n, lead) {
				return n
			}
		}
	}
	return nil
}
