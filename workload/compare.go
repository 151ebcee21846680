package workload

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// image is one complete read of the load's tables.
type image struct {
	server   int
	rows     map[int64]dataRow
	receipts map[slot]receiptRow
}

// slot is a place in the ring of receipts.
type slot struct{ writer, index int64 }

func (img image) receipt(id ref, run int64) (receiptRow, bool) {
	key := id.key()
	row, there := img.receipts[slot{key[0], key[1]}]
	return row, there && row.run == run && row.seq == id.seq
}

// suspicion is what one complete read misses and what it cannot explain. It
// counts only if a second one agrees.
type suspicion struct {
	missing  map[ref]bool
	off      map[int64]dataRow // row: what it has more than its receipts say
	receipts int
}

func (s suspicion) clean() bool { return len(s.missing)+len(s.off) == 0 }

// examine compares a complete read, made while no client was writing, with the
// ledger.
func (l *ledger) examine(img image, now time.Time) suspicion {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.examineLocked(img, now)
}

func (l *ledger) examineLocked(img image, now time.Time) suspicion {
	l.alive = max(l.alive, now.Sub(l.start))
	l.stats.Total = totalOf(l.kind, img.rows)
	s := suspicion{missing: map[ref]bool{}, off: map[int64]dataRow{}}
	expected := slices.Clone(l.base)
	for i, w := range l.writers {
		for seq := w.first(); seq < w.next; seq++ {
			if w.at(seq).outcome == pending {
				continue
			}
			s.receipts++
			if e, there := l.compareReceipt(s, ref{writer: i, seq: seq}, img, now); there {
				addEffect(expected, e)
			}
		}
	}
	for id, want := range expected {
		have := img.rows[int64(id)]
		if off := (dataRow{have.amount - want.amount, have.version - want.version}); off != (dataRow{}) {
			s.off[int64(id)] = off
		}
	}
	return s
}

// compareReceipt compares one receipt with a complete read, and gives the effect
// that its row accounts for.
func (l *ledger) compareReceipt(s suspicion, id ref, img image, now time.Time) (e effect, there bool) {
	w := l.writers[id.writer]
	r := w.at(id.seq)
	row, there := img.receipt(id, l.run)
	switch {
	case there && (!r.due || r.readableBy(img.server)):
		l.found(id, r, row.effect, now)
	case !there && (r.due || r.finding == present):
		s.missing[id] = true
		if r.missing == 0 { // the readers go on where the audit cannot
			r.due, r.missing, r.readAt = true, img.server, now.Sub(l.start)+confirmDelay
			w.low = min(w.low, id.seq)
		}
	}
	if r.described { // what was written counts, should the row differ
		return r.effect, there
	}
	return row.effect, there
}

// addEffect adds what a write did to the rows it names, if there are such.
func addEffect(rows []dataRow, e effect) {
	for _, part := range e.sides() {
		if part.row >= 0 && part.row < int64(len(rows)) {
			rows[part.row] = rows[part.row].add(part.delta)
		}
	}
}

// confirm compares a second complete read and settles what both agree on: what
// is missing is judged, what does not add up is named and becomes part of the
// base, so that it is named once.
func (l *ledger) confirm(before suspicion, img image, now time.Time) suspicion {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.examineLocked(img, now)
	for i, w := range l.writers {
		for seq := w.first(); seq < w.next; seq++ {
			id := ref{writer: i, seq: seq}
			if r := w.at(seq); before.missing[id] && s.missing[id] && r.due {
				l.settle(i, r, l.absence(w, r), now)
			}
		}
	}
	maps.DeleteFunc(s.off, func(id int64, off dataRow) bool { return before.off[id] != off })
	for id, off := range s.off {
		l.base[id].amount += off.amount
		l.base[id].version += off.version
	}
	l.explain(s.off, img, now)
	return s
}

// explain names what is off: by the one write that explains it where there is
// one, newest first.
func (l *ledger) explain(off map[int64]dataRow, img image, now time.Time) {
	off = maps.Clone(off)
	suspects := l.touching(off, img)
	for _, judge := range []func(map[int64]dataRow, suspect) (Name, string){duplicated, torn} {
		for _, c := range suspects {
			if name, text := judge(off, c); name != "" {
				l.tally(name)
				l.name(name, c.id.writer, c.id.seq, now, "%s", text)
				for _, part := range c.effect.sides() {
					delete(off, part.row)
				}
			}
		}
	}
	if len(off) == 0 {
		return
	}
	id := slices.Min(slices.Collect(maps.Keys(off)))
	l.tally(Torn)
	l.name(Torn, -1, 0, now, "%d rows differ from their receipts and no single write explains it; row %d has %+d and %+d changes",
		len(off), id, off[id].amount, off[id].version)
}

func (l *ledger) tally(n Name) {
	if n == Duplicated {
		l.stats.Duplicated++
	} else {
		l.stats.Torn++
	}
}

// suspect is a write that touches rows that are off.
type suspect struct {
	id     ref
	effect effect
	there  bool // its receipt is
	ended  time.Duration
}

// touching lists the writes in the ring that touch rows that are off.
func (l *ledger) touching(off map[int64]dataRow, img image) []suspect {
	var list []suspect
	for i, w := range l.writers {
		for seq := w.first(); seq < w.next; seq++ {
			r := w.at(seq)
			if !r.described || !slices.ContainsFunc(r.effect.sides(), func(s side) bool { _, is := off[s.row]; return is }) {
				continue
			}
			id := ref{writer: i, seq: seq}
			_, there := img.receipt(id, l.run)
			list = append(list, suspect{id: id, effect: r.effect, there: there, ended: r.ended})
		}
	}
	slices.SortStableFunc(list, func(a, b suspect) int { return cmp.Compare(b.ended, a.ended) })
	return list
}

// sidesOff counts the sides of a write whose rows have its effect once more
// (sign 1), or once less (sign -1), than their receipts say.
func sidesOff(off map[int64]dataRow, e effect, sign int64) (count int) {
	for _, part := range e.sides() {
		if o, is := off[part.row]; is && part.delta != 0 && o.amount == sign*part.delta {
			count++
		}
	}
	return count
}

// duplicated recognises a write whose effects are there once more.
func duplicated(off map[int64]dataRow, c suspect) (Name, string) {
	if !c.there || sidesOff(off, c.effect, 1) != len(c.effect.sides()) {
		return "", ""
	}
	return Duplicated, fmt.Sprintf("one receipt, but its effects are there twice on %s", c.effect)
}

// torn recognises a write of which only a part is there.
func torn(off map[int64]dataRow, c suspect) (Name, string) {
	all := len(c.effect.sides())
	switch missing, extra := sidesOff(off, c.effect, -1), sidesOff(off, c.effect, 1); {
	case c.there && missing > 0:
		return Torn, fmt.Sprintf("the receipt is there, but %d of %d effects are missing on %s", missing, all, c.effect)
	case !c.there && extra > 0:
		return Torn, fmt.Sprintf("the receipt is missing, but %d of %d effects are there on %s", extra, all, c.effect)
	default:
		return "", ""
	}
}

func (e effect) String() string {
	if e.rowB == noRow {
		return fmt.Sprintf("row %d (%+d)", e.rowA, e.deltaA)
	}
	return fmt.Sprintf("rows %d (%+d) and %d (%+d)", e.rowA, e.deltaA, e.rowB, e.deltaB)
}

// audited counts an audit that ended and gives the counts after it.
func (l *ledger) audited(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Audits++
	l.stats.LastAudit = now
}
