package simdrv

import (
	"context"
	"slices"
)

// Commit applies the transaction's writes to every live replica of all their
// rows at one moment, then gives its locks back. An error whose outcome is not
// OutcomeUnknown means that nothing was applied.
func (x *Tx) Commit(ctx context.Context) error {
	w := x.w
	return w.perform(ctx, x, func() (bool, error) {
		switch {
		case x.s.killed && x.state != txCommitting:
			return true, x.killed()
		case x.s.server.frozen || x.state == txCommitting:
			return false, nil
		case x.state == txAborted:
			return true, x.err
		case x.state == txCommitted && x.err != nil:
			return true, x.err
		case x.state == txCommitted && x.sent:
			// The reply needs the way back, or a node that takes over.
			return w.reach(x.s.server, x.coordinator) || !x.coordinator.replica.member, nil
		case x.state == txCommitted:
			return true, misuse("the transaction has ended")
		case len(x.writes) == 0:
			w.close(x, txCommitted)
			return true, nil
		}
		ready, err := x.approachCommit()
		if err != nil {
			return true, err
		}
		if ready {
			x.state = txCommitting
			w.after(w.between(w.profile.CommitMin, w.profile.CommitMax), func() {
				x.sent = true
				w.applyCommit(x)
			})
		}
		return false, nil
	})
}

// killed is what a transaction's client gets when the MySQL server has ended.
func (x *Tx) killed() error {
	if x.sent || x.state == txCommitting {
		return &KilledError{Outcome: OutcomeUnknown}
	}
	return &KilledError{Outcome: OutcomeFailed}
}

// approachCommit says whether everybody whom the commit needs answers.
func (x *Tx) approachCommit() (ready bool, err error) {
	if ready, err := x.route(); !ready || err != nil {
		return false, err
	}
	for i := range x.writes {
		if x.w.data.byID[x.writes[i].key.table] == nil {
			x.w.abort(x, noSuchTable())
			return false, x.err
		}
	}
	return x.participantsReach(), nil
}

// participantsReach says whether the coordinator reaches all replicas of all the
// transaction's writes.
func (x *Tx) participantsReach() bool {
	if !x.coordinator.responsive() {
		return false
	}
	for i := range x.writes {
		if !x.replicasReach(x.writes[i].part) {
			return false
		}
	}
	return true
}

// applyCommit applies a commit that was sent, unless somebody whom it needs does
// not answer: then it is tried again when that changes.
func (w *World) applyCommit(x *Tx) {
	if x.state != txCommitting || !x.sent || !w.cluster.serving || !x.participantsReach() {
		return
	}
	for i := range x.writes {
		u := &x.writes[i]
		if x.latest[u.key] != i || w.data.byID[u.key.table] == nil {
			continue
		}
		before, existed := w.primaryOf(u.part).replica.parts[u.part][u.key.key]
		w.remember(u.part, u.key.key, before, existed)
		for _, n := range w.groupOf(u.part) {
			if n.holds(u.part) {
				n.replica.set(u.part, u.key.key, u.row, u.deleted)
			}
		}
	}
	w.note("transaction %d of node %d: committed by node %d, %d writes", x.id, x.s.server.ID, x.coordinator.ID, len(x.writes))
	w.close(x, txCommitted)
}

// reviewCommits tries the commits again that were waiting for somebody.
func (w *World) reviewCommits() {
	for _, x := range slices.Clone(w.txs) {
		w.applyCommit(x)
	}
}

// failTransactions settles the transactions that a failure of data nodes
// touches. A commit whose coordinator failed is taken over: applied everywhere
// or nowhere.
func (w *World) failTransactions(failed []*node) {
	for _, x := range slices.Clone(w.txs) {
		orphan := x.coordinator != nil && slices.Contains(failed, x.coordinator)
		switch {
		case x.state == txCommitting && orphan && w.chance(0.5):
			x.coordinator, x.sent = w.president(), true
			w.note("transaction %d: node %d takes its commit over", x.id, x.coordinator.ID)
			w.applyCommit(x)
		case orphan:
			w.abort(x, nodeFailure(false))
		case x.state == txActive && slices.ContainsFunc(x.primaries, func(n *node) bool { return slices.Contains(failed, n) }):
			w.abort(x, nodeFailure(true))
		}
	}
}

// loseTransactions ends every transaction with the cluster. A commit whose reply
// is still on its way may be among what is rolled back.
func (w *World) loseTransactions() {
	for _, x := range slices.Clone(w.txs) {
		outcome := OutcomeFailed
		if x.state == txCommitting {
			outcome = OutcomeUnknown
		}
		w.abort(x, clusterFailure(outcome))
	}
	for _, pending := range w.waiting {
		if x := pending.tx; x != nil && x.state == txCommitted {
			x.err = clusterFailure(OutcomeUnknown)
		}
	}
}

// fence ends everything that was under way in a MySQL server, before anybody
// else learns of its end. A commit that was sent is applied or not.
func (w *World) fence(server *node) {
	for _, x := range slices.Clone(w.txs) {
		if x.s.server != server {
			continue
		}
		unknown := x.state == txCommitting
		if unknown && w.chance(0.5) {
			x.sent = true
			w.applyCommit(x)
		}
		w.abort(x, x.killed())
		x.sent = unknown
	}
	for _, s := range server.client.sessions {
		s.killed = true
	}
	server.client.sessions = nil
	w.touch()
}

// dropServers is when the data nodes give up MySQL servers that a fault keeps
// from answering: their transactions end, and the servers lose the cluster if
// they reach no data node at all.
func (w *World) dropServers(f *fault) {
	cutOff := func(x *Tx) bool {
		return x.coordinator != nil && f.kind == faultCut && f.separates(x.s.server, x.coordinator) || f.node == x.s.server
	}
	for _, x := range slices.Clone(w.txs) {
		switch {
		case !cutOff(x):
		case x.state == txCommitting:
			w.abort(x, requestTimeout(OutcomeUnknown))
		default:
			w.abort(x, nodeFailure(false))
		}
	}
	for _, pending := range slices.Clone(w.waiting) {
		if x := pending.tx; x != nil && x.state == txCommitted && x.sent && cutOff(x) && !x.s.server.frozen {
			w.complete(pending, requestTimeout(OutcomeUnknown))
		}
	}
	for _, n := range w.nodes {
		if n.client.connected && (f.node == n || f.kind == faultCut) && !w.clusterReachable(n) {
			n.client.connected = false
			w.touch()
		}
	}
}
