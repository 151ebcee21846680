package simdrv

import (
	"slices"

	"rondb-tui/engine"
)

// join makes a data node a started member of the cluster.
func (w *World) join(n *node) {
	r := &n.replica
	w.cluster.joins++
	r.member, r.joining, r.current, r.failureHandled = true, false, true, true
	r.synced, r.seniority = nil, w.cluster.joins
	w.renewArbitration()
}

// loseDataProcess follows the end of a data node's process: whoever was
// connected with it notices its closed sockets.
func (w *World) loseDataProcess(n *node) {
	r := &n.replica
	if r.member || r.joining || w.inFormation(n) {
		r.failureHandled = false
		w.after(w.between(w.profile.DetectMin, w.profile.DetectMax), w.detect)
	}
}

// gone says whether the others know that a data node does not answer.
func (w *World) gone(n *node) bool {
	return !n.running() || n.frozen && (n.declared || w.confirmedPause(n))
}

// lostContact is the error text of a data node on the losing side.
const lostContact = "Node lost connection to other nodes and can not form a unpartitioned cluster"

// detect is called whenever the data nodes have noticed a failure.
func (w *World) detect() { w.reviewMembership(true) }

// reviewMembership looks at who is known to have fallen silent and settles who
// goes on. patient is arbitrate's.
func (w *World) reviewMembership(patient bool) {
	w.touch()
	if f := w.cluster.formation; f != nil {
		if slices.ContainsFunc(f.nodes, w.gone) || w.splitFormation(f) {
			w.abortFormation()
		}
		w.handleAll()
		return
	}
	if !w.cluster.serving {
		w.handleAll()
		return
	}
	members := w.dataNodes(isMember)
	if !slices.ContainsFunc(members, (*node).responsive) && slices.ContainsFunc(members, (*node).running) {
		return // those who could decide are frozen; they will when they go on
	}
	sides := w.sides(slices.DeleteFunc(slices.Clone(members), w.gone))
	if len(sides) != 1 || len(sides[0]) != len(members) {
		w.arbitrate(members, sides, patient)
	}
	if w.cluster.serving {
		w.dropJoiners()
	}
}

func (w *World) splitFormation(f *formation) bool { return len(w.sides(f.nodes)) > 1 }

// sides divides data nodes into sets within which no link is known to be broken:
// again and again the node with the most broken links leaves the rest.
func (w *World) sides(nodes []*node) [][]*node {
	var sides [][]*node
	for len(nodes) > 0 {
		side := slices.Clone(nodes)
		for worst := w.mostApart(side); worst >= 0; worst = w.mostApart(side) {
			side = slices.Delete(side, worst, worst+1)
		}
		sides = append(sides, side)
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return slices.Contains(side, n) })
	}
	return sides
}

// mostApart finds the node with the most broken links to the others, the one with
// the highest id among equals; -1 if no link is broken.
func (w *World) mostApart(nodes []*node) int {
	worst, most := -1, 1
	for i, n := range nodes {
		count := 0
		for _, other := range nodes {
			if w.confirmedApart(n, other) {
				count++
			}
		}
		if count >= most {
			worst, most = i, count
		}
	}
	return worst
}

// goOn lets one side be the cluster. The other members have failed; those of
// them that still run find out that they lost.
func (w *World) goOn(side, failed []*node) {
	before := w.president()
	for _, n := range failed {
		n.replica.current = false
		n.leaveCluster()
	}
	lead := president(side)
	for _, n := range failed {
		w.report(lead.ID, engine.SeverityAlert, "Node %d Disconnected", n.ID)
		w.afterFailure(n)
	}
	if lead != before {
		w.report(lead.ID, engine.SeverityInfo, "GCP Take over started, node %d is president now", lead.ID)
	}
	w.renewArbitration()
	w.failTransactions(failed)
	for _, n := range failed {
		w.tellLoser(n)
	}
}

// tellLoser ends a data node that the cluster has left behind. A frozen one finds
// out when it goes on.
func (w *World) tellLoser(n *node) {
	switch {
	case n.frozen:
		n.declared = true
	case n.running():
		w.fail(n, 2305, lostContact)
	}
}

// leaveCluster takes a data node out of the cluster's books.
func (n *node) leaveCluster() {
	r := &n.replica
	r.member, r.joining, r.synced, r.failureHandled = false, false, nil, false
}

// afterFailure lets the others handle a failure.
func (w *World) afterFailure(n *node) {
	w.after(w.profile.FailureHandling, func() {
		if !w.inCluster(n) {
			w.handled(n)
		}
	})
}

func (w *World) inCluster(n *node) bool { return n.replica.member || n.replica.joining }

func (w *World) handled(n *node) {
	if n.replica.failureHandled {
		return
	}
	n.replica.failureHandled = true
	if lead := w.president(); lead != nil {
		w.report(lead.ID, engine.SeverityAlert, "All nodes completed failure of Node %d", n.ID)
	}
	w.touch()
}

// handleAll settles the failures that nobody is left to handle.
func (w *World) handleAll() {
	for _, n := range w.nodes {
		if n.Kind == engine.KindData && !w.inCluster(n) {
			w.handled(n)
		}
	}
}

// dropJoiners forgets starting data nodes that the cluster has lost.
func (w *World) dropJoiners() {
	lead := w.president()
	for _, n := range w.dataNodes(func(n *node) bool { return n.replica.joining }) {
		apart := w.confirmedApart(n, lead)
		if !w.gone(n) && !apart {
			continue
		}
		w.report(lead.ID, engine.SeverityAlert, "Node %d Disconnected", n.ID)
		n.leaveCluster()
		w.afterFailure(n)
		w.tellLoser(n)
	}
}

// stopCluster ends the service of the cluster. After a crash the rows go back to
// the last complete global checkpoint; in an orderly stop one is completed first.
func (w *World) stopCluster(orderly bool, text string) {
	c := &w.cluster
	number, at := w.lastCheckpoint()
	if orderly {
		number, at = number+1, w.now
		c.undo = nil
	}
	w.rollBack(at)
	c.serving = false
	c.checkpoint.base, c.checkpoint.since = number, at
	w.note("the cluster stops (%s), global checkpoint %d", text, number)
	c.arbitrator = arbitrator{terms: c.arbitrator.terms + 1}
	nodes := w.dataNodes(w.inCluster)
	for _, n := range nodes {
		n.leaveCluster()
		n.replica.failureHandled = true
	}
	for _, n := range w.nodes {
		n.client.connected = false
	}
	w.loseTransactions()
	for _, n := range nodes {
		switch {
		case orderly || !n.running():
		case n.frozen:
			n.declared = true
		default:
			w.fail(n, 2305, text)
		}
	}
	w.touch()
}
