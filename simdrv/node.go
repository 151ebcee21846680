package simdrv

import (
	"fmt"
	"slices"
	"time"

	"rondb-tui/engine"
)

// startKind is the way in which a data node starts, in the cluster log's words.
type startKind string

const (
	initialStart       startKind = "initial start"
	systemRestart      startKind = "system restart"
	nodeRestart        startKind = "node restart"
	initialNodeRestart startKind = "initial node restart"
)

// stage is how far a start is.
type stage uint8

const (
	stageAllocate stage = iota // waiting for a management server, then for its answer
	stageWait                  // waiting for other nodes
	stageRun                   // on its way
)

// node is a slot of the configuration and what became of it.
type node struct {
	engine.Slot
	container   bool
	status      engine.NodeStatus // of container and process; never Unknown, Absent, Paused
	frozen      bool              // the process got SIGSTOP
	declared    bool              // the others declared it dead; it does not know yet
	incarnation uint64
	startedAt   time.Duration
	lastError   string
	parked      []func() // what is due when a frozen process goes on
	dying       bool     // the SIGKILL is on its way: it does nothing more
	log         nodeLog

	stage   stage
	busy    bool // the present stage has its timer
	phase   int
	kind    startKind
	doing   string
	began   time.Duration // of the present phase
	lasts   time.Duration // of the present phase, as planned
	copying []part        // what a node restart copies, while it does
	copied  int           // how many of them are done

	replica replica // data nodes
	client  client  // MySQL servers and API nodes
}

// replica is what makes a node a data node.
type replica struct {
	active         bool
	hasData        bool
	stale          bool
	current        bool // its rows are the group's: it is a member, or was at the end
	member         bool // a started node of the cluster
	joining        bool // known to the cluster, not started yet
	seniority      uint64
	failureHandled bool
	parts          map[part]map[string]Row
	synced         map[part]bool // while joining: what takes part in writes already
}

// client is what makes a node a MySQL server or an API node.
type client struct {
	connected bool // to the data nodes
	open      bool // the front was told to open its port
	address   string
	sessions  []*Session
	nextNode  int // turns over coordinators
}

// running says whether there is a process, frozen or not.
func (n *node) running() bool {
	return n.status == engine.StatusStarting || n.status == engine.StatusStarted || n.status == engine.StatusStopping
}

// responsive says whether there is a process that does something.
func (n *node) responsive() bool { return n.running() && !n.frozen }

// started says whether the node serves, or would if it were not frozen.
func (n *node) started() bool { return n.status == engine.StatusStarted }

// node finds a slot; nil if there is none of that id.
func (w *World) node(id engine.NodeID) *node {
	i, found := slices.BinarySearchFunc(w.nodes, id, func(n *node, id engine.NodeID) int { return int(n.ID - id) })
	if !found {
		return nil
	}
	return w.nodes[i]
}

// dataNodes lists the data nodes for which keep holds, in the order of the ids.
func (w *World) dataNodes(keep func(*node) bool) []*node {
	var found []*node
	for _, n := range w.nodes {
		if n.Kind == engine.KindData && keep(n) {
			found = append(found, n)
		}
	}
	return found
}

func isMember(n *node) bool { return n.replica.member }

// president is the oldest of some data nodes.
func president(members []*node) *node {
	var oldest *node
	for _, n := range members {
		if oldest == nil || n.replica.seniority < oldest.replica.seniority {
			oldest = n
		}
	}
	return oldest
}

// president gives the cluster's president, nil while it has none.
func (w *World) president() *node { return president(w.dataNodes(isMember)) }

// launch starts the process of a slot.
func (w *World) launch(n *node, initial bool) {
	n.incarnation++
	n.status, n.frozen, n.declared, n.lastError = engine.StatusStarting, false, false, ""
	n.stage, n.busy, n.phase, n.doing = stageAllocate, false, 0, ""
	n.began, n.lasts, n.parked, n.copying = w.now, 0, nil, nil
	if n.Kind == engine.KindData && initial {
		w.wipe(n)
	}
	option := ""
	if initial {
		option = " --initial"
	}
	w.note("node %d: %s starts%s, incarnation %d", n.ID, n.Kind, option, n.incarnation)
	w.writeLaunch(n, initial)
	w.touch()
}

// end ends a process. Its sockets close, so the others notice by themselves.
func (w *World) end(n *node, status engine.NodeStatus, why string) {
	if !n.running() {
		return
	}
	n.status, n.frozen, n.declared, n.lastError, n.doing = status, false, false, why, ""
	n.phase, n.parked = 0, nil
	w.endPause(n)
	w.note("node %d: %s ends, %s: %s", n.ID, n.Kind, status, why)
	switch n.Kind {
	case engine.KindData:
		w.loseDataProcess(n)
	case engine.KindMySQL, engine.KindAPI:
		n.client.connected = false
		w.fence(n)
		if n.client.open {
			w.orderFront(n, frontKill)
		}
		n.client.address = ""
	case engine.KindManagement:
	}
	w.touch()
}

// fail ends a process by an error of its own, worded as its error log does.
func (w *World) fail(n *node, code int, text string) {
	during := ""
	if n.status == engine.StatusStarting {
		during = fmt.Sprintf(" Occured during startphase %d.", n.phase)
	}
	w.report(n.ID, engine.SeverityAlert, "Forced node shutdown completed.%s Caused by error %d: '%s'.", during, code, text)
	w.end(n, engine.StatusDead, fmt.Sprintf("error %d: %s", code, text))
}

// wipe empties the volume of a data node.
func (w *World) wipe(n *node) {
	r := &n.replica
	r.hasData, r.stale, r.current = false, false, false
	r.parts, r.synced = map[part]map[string]Row{}, nil
	if len(w.dataNodes(func(n *node) bool { return n.replica.hasData })) == 0 {
		w.cluster.formed = false
		w.forgetDictionary()
	}
}
