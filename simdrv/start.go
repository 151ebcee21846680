package simdrv

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
)

// copyPhase is the start phase in which a node restart copies its fragments.
const copyPhase = 5

// reviewStarts lets every start go on that has nothing to wait for any more.
func (w *World) reviewStarts() {
	for _, n := range w.nodes {
		switch {
		case n.frozen || n.busy:
		case n.status == engine.StatusStarting:
			w.reviewStart(n)
		case n.started() && (n.Kind == engine.KindMySQL || n.Kind == engine.KindAPI):
			w.reviewReconnect(n)
		}
	}
	w.reviewFormation()
}

func (w *World) reviewStart(n *node) {
	switch {
	case n.Kind == engine.KindManagement:
		w.work(n, "reading the configuration", w.profile.ManagementStart, func() { w.serve(n) })
	case n.stage == stageAllocate && !w.managementReachable(n):
		w.explain(n, "waiting for a management server")
	case n.stage == stageAllocate && n.Kind == engine.KindData && !n.replica.failureHandled:
		w.explain(n, "waiting until its last failure is handled")
	case n.stage == stageAllocate:
		w.work(n, "getting its node id", w.profile.Allocate, func() { w.allocated(n) })
	case n.stage == stageWait && n.Kind == engine.KindData:
		if w.cluster.serving {
			w.reviewJoin(n)
		}
	case n.stage == stageWait && !w.clusterReachable(n):
		w.explain(n, "waiting for the data nodes")
	case n.stage == stageWait:
		w.work(n, "connecting to the data nodes", w.profile.ServerStart, func() { w.connect(n) })
	}
}

// explain tells what a start is busy with.
func (w *World) explain(n *node, doing string) {
	if n.doing != doing {
		n.doing = doing
		w.touch()
	}
}

// work lets a process be busy for a while, then go on with next.
func (w *World) work(n *node, doing string, lasts time.Duration, next func()) {
	w.explain(n, doing)
	n.busy, n.began, n.lasts = true, w.now, lasts
	w.afterIn(n, lasts, func() {
		n.busy = false
		w.touch()
		next()
	})
}

// serve ends a start well.
func (w *World) serve(n *node) {
	n.status, n.doing, n.phase, n.startedAt, n.lastError = engine.StatusStarted, "", 0, w.now, ""
	w.writeReady(n)
	w.report(n.ID, engine.SeverityInfo, "Started (version %s)", w.config.Version)
	w.touch()
}

// allocated follows the management server's answer to a start.
func (w *World) allocated(n *node) {
	if n.Kind == engine.KindData {
		w.write(n, engine.SeverityInfo, "Angel allocated nodeid: "+n.ID.String())
	}
	switch r := &n.replica; {
	case n.Kind != engine.KindData:
		n.stage = stageWait
	case !r.active:
		w.fail(n, 2350, "the node is not active in the configuration")
	case r.stale:
		w.fail(n, 2311, "the file system is from before the node was deactivated, start it with --initial")
	default:
		n.stage = stageWait
	}
}

func (w *World) managementReachable(n *node) bool {
	return slices.ContainsFunc(w.nodes, func(m *node) bool {
		return m.Kind == engine.KindManagement && m.started() && w.reach(n, m)
	})
}

// clusterReachable says whether a process can talk to some started data node.
func (w *World) clusterReachable(n *node) bool {
	return w.cluster.serving && slices.ContainsFunc(w.nodes, func(m *node) bool {
		return m.replica.member && w.reach(n, m)
	})
}

// reviewJoin lets a data node begin its restart into a cluster that serves.
func (w *World) reviewJoin(n *node) {
	if !w.reach(n, w.president()) {
		w.explain(n, "waiting for the president to answer")
		return
	}
	for _, peer := range w.nodes {
		if peer != n && peer.Kind == engine.KindData && peer.Group == n.Group && peer.replica.joining {
			w.explain(n, fmt.Sprintf("waiting for data node %d of its group to start", peer.ID))
			return
		}
	}
	n.stage, n.kind = stageRun, nodeRestart
	if !n.replica.hasData {
		n.kind = initialNodeRestart
	}
	n.replica.joining, n.replica.current = true, false
	w.report(n.ID, engine.SeverityInfo, "Start initiated (version %s)", w.config.Version)
	w.runPhase(n, 1)
}

// runPhase lets a joining data node run one start phase.
func (w *World) runPhase(n *node, phase int) {
	n.phase = phase
	lasts := w.profile.NodePhase
	if phase == 1 && n.kind == initialNodeRestart {
		lasts += w.profile.InitialFiles
	}
	w.work(n, string(n.kind), lasts, func() {
		if phase == copyPhase {
			w.beginCopy(n)
			return
		}
		w.endPhase(n)
	})
}

func (w *World) endPhase(n *node) {
	if w.chance(w.chances.CrashInPhase) {
		w.fail(n, 2341, "Internal program error (failed ndbrequire)")
		return
	}
	w.report(n.ID, engine.SeverityInfo, "Start phase %d completed (%s)", n.phase, n.kind)
	if n.phase < engine.LastStartPhase {
		w.runPhase(n, n.phase+1)
		return
	}
	w.join(n)
	w.serve(n)
}

// beginCopy empties the node's fragments and copies them one by one. A table
// made from here on is complete from its beginning.
func (w *World) beginCopy(n *node) {
	r := &n.replica
	source := w.copySource(n)
	if source == nil {
		w.retryCopy(n, func() { w.beginCopy(n) })
		return
	}
	r.parts, r.synced = map[part]map[string]Row{}, map[part]bool{}
	n.copying, n.copied = w.data.partsOf(n.Group, w.config.NodeGroups), 0
	w.report(w.president().ID, engine.SeverityInfo, "Node restart starting to copy the fragments to Node %d", n.ID)
	w.copyNext(n)
}

// copyNext copies the fragments that are left.
func (w *World) copyNext(n *node) {
	if n.copied == len(n.copying) {
		n.replica.hasData, n.copying = true, nil
		w.report(w.president().ID, engine.SeverityInfo, "Node restart completed copying the fragments to Node %d", n.ID)
		w.endPhase(n)
		return
	}
	source, next := w.copySource(n), n.copying[n.copied]
	if source == nil {
		w.retryCopy(n, func() { w.copyNext(n) })
		return
	}
	lasts := w.profile.CopyFragment + time.Duration(len(source.replica.parts[next]))*w.profile.CopyRow
	w.work(n, fmt.Sprintf("copying fragment %d of %d from data node %d", n.copied+1, len(n.copying), source.ID), lasts, func() {
		if w.copySource(n) == source {
			w.copyFragment(source, n, next)
			n.copied++
		}
		w.copyNext(n)
	})
}

// retryCopy waits for a source to answer or to be declared dead.
func (w *World) retryCopy(n *node, again func()) {
	w.work(n, "waiting for a replica to copy from", w.profile.Heartbeat, again)
}

// copySource is the live replica from which a starting node copies.
func (w *World) copySource(n *node) *node {
	for _, m := range w.nodes {
		if m.replica.member && m.Group == n.Group && w.reach(n, m) {
			return m
		}
	}
	return nil
}

// connect follows when a MySQL server or API node has reached the data nodes.
func (w *World) connect(n *node) {
	if !w.clusterReachable(n) {
		return
	}
	n.client.connected = true
	w.writeConnected(n)
	if n.Kind == engine.KindMySQL && w.fronted {
		n.busy = true
		w.explain(n, "opening its port")
		w.orderFront(n, frontOpen)
		return
	}
	w.serve(n)
}

// reviewReconnect lets a MySQL server or API node find the cluster again.
func (w *World) reviewReconnect(n *node) {
	if n.client.connected || !w.clusterReachable(n) {
		return
	}
	w.work(n, "", w.profile.Reconnect, func() {
		n.client.connected = w.clusterReachable(n)
		if n.client.connected {
			w.note("node %d: connected to the data nodes again", n.ID)
			w.writeConnected(n)
		}
	})
}

// listIDs writes node ids for people: "2, 4".
func listIDs(nodes []*node) string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID.String()
	}
	return strings.Join(ids, ", ")
}
