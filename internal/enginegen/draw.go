package enginegen

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// Now is when every world was looked at.
var Now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant: Go has no literal for a time

// The sizes that are drawn.
const (
	maxGroups   = 3
	maxReplicas = 3
	maxMySQL    = 4
	maxAPI      = 2
)

// Spec draws a legal desired state.
func Spec() *rapid.Generator[engine.Spec] {
	return rapid.Custom(func(t *rapid.T) engine.Spec {
		s := engine.DefaultSpec()
		s.RonDBRunning = rapid.IntRange(0, 7).Draw(t, "running") > 0
		s.NumNodeGroups = rapid.IntRange(1, maxGroups).Draw(t, "groups")
		s.MaxReplicationFactor = rapid.IntRange(1, maxReplicas).Draw(t, "max replicas")
		s.NumTotalMysqldSlots, s.NumTotalApiSlots = maxMySQL, maxAPI
		return counts(t, s)
	})
}

// counts draws what can change while a cluster lives.
func counts(t *rapid.T, s engine.Spec) engine.Spec {
	s.ActiveReplicationFactor = rapid.IntRange(1, s.MaxReplicationFactor).Draw(t, "replicas")
	s.NumManagedMgmdVms = rapid.IntRange(1, engine.MaxManagement).Draw(t, "mgmds")
	s.NumManagedMysqldVms = rapid.IntRange(0, maxMySQL).Draw(t, "mysqlds")
	s.NumManagedApiVms = rapid.IntRange(0, maxAPI).Draw(t, "apis")
	return s
}

// Settled is the world in which a running desired state is reached.
func Settled(s engine.Spec) engine.Observed {
	o := engine.Observed{At: Now, Formed: true, Serving: true, ArbitrationReady: true, Arbitrator: s.ManagementID(0), President: 1}
	writeConfig(&o, s.Config())
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if !s.Fills(n.Slot) {
			continue
		}
		n.Status, n.Incarnation, n.FailureHandled = engine.StatusStarted, 1, true
		n.HasData = n.Kind == engine.KindData
		n.Arbitrator, n.President = n.ID == o.Arbitrator, n.ID == o.President
	}
	return o
}

// World draws a world for a desired state: what an older desired state with other
// counts has left, and what happened to it since. Without faults nothing in it is
// out of reach (paused, cut off, under a lease, unknown).
func World(s engine.Spec, faults bool) *rapid.Generator[engine.Observed] {
	return rapid.Custom(func(t *rapid.T) engine.Observed {
		switch rapid.IntRange(0, 9).Draw(t, "world") {
		case 0:
			return engine.Observed{At: Now}
		case 1:
			return neverFormed(t, counts(t, s), faults)
		}
		o := Settled(counts(t, s))
		quiet := rapid.IntRange(0, 3).Draw(t, "quiet")
		down := rapid.IntRange(0, 4).Draw(t, "whole cluster down") == 0
		for i := range o.Nodes {
			n := &o.Nodes[i]
			if down && n.Kind == engine.KindData && n.Status == engine.StatusStarted {
				n.Status = rapid.SampledFrom([]engine.NodeStatus{engine.StatusDead, engine.StatusStopped}).Draw(t, "down")
			}
			if rapid.IntRange(0, quiet).Draw(t, "ugly") == 0 {
				uglify(t, n, faults)
			}
		}
		Agree(&o)
		if o.ArbitrationReady && rapid.IntRange(0, 3).Draw(t, "arbitration") == 0 {
			o.ArbitrationReady = false
		}
		return o
	})
}

// neverFormed is a new cluster in the middle of its first start.
func neverFormed(t *rapid.T, s engine.Spec, faults bool) engine.Observed {
	o := engine.Observed{At: Now}
	writeConfig(&o, s.Config())
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if !s.Fills(n.Slot) {
			continue
		}
		n.Status = rapid.SampledFrom([]engine.NodeStatus{engine.StatusAbsent, engine.StatusStopped, engine.StatusDead, engine.StatusStarting}).Draw(t, "status")
		if n.Kind == engine.KindManagement && n.Status == engine.StatusStarting {
			n.Status = engine.StatusStarted
		}
		if n.Status == engine.StatusDead || n.Status.Running() {
			n.Incarnation = 1
		}
		if faults && rapid.IntRange(0, 9).Draw(t, "fault") == 0 {
			breakNode(t, n)
		}
	}
	return o
}

// uglify does something to a node.
func uglify(t *rapid.T, n *engine.NodeObservation, faults bool) {
	statuses := []engine.NodeStatus{engine.StatusDead, engine.StatusStopped, engine.StatusAbsent, engine.StatusStarting, engine.StatusStopping}
	n.Status = rapid.SampledFrom(statuses).Draw(t, "status")
	n.FailureHandled = rapid.Bool().Draw(t, "handled")
	n.Incarnation = uint64(rapid.IntRange(1, 3).Draw(t, "incarnation"))
	if n.Kind == engine.KindData {
		if rapid.IntRange(0, 3).Draw(t, "volume lost") == 0 {
			n.HasData = false
		}
		if !n.Active && n.Status.Running() {
			n.Status = engine.StatusStopped
		}
		if !n.Active {
			n.Stale = n.HasData
		}
	}
	if faults && rapid.IntRange(0, 3).Draw(t, "fault") == 0 {
		breakNode(t, n)
	}
}

// breakNode puts a node out of reach.
func breakNode(t *rapid.T, n *engine.NodeObservation) {
	lease := &engine.Lease{Fault: "pause", Until: Now.Add(5 * time.Second)}
	switch rapid.IntRange(0, 4).Draw(t, "kind of fault") {
	case 0:
		n.Status = engine.StatusUnknown
		n.Err = rapid.SampledFrom([]string{"", "no answer in 10 s"}).Draw(t, "error")
	case 1:
		n.Status = engine.StatusPaused
	case 2:
		n.Status, n.Lease = engine.StatusPaused, lease
	case 3:
		n.Isolated, n.Lease = true, &engine.Lease{Fault: "isolate", Until: lease.Until}
	case 4:
		n.Status, n.Lease = engine.StatusDead, &engine.Lease{Fault: "isolate", Until: lease.Until}
	}
}

// Agree makes what the cluster as a whole is follow from its nodes: it serves if
// every group has a started replica, and crashes if it does not.
func Agree(o *engine.Observed) {
	o.Serving = o.Formed && complete(o)
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind == engine.KindData && n.Status == engine.StatusStarted && !o.Serving {
			n.Status = engine.StatusDead
		}
		n.Arbitrator = n.Arbitrator && o.Serving && n.Status == engine.StatusStarted && !n.Isolated
	}
	if !slices.ContainsFunc(o.Nodes, func(n engine.NodeObservation) bool { return n.Arbitrator }) {
		o.Arbitrator, o.ArbitrationReady = 0, false
	}
}

// EndFaults lets every lasting fault end: who was frozen or cut off has died of
// it, and who could not be seen is seen again.
func EndFaults(o *engine.Observed) {
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if faulty(o, n) && n.Status != engine.StatusAbsent && n.Status != engine.StatusStopped {
			n.Status = engine.StatusDead
		}
		n.Isolated, n.Lease, n.Err = false, nil, ""
	}
	Agree(o)
}

// Clone copies a world, so that a copy can be changed.
func Clone(o engine.Observed) engine.Observed {
	o.Nodes = slices.Clone(o.Nodes)
	return o
}

// Enumerate visits every choice of one option of each of several.
func Enumerate(options []int, visit func(choice []int)) {
	choice := make([]int, len(options))
	for {
		visit(choice)
		i := 0
		for i < len(choice) && choice[i] == options[i]-1 {
			choice[i] = 0
			i++
		}
		if i == len(choice) {
			return
		}
		choice[i]++
	}
}
