package simdrv

import "slices"

// rowKey names a row of the cluster.
type rowKey struct {
	table TableID
	key   string
}

// rowLock is held by one transaction exclusively or by some of them shared.
// Requests are granted in the order in which they came; only a holder that wants
// more overtakes.
type rowLock struct {
	holders []lockHolder
	queue   []*lockRequest
}

type lockHolder struct {
	tx   *Tx
	mode LockMode
}

type lockRequest struct {
	tx   *Tx
	mode LockMode
}

// acquire gets a lock for a transaction, or queues for it and says false. The
// transaction's wait is run again when its turn has come.
func (w *World) acquire(x *Tx, key rowKey, mode LockMode) bool {
	l := w.locks[key]
	if l == nil {
		l = &rowLock{}
		w.locks[key] = l
	}
	if l.heldBy(x) >= mode {
		return true
	}
	if x.request != nil {
		return false
	}
	request := &lockRequest{tx: x, mode: mode}
	if l.free(request) && (len(l.queue) == 0 || l.heldBy(x) != LockNone) {
		l.give(request, key)
		return true
	}
	x.request, x.requested = request, key
	if l.heldBy(x) != LockNone {
		l.queue = slices.Insert(l.queue, 0, request)
	} else {
		l.queue = append(l.queue, request)
	}
	w.after(w.profile.LockWait, func() {
		if x.request == request {
			w.abort(x, lockTimeout())
		}
	})
	return false
}

// heldBy is the mode in which a transaction holds the lock.
func (l *rowLock) heldBy(x *Tx) LockMode {
	for i := range l.holders {
		if l.holders[i].tx == x {
			return l.holders[i].mode
		}
	}
	return LockNone
}

// free says whether the holders let a request in.
func (l *rowLock) free(r *lockRequest) bool {
	for i := range l.holders {
		if h := &l.holders[i]; h.tx != r.tx && (h.mode == LockExclusive || r.mode == LockExclusive) {
			return false
		}
	}
	return true
}

func (l *rowLock) give(r *lockRequest, key rowKey) {
	for i := range l.holders {
		if l.holders[i].tx == r.tx {
			l.holders[i].mode = r.mode
			return
		}
	}
	l.holders = append(l.holders, lockHolder{tx: r.tx, mode: r.mode})
	r.tx.held = append(r.tx.held, key)
}

// grant lets in whoever is next.
func (w *World) grant(key rowKey) {
	l := w.locks[key]
	for len(l.queue) > 0 && l.free(l.queue[0]) {
		r := l.queue[0]
		l.queue = l.queue[1:]
		l.give(r, key)
		r.tx.request = nil
		if r.tx.wait != nil {
			w.runnable = append(w.runnable, r.tx.wait)
		}
	}
	if len(l.holders) == 0 && len(l.queue) == 0 {
		delete(w.locks, key)
	}
}

// unqueue withdraws what a transaction waits for.
func (w *World) unqueue(x *Tx) {
	if x.request == nil {
		return
	}
	l, request := w.locks[x.requested], x.request
	x.request = nil
	l.queue = slices.DeleteFunc(l.queue, func(r *lockRequest) bool { return r == request })
	w.grant(x.requested)
}

// release gives all locks of a transaction back.
func (w *World) release(x *Tx) {
	w.unqueue(x)
	held := x.held
	x.held = nil
	for _, key := range held {
		l := w.locks[key]
		l.holders = slices.DeleteFunc(l.holders, func(h lockHolder) bool { return h.tx == x })
		w.grant(key)
	}
}
