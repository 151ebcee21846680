package workload

import "time"

// outcome is how a write ended for its client. It never changes once known.
type outcome uint8

const (
	pending outcome = iota
	acked
	failed // surely
	unknown
)

// finding is what reads say of a write. It may change: a system restart takes
// writes back, and a late one appears after all.
type finding uint8

const (
	unread finding = iota
	present
	absent
	rolledBack // absent by design
)

// receipt is what the ledger knows of one write. Times count from the ledger's
// start.
type receipt struct {
	seq     int64
	effect  effect
	server  int // the MySQL server it was written through
	began   time.Duration
	ended   time.Duration
	readAt  time.Duration // not to be read before
	missing int           // the server whose read missed it, 0 if none did

	restarts  int // the system restart that rolled it back
	excused   int // an earlier system restart that may have, not read since; 0 none
	outcome   outcome
	finding   finding
	described bool // effect is known
	garbled   bool // its row was found with other content
	due       bool // to be read
	reading   bool // a reader has it
}

// writer is the ring of one client's receipts. Sequence numbers start at 1; slot
// (seq-1) mod ReceiptsPerWriter holds the receipt.
type writer struct {
	ring     []receipt
	next     int64 // the sequence number to be used next
	low      int64 // no receipt before it is pending or due
	survivor int64 // the last one from before the last crash that came back
}

func newWriter() *writer { return &writer{next: 1, low: 1} }

// first is the lowest sequence number still in the ring.
func (w *writer) first() int64 { return max(1, w.next-ReceiptsPerWriter) }

// at gives a receipt that is in the ring.
func (w *writer) at(seq int64) *receipt { return &w.ring[(seq-1)%ReceiptsPerWriter] }

// oldest is the receipt whose slot the next one needs, nil while slots are free.
func (w *writer) oldest() *receipt {
	if w.next <= ReceiptsPerWriter {
		return nil
	}
	return w.at(w.next)
}

// push takes the next sequence number.
func (w *writer) push(r receipt) int64 {
	r.seq = w.next
	w.next++
	if r.seq <= ReceiptsPerWriter {
		w.ring = append(w.ring, r)
	} else {
		*w.at(r.seq) = r
	}
	w.low = max(w.low, w.first())
	return r.seq
}

// advance moves low past receipts that need no reading.
func (w *writer) advance() {
	for w.low < w.next {
		if r := w.at(w.low); r.due || r.outcome == pending {
			return
		}
		w.low++
	}
}
