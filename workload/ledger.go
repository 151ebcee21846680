package workload

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// ledger holds the receipts of all writers and what is claimed from them. The
// lock guards everything; no method waits.
type ledger struct {
	mu       sync.Mutex
	start    time.Time
	kind     kind
	run      int64
	writers  []*writer
	base     []dataRow     // opening rows, plus the effects of receipts that left the ring
	alive    time.Duration // the last answer of the cluster
	behind   time.Time     // the last refusal of open
	turn     int           // which writer's receipts are handed out first
	stats    LedgerStats
	findings []Finding
	count    int // of findings, also those that gave way

	restarts int // reported system restarts, and the last one's times
	crash    time.Duration
	line     time.Duration
}

func newLedger(k kind, start time.Time) *ledger {
	l := &ledger{start: start, kind: k, base: make([]dataRow, k.rows)}
	l.stats.TotalWanted = k.total
	return l
}

// begin gives the ledger the run's number and the rows as they are before the
// first write.
func (l *ledger) begin(run int64, rows map[int64]dataRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run = run
	for id := range l.base {
		l.base[id] = rows[int64(id)]
	}
	l.stats.Total = totalOf(l.kind, rows)
}

// totalOf adds up the amounts; 0 for a workload that has no total.
func totalOf(k kind, rows map[int64]dataRow) (total int64) {
	if k.total == 0 {
		return 0
	}
	for _, row := range rows {
		total += row.amount
	}
	return total
}

func (l *ledger) writer(i int) *writer {
	for len(l.writers) <= i {
		l.writers = append(l.writers, newWriter())
	}
	return l.writers[i]
}

// open starts a receipt. It refuses while the slot's last receipt is not
// settled: verification is behind, and nothing may be forgotten unread.
func (l *ledger) open(i, server int, now time.Time) (ref, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.writer(i)
	if old := w.oldest(); old != nil {
		if old.due || old.reading || old.outcome == pending || old.ended+settleAge >= l.alive {
			l.behind = now
			return ref{}, false
		}
		l.fold(old)
	}
	return ref{writer: i, seq: w.push(receipt{server: server, began: now.Sub(l.start)})}, true
}

// fold makes the effects of a receipt that leaves the ring part of the base.
func (l *ledger) fold(r *receipt) {
	if r.finding == present {
		addEffect(l.base, r.effect)
	}
}

// describe notes the effect of an open receipt before it is sent, and gives the
// row to write.
func (l *ledger) describe(id ref, e effect) receiptRow {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.writers[id.writer].at(id.seq)
	r.effect, r.described = e, true
	return receiptRow{run: l.run, seq: id.seq, effect: e}
}

// complete notes how a write ended. From then on it is read back, whatever the
// outcome; one that failed before its effect was known had sent no receipt.
func (l *ledger) complete(id ref, o outcome, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.writers[id.writer].at(id.seq)
	r.outcome, r.ended = o, now.Sub(l.start)
	r.due = o != failed || r.described
	switch o {
	case acked:
		l.stats.Acked++
		l.alive = max(l.alive, r.ended)
	case failed:
		l.stats.Failed++
	default:
		l.stats.Unknown++
	}
}

// notSent counts operations that were not sent.
func (l *ledger) notSent(n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.NotSent += n
}

// isBehind says whether verification holds clients back.
func (l *ledger) isBehind(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Sub(l.behind) < 2*time.Second
}

// touch notes that the cluster answered.
func (l *ledger) touch(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive = max(l.alive, now.Sub(l.start))
}

// counter finds the count that a write with an outcome and a finding is part of.
func (l *ledger) counter(o outcome, f finding) *uint64 {
	s := &l.stats
	switch {
	case o == acked && f == present:
		return &s.Verified
	case o == acked && f == absent:
		return &s.Lost
	case o == acked && f == rolledBack:
		return &s.RolledBack
	case o == failed && f == present:
		return &s.Resurrected
	case o == unknown && f == present:
		return &s.UnknownPresent
	case o == unknown && f == absent:
		return &s.UnknownAbsent
	default:
		return new(uint64)
	}
}

// settle changes what is believed of a receipt, and the counts with it.
func (l *ledger) settle(writer int, r *receipt, f finding, now time.Time) {
	r.due, r.missing = false, 0
	if r.finding == f {
		return
	}
	if r.finding != unread {
		*l.counter(r.outcome, r.finding)--
	}
	r.finding = f
	*l.counter(r.outcome, f)++
	switch {
	case r.outcome == acked && f == absent:
		l.name(Lost, writer, r.seq, now, "acknowledged by MySQL server %d, then missed by two complete reads", r.server)
	case r.outcome == failed && f == present:
		l.name(Resurrected, writer, r.seq, now, "reported as failed by MySQL server %d, yet found", r.server)
	}
}

// name records a finding; the oldest give way.
func (l *ledger) name(n Name, writer int, seq int64, now time.Time, format string, args ...any) {
	if len(l.findings) == MaxFindings {
		l.findings = l.findings[1:]
	}
	l.count++
	l.findings = append(l.findings, Finding{
		Name: n, Writer: writer, Seq: seq, At: now, Text: fmt.Sprintf(format, args...),
	})
}

// snapshot gives the counts and the verdict.
func (l *ledger) snapshot(now time.Time) (LedgerStats, []Finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	at := now.Sub(l.start)
	for _, w := range l.writers {
		for seq := w.low; seq < w.next; seq++ {
			r := w.at(seq)
			if r.outcome != acked || !r.due {
				continue
			}
			s.OldestOpen = max(s.OldestOpen, at-r.ended)
			if r.missing != 0 {
				s.Suspects++
			}
		}
	}
	s.Verdict = verdictOf(s)
	return s, slices.Clone(l.findings)
}

// named counts the findings since the start.
func (l *ledger) named() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// isOpen says whether a write is running or has still to be read.
func (l *ledger) isOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.writers {
		if w.advance(); w.low < w.next {
			return true
		}
	}
	return false
}

func verdictOf(s LedgerStats) Verdict {
	switch {
	case s.Lost+s.Duplicated+s.Torn+s.Resurrected > 0, s.Audits > 0 && s.Total != s.TotalWanted:
		return Fail
	case s.Suspects > 0, s.OldestOpen > unsureAfter:
		return Unsure
	default:
		return Pass
	}
}
