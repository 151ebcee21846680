package simdrv

import (
	"slices"
	"time"

	"rondb-tui/engine"
)

// faultKind is a kind of lasting fault.
type faultKind string

const (
	faultPause   faultKind = "pause"
	faultIsolate faultKind = "isolate"
	faultCut     faultKind = "cut"
)

// fault lasts until its lease ends or it is healed.
type fault struct {
	kind      faultKind
	node      *node           // of a pause or an isolation
	from, to  []engine.NodeID // of a cut
	until     time.Duration   // end of the lease
	confirmed bool            // the data nodes have missed enough heartbeats
}

// Kill sends SIGKILL to processes at the same moment. It fails with KindNotFound
// or KindDenied, without effect, if one of them has no process.
func (w *World) Kill(ids ...engine.NodeID) error {
	w.enter()
	defer w.leave()
	return w.kill(ids)
}

func (w *World) kill(ids []engine.NodeID) error {
	var victims []*node
	for _, id := range ids {
		n, err := w.victim(id, "kill")
		if err != nil {
			return err
		}
		victims = append(victims, n)
	}
	for _, n := range victims {
		n.dying = true
	}
	for _, n := range victims {
		if n.running() {
			w.report(n.ID, engine.SeverityAlert, "Node shutdown completed. Initiated by signal 9.")
			w.end(n, engine.StatusDead, "killed by signal 9")
			w.loseVolume(n)
		}
	}
	for _, n := range victims {
		n.dying = false
	}
	return nil
}

// victim finds a node with a process.
func (w *World) victim(id engine.NodeID, op string) (*node, error) {
	n := w.node(id)
	if n == nil {
		return nil, engine.Errorf(engine.KindNotFound, op, id, "there is no such node in the configuration")
	}
	if !n.running() {
		return nil, engine.Errorf(engine.KindDenied, op, id, "it has no process: it is %s", w.statusOf(n))
	}
	return n, nil
}

// loseVolume draws whether a killed data node loses its volume.
func (w *World) loseVolume(n *node) {
	if n.Kind != engine.KindData || !w.chance(w.chances.VolumeLost) {
		return
	}
	for _, peer := range w.nodes {
		if peer != n && peer.replica.member && peer.Group == n.Group && peer.running() {
			w.note("node %d: its volume is lost", n.ID)
			w.wipe(n)
			return
		}
	}
}

// Pause freezes a process (SIGSTOP) for at most lease.
func (w *World) Pause(id engine.NodeID, lease time.Duration) error {
	w.enter()
	defer w.leave()
	return w.pause(id, lease)
}

func (w *World) pause(id engine.NodeID, lease time.Duration) error {
	n, err := w.victim(id, "pause")
	if err != nil {
		return err
	}
	if n.frozen {
		return engine.Errorf(engine.KindConflict, "pause", id, "it is paused already")
	}
	f := &fault{kind: faultPause, node: n}
	if err := w.breakIt(f, lease); err != nil {
		return err
	}
	n.frozen = true
	w.fallSilent(f, id)
	return nil
}

// Resume lets a paused process go on. It succeeds where there is nothing to do.
func (w *World) Resume(id engine.NodeID) error {
	w.enter()
	defer w.leave()
	n := w.node(id)
	if n == nil {
		return engine.Errorf(engine.KindNotFound, "resume", id, "there is no such node in the configuration")
	}
	for _, f := range slices.Clone(w.broken) {
		if f.kind == faultPause && f.node == n {
			w.mend(f)
		}
	}
	return nil
}

// Isolate cuts a node off from every other for at most lease.
func (w *World) Isolate(id engine.NodeID, lease time.Duration) error {
	w.enter()
	defer w.leave()
	n, err := w.victim(id, "isolate")
	if err != nil {
		return err
	}
	f := &fault{kind: faultIsolate, node: n}
	if err := w.breakIt(f, lease); err != nil {
		return err
	}
	w.fallSilent(f, id)
	return nil
}

// Cut breaks every link between a node of from and a node of to for at most
// lease. A link that carries only one direction counts as broken: neither
// heartbeats nor transactions get an answer over it.
func (w *World) Cut(from, to []engine.NodeID, lease time.Duration) error {
	w.enter()
	defer w.leave()
	f := &fault{kind: faultCut, from: slices.Clone(from), to: slices.Clone(to)}
	if err := w.breakIt(f, lease); err != nil {
		return err
	}
	silent := from
	if len(to) < len(from) {
		silent = to
	}
	w.fallSilent(f, silent...)
	return nil
}

// Heal ends the lasting faults that concern some nodes, or all if none is named.
func (w *World) Heal(ids ...engine.NodeID) {
	w.enter()
	defer w.leave()
	for _, f := range slices.Clone(w.broken) {
		if len(ids) == 0 || slices.ContainsFunc(ids, f.concerns) {
			w.mend(f)
		}
	}
}

// concerns says whether the fault is about a node.
func (f *fault) concerns(id engine.NodeID) bool {
	return f.node != nil && f.node.ID == id || slices.Contains(f.from, id) || slices.Contains(f.to, id)
}

// breakIt begins a fault and the end of its lease.
func (w *World) breakIt(f *fault, lease time.Duration) error {
	id := engine.NodeID(0)
	if f.node != nil {
		id = f.node.ID
	}
	if lease <= 0 {
		return engine.Errorf(engine.KindInvalid, string(f.kind), id, "the lease must be positive, not %s", lease)
	}
	if len(w.broken) >= maxFaults {
		return engine.Errorf(engine.KindDenied, string(f.kind), id, "there are %d faults already", maxFaults)
	}
	f.until = w.now + lease
	w.broken = append(w.broken, f)
	w.after(lease, func() { w.mend(f) })
	w.note("fault: %s node %d %v %v for %s", f.kind, id, f.from, f.to, lease)
	w.touch()
	return nil
}

// mend ends a fault, once.
func (w *World) mend(f *fault) {
	i := slices.Index(w.broken, f)
	if i < 0 {
		return
	}
	w.broken = slices.Delete(w.broken, i, i+1)
	w.note("fault ends: %s %v %v", f.kind, f.from, f.to)
	w.touch()
	if f.kind == faultPause && f.node.frozen {
		w.thaw(f.node)
	}
}

// thaw lets a process go on. One that was declared dead finds out and ends.
func (w *World) thaw(n *node) {
	n.frozen = false
	if n.declared {
		w.fail(n, 2315, "Node declared dead. See error log for details")
		return
	}
	parked := n.parked
	n.parked = nil
	for _, call := range parked {
		w.afterIn(n, 0, call)
	}
	if n.replica.member {
		w.detect()
	}
}

// endPause forgets the pause of a process that ended.
func (w *World) endPause(n *node) {
	w.broken = slices.DeleteFunc(w.broken, func(f *fault) bool { return f.kind == faultPause && f.node == n })
}

// fallSilent lets the others miss the heartbeats of some nodes and act on it.
func (w *World) fallSilent(f *fault, silent ...engine.NodeID) {
	phase := w.between(0, w.profile.Heartbeat)
	last := phase + maxMissedBeats*w.profile.Heartbeat
	for _, id := range silent {
		if n := w.node(id); n == nil || n.Kind != engine.KindData {
			continue
		}
		for missed := 2; missed <= maxMissedBeats; missed++ {
			w.after(phase+time.Duration(missed)*w.profile.Heartbeat, func() { w.missHeartbeat(f, id, missed) })
		}
	}
	w.after(last, func() {
		if slices.Contains(w.broken, f) {
			f.confirmed = true
			w.detect()
		}
	})
	w.after(maxMissedBeats*w.profile.APIHeartbeat, func() {
		if slices.Contains(w.broken, f) {
			w.dropServers(f)
		}
	})
}

func (w *World) missHeartbeat(f *fault, id engine.NodeID, missed int) {
	if !slices.Contains(w.broken, f) || !w.node(id).replica.member {
		return
	}
	for _, witness := range w.nodes {
		if witness.replica.member && witness.responsive() && !w.reach(witness, w.node(id)) {
			w.report(witness.ID, engine.SeverityWarning, "Node %d missed heartbeat %d", id, missed)
			if missed == maxMissedBeats {
				w.report(witness.ID, engine.SeverityAlert, "Node %d declared dead due to missed heartbeat", id)
			}
			return
		}
	}
}

// separates says whether a fault breaks the link between two nodes.
func (f *fault) separates(a, b *node) bool {
	if f.kind == faultCut {
		forth := slices.Contains(f.from, a.ID) && slices.Contains(f.to, b.ID)
		back := slices.Contains(f.from, b.ID) && slices.Contains(f.to, a.ID)
		return forth || back
	}
	return f.kind == faultIsolate && (f.node == a || f.node == b)
}

// reach says whether two processes can talk to each other at this moment.
func (w *World) reach(a, b *node) bool {
	if !a.responsive() || !b.responsive() {
		return false
	}
	return !w.apart(a, b)
}

// apart says whether a fault breaks the link between two nodes.
func (w *World) apart(a, b *node) bool {
	return a != b && slices.ContainsFunc(w.broken, func(f *fault) bool { return f.separates(a, b) })
}

// confirmedApart says whether two nodes are known to be cut off from each other.
func (w *World) confirmedApart(a, b *node) bool {
	return a != b && slices.ContainsFunc(w.broken, func(f *fault) bool { return f.confirmed && f.separates(a, b) })
}

// confirmedPause says whether a frozen process was noticed.
func (w *World) confirmedPause(n *node) bool {
	return slices.ContainsFunc(w.broken, func(f *fault) bool {
		return f.confirmed && f.kind == faultPause && f.node == n
	})
}
