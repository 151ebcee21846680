package simdrv

import (
	"context"
	"slices"
)

// txState is how far a transaction is.
type txState uint8

const (
	txActive     txState = iota
	txCommitting         // the commit was sent to the coordinator
	txCommitted
	txAborted
)

// Tx is a transaction. It is used by one goroutine at a time; only Rollback may
// come in between. Its writes stay in it until the commit, its locks are held
// from the first touch of a row until the end.
type Tx struct {
	w     *World
	s     *Session
	id    uint64
	state txState
	err   error // why it was aborted

	coordinator *node // the data node that coordinates it; nil before its first operation
	primaries   []*node
	writes      []write
	latest      map[rowKey]int // position of the newest write of a row
	held        []rowKey
	request     *lockRequest // the lock it waits for
	requested   rowKey
	wait        *wait
	sent        bool // the commit has arrived; what is left is to apply it
}

// write is a buffered change of one row.
type write struct {
	part    part
	key     rowKey
	row     Row
	deleted bool
}

// Err says why the transaction can no longer be used, nil while it can.
func (x *Tx) Err() error {
	x.w.mu.Lock()
	defer x.w.mu.Unlock()
	return x.broken()
}

// broken is Err under the lock.
func (x *Tx) broken() error {
	switch {
	case x.s.killed:
		return x.killed()
	case x.state == txAborted:
		return x.err
	case x.state == txCommitted:
		return misuse("the transaction has ended")
	}
	return nil
}

// do runs an operation of the transaction, which waits while its server is
// frozen and ends with the transaction.
func (x *Tx) do(ctx context.Context, try func() (bool, error)) error {
	return x.w.perform(ctx, x, func() (bool, error) {
		if x.s.killed {
			return true, x.broken()
		}
		if x.s.server.frozen {
			return false, nil
		}
		if err := x.broken(); err != nil {
			return true, err
		}
		return try()
	})
}

// route finds the transaction's coordinator and says whether it answers.
func (x *Tx) route() (ready bool, err error) {
	w, server := x.w, x.s.server
	if !w.cluster.serving || !server.client.connected {
		w.abort(x, clusterFailure(OutcomeFailed))
		return false, x.err
	}
	if x.coordinator == nil {
		x.coordinator = w.chooseCoordinator(server)
	}
	return x.coordinator != nil && w.reach(server, x.coordinator), nil
}

// chooseCoordinator takes the started data nodes in turn that a server has a
// connection to. One that is frozen still has its connections.
func (w *World) chooseCoordinator(server *node) *node {
	var open []*node
	for _, group := range w.groups {
		for _, n := range group {
			if n.replica.member && n.running() && (n.frozen || w.reach(server, n)) {
				open = append(open, n)
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	server.client.nextNode++
	return open[server.client.nextNode%len(open)]
}

// approach brings an operation to a row: to the replicas it needs, then to its
// lock. ready says that both are there.
func (x *Tx) approach(t *Table, key string, mode LockMode) (p part, ready bool, err error) {
	w := x.w
	if ready, err := x.route(); !ready || err != nil {
		return part{}, false, err
	}
	if w.data.byID[t.ID] == nil {
		return part{}, false, noSuchTable()
	}
	p = w.partOf(t.ID, key)
	primary := w.primaryOf(p)
	if primary == nil || !w.reach(x.coordinator, primary) {
		return p, false, nil
	}
	if mode == LockNone {
		return p, true, nil
	}
	if len(x.held) >= maxTxOperations {
		w.abort(x, outOfOperations())
		return p, false, x.err
	}
	if !slices.Contains(x.primaries, primary) {
		x.primaries = append(x.primaries, primary)
	}
	if mode == LockExclusive && !x.replicasReach(p) {
		return p, false, nil
	}
	return p, w.acquire(x, rowKey{t.ID, key}, mode), nil
}

// replicasReach says whether the coordinator reaches every replica that takes
// part in the writes of a part.
func (x *Tx) replicasReach(p part) bool {
	for _, n := range x.w.groupOf(p) {
		if n.holds(p) && !x.w.reach(x.coordinator, n) {
			return false
		}
	}
	return true
}

// Read gives a row and whether it is there, with the transaction's own writes in
// it. With a lock mode it locks the row, or the place where it would be, first.
func (x *Tx) Read(ctx context.Context, t *Table, key string, mode LockMode) (row Row, found bool, err error) {
	err = x.do(ctx, func() (bool, error) {
		p, ready, err := x.approach(t, key, mode)
		if !ready || err != nil {
			return err != nil, err
		}
		row, found = x.see(p, rowKey{t.ID, key})
		return true, nil
	})
	if err != nil {
		return nil, false, err
	}
	return row, found, nil
}

// see is what the transaction finds in a row.
func (x *Tx) see(p part, key rowKey) (Row, bool) {
	if i, written := x.latest[key]; written {
		return x.writes[i].row, !x.writes[i].deleted
	}
	row, found := x.w.primaryOf(p).replica.parts[p][key.key]
	return row, found
}

// Put writes a whole row, over an existing one if there is one. It locks the row
// exclusively.
func (x *Tx) Put(ctx context.Context, t *Table, key string, row Row) error {
	return x.write(ctx, t, key, row, false)
}

// Delete removes a row, if it is there. It locks it exclusively.
func (x *Tx) Delete(ctx context.Context, t *Table, key string) error {
	return x.write(ctx, t, key, nil, true)
}

func (x *Tx) write(ctx context.Context, t *Table, key string, row Row, deleted bool) error {
	return x.do(ctx, func() (bool, error) {
		if len(x.writes) >= maxTxOperations {
			x.w.abort(x, outOfOperations())
			return true, x.err
		}
		p, ready, err := x.approach(t, key, LockExclusive)
		if !ready || err != nil {
			return err != nil, err
		}
		if !deleted && x.w.full(x.w.primaryOf(p)) {
			return true, outOfMemory()
		}
		if x.latest == nil {
			x.latest = map[rowKey]int{}
		}
		name := rowKey{t.ID, key}
		x.latest[name] = len(x.writes)
		x.writes = append(x.writes, write{part: p, key: name, row: row, deleted: deleted})
		return true, nil
	})
}

// Mark is the present place in the transaction, for RollbackTo.
func (x *Tx) Mark() int {
	x.w.mu.Lock()
	defer x.w.mu.Unlock()
	return len(x.writes)
}

// RollbackTo undoes the writes after a mark; their locks stay.
func (x *Tx) RollbackTo(mark int) {
	x.w.mu.Lock()
	defer x.w.mu.Unlock()
	if x.state != txActive || mark < 0 || mark >= len(x.writes) {
		return
	}
	x.writes = x.writes[:mark]
	clear(x.latest)
	for i := range x.writes {
		x.latest[x.writes[i].key] = i
	}
}

// Rollback ends the transaction without effect. It may come at any time; after
// the end it does nothing. A commit that was sent is not called back.
func (x *Tx) Rollback() {
	x.w.enter()
	defer x.w.leave()
	if x.state == txActive {
		x.w.abort(x, misuse("the transaction was rolled back"))
	}
}

// abort ends an open transaction without effect.
func (w *World) abort(x *Tx, why error) {
	if x.state == txCommitted || x.state == txAborted {
		return
	}
	x.err = why
	w.note("transaction %d of node %d: aborted: %v", x.id, x.s.server.ID, why)
	w.close(x, txAborted)
}

// close takes a transaction off the books and lets whoever waits know.
func (w *World) close(x *Tx, state txState) {
	x.state, x.writes, x.latest, x.primaries = state, nil, nil, nil
	if i := slices.Index(w.txs, x); i >= 0 {
		w.txs = slices.Delete(w.txs, i, i+1)
	}
	w.release(x)
	if x.wait != nil {
		w.runnable = append(w.runnable, x.wait)
	}
}

// full says whether a data node's memory is used up.
func (w *World) full(n *node) bool { return w.memoryUsed(n) >= w.memoryTotal() }
