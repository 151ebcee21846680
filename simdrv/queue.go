package simdrv

import (
	"container/heap"
	"time"
)

// event is something that will happen. Events of the same moment happen in the
// order in which they were scheduled.
type event struct {
	at   time.Duration
	seq  uint64
	call func()
}

type eventQueue []event

func (q eventQueue) Len() int { return len(q) }

func (q eventQueue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].seq < q[j].seq
}

func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *eventQueue) Push(x any) { *q = append(*q, x.(event)) } //nolint:errcheck // the heap holds nothing else

func (q *eventQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return last
}

// after schedules call in d from now.
func (w *World) after(d time.Duration, call func()) {
	w.eventSeq++
	heap.Push(&w.queue, event{at: w.now + d, seq: w.eventSeq, call: call})
	if w.queue[0].seq == w.eventSeq && w.earlier != nil {
		w.earlier()
	}
}

// afterIn schedules call within the life of a node's process: not at all once
// that has ended, and when it goes on if it is frozen at the time.
func (w *World) afterIn(n *node, d time.Duration, call func()) {
	incarnation := n.incarnation
	w.after(d, func() {
		switch {
		case n.incarnation != incarnation || !n.running():
		case n.frozen:
			n.parked = append(n.parked, call)
		default:
			call()
		}
	})
}

// advanceTo lets everything happen that is due by the moment to.
func (w *World) advanceTo(to time.Duration) {
	for len(w.queue) > 0 && w.queue[0].at <= to {
		next := heap.Pop(&w.queue).(event) //nolint:errcheck // the heap holds nothing else
		w.now = max(w.now, next.at)
		next.call()
		w.settle()
	}
	w.now = max(w.now, to)
}
