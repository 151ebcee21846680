package simdrv

import "time"

// checkpoint tells the last complete global checkpoint. They come at a fixed
// interval from since on while the cluster serves, so nothing has to run for
// them.
type checkpoint struct {
	base       uint64        // number of the checkpoint at since
	since      time.Duration // when that was complete
	restored   uint64        // what the last system restart restored
	restoredAt time.Duration
}

// lastCheckpoint is the number of the last complete one, and when that was.
func (w *World) lastCheckpoint() (number uint64, at time.Duration) {
	c := &w.cluster
	if !c.serving {
		return c.checkpoint.base, c.checkpoint.since
	}
	interval := max(w.profile.GlobalCheckpoint, time.Millisecond)
	passed := int64((w.now - c.checkpoint.since) / interval)
	return c.checkpoint.base + uint64(passed), c.checkpoint.since + time.Duration(passed)*interval //nolint:gosec // time does not go back
}

// undoRecord is what a row was before a commit that no complete global
// checkpoint holds yet.
type undoRecord struct {
	at      time.Duration
	part    part
	key     string
	before  Row
	existed bool
}

// remember notes what a commit is about to change and forgets what the last
// complete checkpoint has made durable.
func (w *World) remember(p part, key string, before Row, existed bool) {
	c := &w.cluster
	_, durable := w.lastCheckpoint()
	if len(c.undo) > 0 && c.undo[len(c.undo)-1].at <= durable {
		c.undo = c.undo[:0]
	}
	c.undo = append(c.undo, undoRecord{at: w.now, part: p, key: key, before: before, existed: existed})
}

// rollBack takes the members' rows back to what they were at a moment. Whoever
// is not a member copies from one that is before it serves again.
func (w *World) rollBack(to time.Duration) {
	c := &w.cluster
	undone := 0
	for i := len(c.undo) - 1; i >= 0 && c.undo[i].at > to; i-- {
		u := &c.undo[i]
		undone++
		if w.data.byID[u.part.table] == nil {
			continue
		}
		for _, n := range w.groupOf(u.part) {
			if n.replica.member {
				n.replica.set(u.part, u.key, u.before, !u.existed)
			}
		}
	}
	c.undo = nil
	w.note("rolled back %d rows to %s", undone, to)
}
