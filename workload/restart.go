package workload

import "time"

// systemRestart notes that the cluster crashed as a whole and came back from a
// checkpoint: everything in the ring is read again, and what is missing is
// rolled back by design if it was acknowledged after line and nothing later of
// the same writer came back.
func (l *ledger) systemRestart(crash, line, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.writers {
		l.keepExcuses(w)
		w.survivor = 0
	}
	l.restarts++
	l.crash, l.line = crash.Sub(l.start), line.Sub(l.start)
	for _, w := range l.writers {
		w.low = w.first()
		for seq := w.low; seq < w.next; seq++ {
			r := w.at(seq)
			if r.outcome == pending || r.finding == rolledBack {
				continue
			}
			r.due, r.reading, r.missing, r.readAt = true, false, 0, now.Sub(l.start)
		}
	}
}

// keepExcuses remembers, before another restart takes its place, what the last
// one may have rolled back and nobody has read again since.
func (l *ledger) keepExcuses(w *writer) {
	for seq := w.first(); seq < w.next; seq++ {
		switch r := w.at(seq); {
		case !r.due:
			r.excused = 0
		case l.excuses(r) && r.seq > w.survivor:
			r.excused = l.restarts
		}
	}
}

// excuses says whether the last system restart may have rolled a receipt back.
func (l *ledger) excuses(r *receipt) bool {
	return l.restarts > 0 && r.outcome == acked && l.beforeCrash(r) && r.ended > l.line
}

// beforeCrash says whether a receipt belongs to the time before the last crash.
// A reply may come a little later than that; but the cluster can be back by then,
// so what began after the crash belongs to the time after it.
func (l *ledger) beforeCrash(r *receipt) bool {
	return r.began <= l.crash && (r.outcome != acked || r.ended <= l.crash+crashGrace)
}

// absence judges a receipt that is surely not there.
func (l *ledger) absence(w *writer, r *receipt) finding {
	switch {
	case l.excuses(r) && r.seq > w.survivor:
		r.restarts = l.restarts
	case r.excused > 0:
		r.restarts = r.excused
	default:
		return absent
	}
	return rolledBack
}

// survived notes that a receipt came back after the last system restart. A
// writer's receipts were committed in their order and a checkpoint is a prefix
// of all commits, so an earlier one that is missing is a hole.
func (l *ledger) survived(i int, r *receipt, now time.Time) {
	w := l.writers[i]
	if l.restarts == 0 || !l.beforeCrash(r) || r.seq <= w.survivor {
		return
	}
	w.survivor = r.seq
	for seq := w.first(); seq < r.seq; seq++ {
		if hole := w.at(seq); hole.finding == rolledBack && hole.restarts == l.restarts {
			l.settle(i, hole, absent, now)
		}
	}
}
