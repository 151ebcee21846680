package simdrv

import "rondb-tui/engine"

// stop ends a process in order. A data node hands over what it does first; the
// last started one of a group is refused, since the cluster would crash.
func (w *World) stop(n *node, action engine.Action) error {
	if !n.running() {
		if n.status == engine.StatusDead {
			n.status = engine.StatusStopped
		}
		return nil
	}
	if n.status == engine.StatusStopping {
		return nil
	}
	if n.replica.member && w.startedIn(n.Group) == 1 {
		return refuse(engine.KindDenied, action,
			"Node shutdown would cause system crash: no other data node of node group %d is started", n.Group)
	}
	w.writeStop(n)
	if n.frozen || n.status == engine.StatusStarting {
		w.writeStopped(n)
		w.end(n, engine.StatusStopped, "")
		return nil
	}
	if n.Kind == engine.KindData {
		w.report(n.ID, engine.SeverityInfo, "Node shutdown initiated")
	}
	n.status = engine.StatusStopping
	w.afterIn(n, w.profile.Stop, func() { w.finishStop(n) })
	return nil
}

func (w *World) startedIn(group engine.GroupID) int {
	count := 0
	for _, n := range w.groups[group] {
		if n.replica.member && n.status == engine.StatusStarted {
			count++
		}
	}
	return count
}

// finishStop ends a stopping process. The other data nodes know at once, and
// judge by the rules of arbitration whether they may go on without it. A data
// node whose last peer has failed meanwhile stays: without it the cluster would
// crash.
func (w *World) finishStop(n *node) {
	if n.replica.member && w.startedIn(n.Group) == 0 {
		w.report(n.ID, engine.SeverityWarning, "Node shutdown aborted")
		n.status = engine.StatusStarted
		if !n.replica.active {
			n.replica.active, n.replica.stale = true, false
			w.report(n.ID, engine.SeverityInfo, "Node is active in the configuration now")
		}
		w.touch()
		return
	}
	if n.Kind == engine.KindData {
		w.report(n.ID, engine.SeverityInfo, "Node shutdown completed.")
	}
	w.writeStopped(n)
	w.end(n, engine.StatusStopped, "")
	if n.replica.member {
		w.detect()
	}
}

// stopAll stops all data nodes together. A last global checkpoint is completed,
// so nothing is lost.
func (w *World) stopAll() {
	running := w.dataNodes((*node).running)
	if len(running) == 0 {
		return
	}
	if w.cluster.serving {
		w.report(w.president().ID, engine.SeverityInfo, "Cluster shutdown initiated")
		w.stopCluster(true, "stopped on request")
	}
	w.cluster.formation = nil
	for _, n := range running {
		if n.frozen || n.status == engine.StatusStarting {
			w.end(n, engine.StatusStopped, "")
			continue
		}
		n.status = engine.StatusStopping
		incarnation := n.incarnation
		w.after(w.profile.Stop, func() {
			if n.incarnation == incarnation && n.running() {
				w.report(n.ID, engine.SeverityInfo, "Node shutdown completed.")
				w.end(n, engine.StatusStopped, "")
			}
		})
	}
	for _, n := range running {
		n.replica.failureHandled = true
	}
}
