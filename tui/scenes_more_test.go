package tui

import (
	"time"

	"rondb-tui/engine"
)

// leased is a cluster under lasting faults: a data node paused, a MySQL server
// cut off, and a data node that ended while it was.
func leased(s *engine.Snapshot) {
	killed(s)
	paused := nodeIn(s, 2)
	paused.Status, paused.Lease = engine.StatusPaused, &engine.Lease{Fault: "pause", Until: noon.Add(43 * time.Second)}
	cut := nodeIn(s, 68)
	cut.Isolated, cut.Lease = true, &engine.Lease{Fault: "isolate", Until: noon.Add(20 * time.Second)}
	ended := nodeIn(s, 5)
	ended.Isolated, ended.Lease = true, &engine.Lease{Fault: "isolate", Until: noon.Add(5 * time.Second)}
	ended.Err = "Node lost connection to other nodes and can not form a unpartitioned cluster (2305)"
}

// stopped is a cluster that is not to run.
func stopped(s *engine.Snapshot) {
	s.Cluster.Spec.RonDBRunning, s.Cluster.Revision = false, 2
	for i := range s.Cluster.Observed.Nodes {
		n := &s.Cluster.Observed.Nodes[i]
		if n.Status == engine.StatusStarted {
			n.Status, n.President, n.Arbitrator, n.StartedAt = engine.StatusStopped, false, false, time.Time{}
		}
	}
	o := &s.Cluster.Observed
	o.Serving, o.President, o.Arbitrator, o.ArbitrationReady = false, 0, 0, false
	s.Load.Running, s.Load.OpsPerSecond, s.Load.Reason = false, 0, "the cluster is stopped"
}

// third is a cluster that has just got a third replica.
func third(s *engine.Snapshot) {
	s.Cluster.Spec.ActiveReplicationFactor, s.Cluster.Revision = 3, 2
	for _, id := range []engine.NodeID{3, 6} {
		n := nodeIn(s, id)
		*n = sceneNode(&s.Cluster.Spec, n.Slot)
	}
}

// secondReplica is the preview of an undo of third.
func secondReplica(s *engine.Snapshot) engine.Preview {
	spec := s.Cluster.Spec.Apply(engine.Scale{Target: engine.ScaleReplicas, Delta: -1})
	spec.ID = 3
	p := engine.Preview{Spec: spec, Base: s.Cluster.Revision, Plan: engine.Plan{Revision: 3}, At: noon}
	for _, id := range []engine.NodeID{3, 6} {
		slot := nodeIn(s, id).Slot
		at := engine.StepID(len(p.Plan.Steps))
		p.Plan.Steps = append(p.Plan.Steps,
			engine.Step{ID: at + 1, Action: engine.StopNode{Slot: slot}, Cause: "two replicas are wanted"},
			engine.Step{ID: at + 2, Action: engine.DeactivateNode{Slot: slot}, After: []engine.StepID{at + 1}, Cause: "the slot goes out of use"})
	}
	p.Plan.Seal()
	return p
}
