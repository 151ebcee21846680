package workload

import "time"

// systemRestart notes that the cluster crashed as a whole and came back from a
// checkpoint: everything in the ring is read again, and what is missing is
// rolled back by design if it was acknowledged after line and nothing later of
// the same writer came back.
func (l *ledger) systemRestart(crash, line, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.restarts++
	l.crash, l.line = crash.Sub(l.start), line.Sub(l.start)
	for _, w := range l.writers {
		w.survivor = 0
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

// beforeCrash says whether a receipt belongs to the time before the last crash.
func (l *ledger) beforeCrash(r *receipt) bool {
	if r.outcome == acked {
		return r.ended <= l.crash+crashGrace
	}
	return r.began <= l.crash
}

// absence judges a receipt that is surely not there.
func (l *ledger) absence(w *writer, r *receipt) finding {
	byDesign := l.restarts > 0 && r.outcome == acked && l.beforeCrash(r) &&
		r.ended > l.line && r.seq > w.survivor
	if !byDesign {
		return absent
	}
	r.restarts = l.restarts
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
