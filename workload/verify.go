package workload

import "time"

// batch is what a reader took: receipts to read, and how many system restarts
// had been reported by then.
type batch struct {
	ids      []ref
	restarts int
}

// answer is what a reader found in a receipt's slot.
type answer struct {
	id    ref
	row   receiptRow
	there bool
}

// take hands a reader the receipts that are due and that it may read: those of
// other servers, and not those it missed already. A server that is alone reads
// everything. Writers take turns at coming first. The batch must be given back
// through resolve.
func (l *ledger) take(reader int, alone bool, now time.Time) batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now.Sub(l.start)
	b := batch{restarts: l.restarts}
	l.turn++
	for n := range l.writers {
		i := (l.turn + n) % len(l.writers)
		w := l.writers[i]
		w.advance()
		for seq := w.low; seq < w.next && len(b.ids) < verifyBatch; seq++ {
			if r := w.at(seq); r.due && !r.reading && r.readAt <= at && (alone || r.readableBy(reader)) {
				r.reading = true
				b.ids = append(b.ids, ref{writer: i, seq: seq})
			}
		}
	}
	return b
}

// readableBy says whether a server may judge a receipt: at first any but the
// writer's; after a miss any but the one that missed it.
func (r *receipt) readableBy(reader int) bool {
	if r.missing != 0 {
		return r.missing != reader
	}
	return r.server != reader
}

// resolve takes a batch back with as many answers as the reader got. Answers from
// before the report of a system restart count for nothing: they may tell of the
// time before the crash.
func (l *ledger) resolve(reader int, b batch, answers []answer, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.restarts != l.restarts {
		return
	}
	for _, id := range b.ids {
		l.writers[id.writer].at(id.seq).reading = false
	}
	at := now.Sub(l.start)
	for _, a := range answers {
		l.alive = max(l.alive, at)
		r := l.writers[a.id.writer].at(a.id.seq)
		switch {
		case !r.due: // an audit was quicker
		case a.there && a.row.run == l.run && a.row.seq == a.id.seq:
			if r.outcome == acked && r.finding == unread && reader == r.server {
				l.stats.SelfVerified++
			}
			l.found(a.id, r, a.row.effect, now)
		default:
			l.missed(a.id, r, reader, at+confirmDelay, now)
		}
	}
}

// missed notes a read that did not find a receipt: the first makes it suspect,
// the second settles it.
func (l *ledger) missed(id ref, r *receipt, reader int, again time.Duration, now time.Time) {
	if r.missing == 0 {
		r.missing, r.readAt = reader, again
		return
	}
	l.settle(id.writer, r, l.absence(l.writers[id.writer], r), now)
}

// found settles a receipt that a read found.
func (l *ledger) found(id ref, r *receipt, e effect, now time.Time) {
	if r.outcome == acked && (r.missing != 0 || r.finding == absent || r.finding == rolledBack) {
		l.stats.Late++
		l.name(Late, id.writer, id.seq, now, "acknowledged, missed by one read, found by a later one")
	}
	if r.described && r.effect != e && !r.garbled {
		r.garbled = true
		l.stats.Torn++
		l.name(Torn, id.writer, id.seq, now, "the receipt is not what was written")
	}
	if !r.described {
		r.effect, r.described = e, true
	}
	l.settle(id.writer, r, present, now)
	l.survived(id.writer, r, now)
}
