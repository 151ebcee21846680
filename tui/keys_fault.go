package tui

import (
	"fmt"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// faultCommands break nodes, and mend them.
func faultCommands() []command {
	ask := func(fault present.Fault) func(*engine.Snapshot, *ui) action {
		return func(s *engine.Snapshot, u *ui) action { return openSheet{newFaultSheet(s, fault, u.targets())} }
	}
	return []command{
		{
			binding: bind("K", "kill", "K"), section: sectionBreak, foot: footNode, danger: true,
			about: "kill -9: the process of the selected node, or of all marked ones at the same moment (shows first what that would do)",
			why:   whyNoKill, do: ask(present.FaultKill),
		},
		{
			binding: bind("P", "pause", "P"), section: sectionBreak, foot: footNode, danger: true,
			about: "pause the process of the selected node, or of all marked ones, for " + present.LeaseWords() +
				" (shows first what that would do); paused ones resume at once",
			label: func(s *engine.Snapshot, u *ui) string {
				if allPaused(s, u.targets()) {
					return "resume"
				}
				return "pause"
			},
			why: whyNoPause, do: pauseOrResume,
		},
		{
			binding: bind("I", "isolate", "I"), section: sectionBreak, foot: footNode, danger: true,
			about: "isolate the selected node, or each marked one, from all others for " + present.LeaseWords() +
				" (shows first what that would do)",
			why: whyNoIsolate, do: ask(present.FaultIsolate),
		},
		{
			binding: bind("X", "heal all", "X"), section: sectionBreak, foot: footScreen,
			about: "heal every lasting fault now",
			label: func(s *engine.Snapshot, _ *ui) string {
				if present.AnyFault(s) {
					return "heal all"
				}
				return "" // nothing to heal is known of
			},
			do: func(*engine.Snapshot, *ui) action { return submitNow{engine.HealFaults{}, "every fault is healed"} },
		},
	}
}

// pauseOrResume asks before a pause; to resume is harmless.
func pauseOrResume(s *engine.Snapshot, u *ui) action {
	targets := u.targets()
	if !allPaused(s, targets) {
		return openSheet{newFaultSheet(s, present.FaultPause, targets)}
	}
	clear(u.marked)
	return submitNow{engine.ResumeNode{Targets: targets}, "resumed " + nodesWords(targets)}
}

// allPaused says whether there are nodes and each is paused.
func allPaused(s *engine.Snapshot, ids []engine.NodeID) bool {
	for _, id := range ids {
		if n, found := s.Cluster.Observed.Node(id); !found || n.Status != engine.StatusPaused {
			return false
		}
	}
	return len(ids) > 0
}

func whyNoKill(s *engine.Snapshot, u *ui) string { return whyNoFault(s, u, present.FaultKill) }

func whyNoPause(s *engine.Snapshot, u *ui) string {
	if allPaused(s, u.targets()) {
		return ""
	}
	return whyNoFault(s, u, present.FaultPause)
}

func whyNoIsolate(s *engine.Snapshot, u *ui) string { return whyNoFault(s, u, present.FaultIsolate) }

// whyNoFault says which of the nodes a fault would have no effect on.
func whyNoFault(s *engine.Snapshot, u *ui, fault present.Fault) string {
	targets := u.targets()
	if len(targets) == 0 {
		return "select a node first"
	}
	for _, id := range targets {
		n, found := s.Cluster.Observed.Node(id)
		switch {
		case !found || !n.Status.Running():
			return fmt.Sprintf("node %d has no process to %s", id, fault.Verb())
		case fault == present.FaultPause && n.Status == engine.StatusPaused:
			return fmt.Sprintf("node %d is paused already", id)
		case fault == present.FaultIsolate && n.Isolated:
			return fmt.Sprintf("node %d is isolated already (X heals it)", id)
		}
	}
	return ""
}
