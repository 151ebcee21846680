package tui

import (
	"fmt"
	"slices"
	"strings"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// newFaultSheet asks before a fault; the harmless answer has the focus if the
// cluster or every MySQL server would be gone.
func newFaultSheet(s *engine.Snapshot, fault present.Fault, targets []engine.NodeID) *sheet {
	sh := &sheet{kind: sheetFault, fault: fault, targets: targets, intent: faultIntent(fault, targets, false)}
	sh.follow(s)
	if !sh.stops {
		sh.focus = 1
	}
	return sh
}

// faultIntent asks for a fault; lastCopy lifts the engine's guard, which refuses
// what would stop the cluster.
func faultIntent(fault present.Fault, targets []engine.NodeID, lastCopy bool) engine.Intent {
	switch fault {
	case present.FaultPause:
		return engine.PauseNode{Targets: targets, Lease: engine.DefaultLease, LastCopy: lastCopy}
	case present.FaultIsolate:
		return engine.IsolateNode{Targets: targets, Lease: engine.DefaultLease, LastCopy: lastCopy}
	default:
		return engine.KillNode{Targets: targets, LastCopy: lastCopy}
	}
}

// confirmed says whether the ids were typed, which is asked for where the fault
// would stop the cluster.
func (sh *sheet) confirmed() bool { return sh.needed != "" && sh.typed == sh.needed }

// follow looks at a newer snapshot. If what is asked became dangerous, the focus
// goes back to the harmless answer.
func (sh *sheet) follow(s *engine.Snapshot) {
	if sh.kind != sheetFault {
		return
	}
	blast := present.BlastOf(s, sh.fault, sh.targets, singleWidth)
	dangerous := blast.Stops || blast.NoSQL
	if dangerous && !sh.stops {
		sh.focus = 0
	}
	sh.stops = dangerous
	needed := ""
	if blast.Stops {
		needed = typedIDs(sh.targets)
	}
	if needed != sh.needed {
		sh.needed, sh.typed = needed, ""
	}
}

// typedIDs is what has to be typed to confirm: the ids, in order.
func typedIDs(ids []engine.NodeID) string {
	words := make([]string, len(ids))
	for i, id := range slices.Sorted(slices.Values(ids)) {
		words[i] = id.String()
	}
	return strings.Join(words, " ")
}

// faultDone is the remark once the fault is there.
func (sh *sheet) faultDone() string {
	said := fmt.Sprintf("%s %s", sh.fault.Past(), nodesWords(sh.targets))
	if sh.fault.Lasts() {
		said += " for " + present.LeaseWords()
	}
	return said
}

// nodesWords names nodes: "node 2", "nodes 1, 4".
func nodesWords(ids []engine.NodeID) string {
	if len(ids) == 1 {
		return fmt.Sprintf("node %d", ids[0])
	}
	return "nodes " + strings.ReplaceAll(typedIDs(ids), " ", ", ")
}
