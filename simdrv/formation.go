package simdrv

import (
	"slices"

	"rondb-tui/engine"
)

// formation is the start of many data nodes together: an initial start or a
// system restart. They go through the phases side by side.
type formation struct {
	kind    startKind
	nodes   []*node
	blocked bool // a node of it does not answer; it goes on when that does
}

// holdsData says whether a volume may be started from.
func holdsData(n *node) bool { return n.replica.active && n.replica.hasData && !n.replica.stale }

// reviewFormation starts the waiting data nodes together as soon as enough of
// them are there.
func (w *World) reviewFormation() {
	c := &w.cluster
	if c.serving {
		return
	}
	if f := c.formation; f != nil {
		if f.blocked && w.allReach(f.nodes) {
			f.blocked = false
			w.runFormation(f)
		}
		return
	}
	candidates := w.candidates()
	if len(candidates) == 0 {
		c.waitTimer = false
		return
	}
	if len(w.dataNodes(holdsData)) > 0 {
		w.reviewSystemRestart(candidates)
		return
	}
	missing := w.dataNodes(func(n *node) bool { return n.replica.active && !slices.Contains(candidates, n) })
	if len(missing) == 0 {
		w.form(initialStart, candidates)
		return
	}
	for _, n := range candidates {
		w.explain(n, "initial start, waiting for nodes "+listIDs(missing))
	}
}

// candidates lists the data nodes that wait for others and all reach each other.
func (w *World) candidates() []*node {
	var found []*node
	for _, n := range w.nodes {
		waits := n.Kind == engine.KindData && n.status == engine.StatusStarting && n.stage == stageWait && !n.frozen
		if waits && w.reachesAll(n, found) {
			found = append(found, n)
		}
	}
	return found
}

// reviewSystemRestart waits for every node with data, or, when that takes too
// long, for enough of them that no other cluster could form from the rest. The
// nodes with the newest data form the cluster; the others join it afterwards.
// Nodes known to have no data are not waited for.
func (w *World) reviewSystemRestart(candidates []*node) {
	c := &w.cluster
	if !c.waitTimer {
		c.waitTimer, c.waitSince = true, w.now
		w.after(w.profile.StartPartial, w.touch)
	}
	for _, n := range candidates {
		if !w.groupRestorable(n.Group) {
			w.fail(n, 6303, "No restorable replica of the node group is left")
		}
	}
	missing := w.dataNodes(func(n *node) bool { return holdsData(n) && !slices.Contains(candidates, n) })
	patient := w.now-c.waitSince < w.profile.StartPartial
	forming := slices.DeleteFunc(candidates, func(n *node) bool { return !n.running() || !n.replica.current })
	if len(missing) > 0 && (patient || !w.viable(forming)) || !w.coversGroups(forming) {
		text := "waiting for nodes " + listIDs(missing)
		if len(missing) == 0 {
			text = "waiting for every node group"
		}
		for _, n := range forming {
			w.explain(n, text)
		}
		return
	}
	w.form(systemRestart, forming)
}

// groupRestorable says whether the newest data of a group lies in some volume.
func (w *World) groupRestorable(group engine.GroupID) bool {
	return slices.ContainsFunc(w.nodes, func(n *node) bool {
		return n.Kind == engine.KindData && n.Group == group && holdsData(n) && n.replica.current
	})
}

func (w *World) coversGroups(nodes []*node) bool {
	for g := range engine.GroupID(w.config.NodeGroups) {
		if !slices.ContainsFunc(nodes, func(n *node) bool { return n.Group == g }) {
			return false
		}
	}
	return true
}

// viable says that the nodes left out cannot be running a cluster of their own:
// some group is complete in nodes.
func (w *World) viable(nodes []*node) bool {
	for g := range engine.GroupID(w.config.NodeGroups) {
		left := w.dataNodes(func(n *node) bool {
			return n.Group == g && holdsData(n) && !slices.Contains(nodes, n)
		})
		if len(left) == 0 {
			return true
		}
	}
	return false
}

// form begins the common start.
func (w *World) form(kind startKind, nodes []*node) {
	f := &formation{kind: kind, nodes: nodes}
	w.cluster.formation, w.cluster.waitTimer = f, false
	for _, n := range nodes {
		n.stage, n.busy, n.kind, n.phase = stageRun, true, kind, 1
		w.report(n.ID, engine.SeverityInfo, "Start initiated (version %s)", w.config.Version)
	}
	w.touch()
	w.runFormation(f)
}

// runFormation lets the nodes run their present phase.
func (w *World) runFormation(f *formation) {
	lasts := w.profile.InitialPhase
	if f.kind == systemRestart {
		lasts = w.profile.SystemPhase
	}
	for _, n := range f.nodes {
		n.began, n.lasts = w.now, lasts
		w.explain(n, string(f.kind))
	}
	w.after(lasts, func() {
		if w.cluster.formation == f {
			w.endFormationPhase(f)
		}
	})
}

func (w *World) endFormationPhase(f *formation) {
	if !w.allReach(f.nodes) {
		f.blocked = true
		return
	}
	for _, n := range f.nodes {
		if w.chance(w.chances.CrashInPhase) {
			w.fail(n, 2341, "Internal program error (failed ndbrequire)")
			f.blocked = true
			continue
		}
		w.report(n.ID, engine.SeverityInfo, "Start phase %d completed (%s)", n.phase, f.kind)
	}
	if f.blocked {
		return
	}
	w.touch()
	if f.nodes[0].phase == engine.LastStartPhase {
		w.endFormation(f)
		return
	}
	for _, n := range f.nodes {
		n.phase++
	}
	w.runFormation(f)
}

// endFormation makes the nodes a cluster that serves.
func (w *World) endFormation(f *formation) {
	c := &w.cluster
	c.formation, c.serving, c.formed = nil, true, true
	if f.kind == systemRestart {
		c.restarts++
		c.checkpoint.restored, c.checkpoint.restoredAt = c.checkpoint.base, c.checkpoint.since
	}
	c.checkpoint.base++
	c.checkpoint.since = w.now
	for _, n := range w.nodes {
		n.replica.current = false // join makes it true for those who take part
	}
	for _, n := range f.nodes {
		n.busy = false
		n.replica.hasData = true
		w.join(n)
		w.serve(n)
	}
}

func (w *World) inFormation(n *node) bool {
	return w.cluster.formation != nil && slices.Contains(w.cluster.formation.nodes, n)
}

// abortFormation ends a common start that lost a node: those left end too.
func (w *World) abortFormation() {
	f := w.cluster.formation
	w.cluster.formation = nil
	for _, n := range f.nodes {
		if n.frozen {
			n.declared = true
			continue
		}
		if n.running() {
			w.fail(n, 2308, "Another node failed during system restart, please investigate error(s) on other node(s)")
		}
	}
	w.touch()
}

// allReach says whether all the processes answer each other.
func (w *World) allReach(nodes []*node) bool {
	for i, n := range nodes {
		if !n.responsive() || !w.reachesAll(n, nodes[:i]) {
			return false
		}
	}
	return true
}

// reachesAll says whether a process can talk to all the others.
func (w *World) reachesAll(n *node, others []*node) bool {
	return !slices.ContainsFunc(others, func(other *node) bool { return !w.reach(n, other) })
}
