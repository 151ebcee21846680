package tui

import (
	"fmt"
	"time"

	"rondb-tui/engine"
)

// noon is when every scene plays.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// sceneCluster is a healthy, loaded 2x2 cluster; change makes a scene of it.
func sceneCluster(change ...func(*engine.Snapshot)) *engine.Snapshot {
	s := &engine.Snapshot{Rev: 1, At: noon}
	c := &s.Cluster
	c.Name, c.Driver, c.Simulated, c.Seed = "demo", "sim", true, 7
	c.Spec = engine.DefaultSpec()
	c.Revision, c.State = 1, engine.AtDesiredState
	c.Observed = engine.Observed{
		At: noon, Formed: true, Serving: true, President: 1, Arbitrator: 65, ArbitrationReady: true,
		Config: &engine.ClusterConfig{NodeGroups: 2, MaxReplicas: 3},
	}
	for _, slot := range c.Spec.Slots() {
		c.Observed.Nodes = append(c.Observed.Nodes, sceneNode(&c.Spec, slot))
	}
	for i, text := range []string{"cluster demo started", "data node 1 is the president", "first write verified through 67 and 68"} {
		c.Events = append(c.Events, engine.Event{
			Seq: uint64(i + 1), At: noon.Add(time.Duration(i-9) * time.Second), Actor: engine.ActorEngine, Text: text,
		})
	}
	sceneLoad(s)
	for _, one := range change {
		one(s)
	}
	c.Groups = c.Observed.Groups()
	c.Health = engine.HealthOf(&c.Spec, &c.Observed)
	return s
}

func sceneNode(spec *engine.Spec, slot engine.Slot) engine.NodeObservation {
	n := engine.NodeObservation{Slot: slot, Status: engine.StatusAbsent}
	if !spec.Fills(slot) {
		return n
	}
	n.Status, n.Active, n.Version, n.Incarnation = engine.StatusStarted, true, "24.10.0", 1
	n.StartedAt = noon.Add(-12 * time.Minute)
	n.President, n.Arbitrator = slot.ID == 1, slot.ID == 65
	switch slot.Kind {
	case engine.KindData:
		n.HasData, n.MemoryTotal, n.MemoryUsed, n.Rows = true, 2400<<20, 744<<20, 12_345
	case engine.KindMySQL:
		n.Address = fmt.Sprintf("127.0.0.1:%d", 15_000+slot.Replica)
	case engine.KindManagement, engine.KindAPI:
	}
	return n
}

func sceneLoad(s *engine.Snapshot) {
	l := &s.Load
	l.Workload, l.Running, l.Rate, l.Clients = "bank", true, 200, 8
	l.OpsPerSecond, l.P50, l.P95, l.P99, l.Max = 198, 1100*time.Microsecond, 3*time.Millisecond, 7900*time.Microsecond, 41*time.Millisecond
	l.Ledger = engine.LedgerView{
		Acked: 1_284_331, Verified: 1_284_298, Unknown: 3, UnknownPresent: 2, UnknownAbsent: 1,
		Verdict: engine.VerdictPass, Audits: 2, LastAudit: noon.Add(-40 * time.Second), Total: 100_000, TotalWanted: 100_000,
	}
	l.Servers = []engine.ServerLoad{{Node: 67, Up: true, OpsPerSecond: 99}, {Node: 68, Up: true, OpsPerSecond: 99}}
	for i := range 90 {
		sample := engine.LoadSample{At: noon.Add(time.Duration(i-90) * time.Second), Ops: 190 + i%7*3, P99: 8 * time.Millisecond}
		if i >= 60 && i < 63 {
			sample.Ops, sample.P99, sample.Errors = (i-60)*20, 800*time.Millisecond, 30
		}
		l.Samples = append(l.Samples, sample)
	}
}

// nodeIn finds a node of a scene to change it.
func nodeIn(s *engine.Snapshot, id engine.NodeID) *engine.NodeObservation {
	n, found := s.Cluster.Observed.Node(id)
	if !found {
		panic(fmt.Sprintf("the scene has no node %d", id))
	}
	return n
}

func sceneEvent(s *engine.Snapshot, actor string, node engine.NodeID, severity engine.Severity, text string) {
	seq := uint64(len(s.Cluster.Events) + 1)
	s.Cluster.Events = append(s.Cluster.Events, engine.Event{
		Seq: seq, At: s.At.Add(-time.Second), Actor: actor, Node: node, Severity: severity, Text: text,
	})
}

// killed is one data node dead, and the engine about to bring it back.
func killed(s *engine.Snapshot) {
	n := nodeIn(s, 5)
	n.Status, n.Err, n.StartedAt = engine.StatusDead, "killed by signal 9", time.Time{}
	s.Cluster.State = engine.WorkingTowards
	s.Cluster.Waiting = []string{"data node 5 is dead: its failure is being handled"}
	sceneEvent(s, engine.ActorYou, 5, engine.SeverityInfo, "kill data node 5")
	sceneEvent(s, engine.ActorNode, 4, engine.SeverityAlert, "Node 5 disconnected \x1b[31m\x1b]0;owned\a\r\nby signal")
	scenePlan(s, engine.StepRunning)
	s.Load.Errors = engine.LoadErrors{Temporary: 41, Unknown: 3}
	s.Load.LastBlackout = 740 * time.Millisecond
	s.Load.Incidents = []engine.Incident{{
		Measured: true,
		ID:       1, Fault: "kill data node 5", Nodes: []engine.NodeID{5}, At: noon.Add(-30 * time.Second),
		Blackout: 740 * time.Millisecond, Brownout: 740 * time.Millisecond, Acked: 1_284_331,
		Errors: engine.LoadErrors{Temporary: 41, Unknown: 3}, Open: true,
	}}
}

// scenePlan is the plan that brings data node 5 back.
func scenePlan(s *engine.Snapshot, last engine.StepState) {
	slot := nodeIn(s, 5).Slot
	plan := engine.Plan{Revision: 1, Steps: []engine.Step{
		{ID: 1, Action: engine.AwaitFailureHandled{Slot: slot}, Cause: "data node 5 is dead"},
		{ID: 2, Action: engine.StartNode{Slot: slot}, After: []engine.StepID{1}, Cause: "data node 5 is wanted and dead"},
		{ID: 3, Action: engine.AwaitStarted{Slot: slot}, After: []engine.StepID{2}, Cause: "data node 5 was started"},
	}}
	plan.Seal()
	s.Cluster.Run = engine.RunView{
		Plan: plan, Done: 2, Active: true, Started: noon.Add(-4 * time.Second),
		Steps: []engine.StepView{
			{State: engine.StepDone, Started: noon.Add(-4 * time.Second), Finished: noon.Add(-3800 * time.Millisecond)},
			{State: engine.StepDone, Started: noon.Add(-3800 * time.Millisecond), Finished: noon.Add(-3 * time.Second)},
			{State: last, Started: noon.Add(-3 * time.Second)},
		},
	}
}

// copying is the killed node on its way back.
func copying(s *engine.Snapshot) {
	killed(s)
	n := nodeIn(s, 5)
	n.Status, n.Err, n.StartPhase, n.Progress, n.Doing = engine.StatusStarting, "", 5, 0.41, "copying fragments from node 4"
	n.StartedAt = noon.Add(-22 * time.Second)
	s.Cluster.Waiting = []string{"data node 5 is in start phase 5: copying fragments from node 4"}
}

// arrow is an event with a character that not every terminal has.
func arrow(s *engine.Snapshot) {
	sceneEvent(s, engine.ActorYou, 0, engine.SeverityInfo, "revision 2: API nodes 0 → 1")
}

// down is a whole node group gone.
func down(s *engine.Snapshot) {
	killed(s)
	for _, id := range []engine.NodeID{1, 2, 4, 5} {
		n := nodeIn(s, id)
		n.Status, n.President, n.StartedAt = engine.StatusDead, false, time.Time{}
	}
	s.Cluster.Observed.Serving, s.Cluster.Observed.President, s.Cluster.Observed.ArbitrationReady = false, 0, false
	s.Load.OpsPerSecond, s.Load.Reason = 0, "no MySQL server can commit"
}

// booting is a cluster on its way up: the management server runs, the data
// nodes start.
func booting(s *engine.Snapshot) {
	c := &s.Cluster
	c.State, c.Waiting = engine.WorkingTowards, []string{"data nodes 1, 2, 4, 5 are starting"}
	c.Observed.Formed, c.Observed.Serving, c.Observed.ArbitrationReady = false, false, false
	c.Observed.President, c.Observed.Arbitrator = 0, 0
	plan := engine.Plan{Revision: 1}
	for i := range c.Observed.Nodes {
		n := &c.Observed.Nodes[i]
		n.President, n.Arbitrator = false, false
		switch {
		case n.Status == engine.StatusStarted && n.Kind == engine.KindData:
			n.Status, n.StartPhase, n.Progress, n.Doing, n.StartedAt = engine.StatusStarting, 4, 0.6, "waiting for the others", noon.Add(-3*time.Second)
			plan.Steps = append(plan.Steps, engine.Step{Action: engine.AwaitStarted{Slot: n.Slot}, Cause: "data nodes start together"})
		case n.Status == engine.StatusStarted && n.Kind == engine.KindMySQL:
			n.Status, n.StartedAt = engine.StatusAbsent, time.Time{}
			plan.Steps = append(plan.Steps, engine.Step{Action: engine.StartNode{Slot: n.Slot}, Cause: "MySQL servers come after the data nodes"})
		case n.Status == engine.StatusStarted:
			plan.Steps = append([]engine.Step{{Action: engine.StartNode{Slot: n.Slot}, Cause: "management servers come first"}}, plan.Steps...)
		}
	}
	run := engine.RunView{Plan: plan, Active: true, Done: 1, Started: noon.Add(-5 * time.Second)}
	for i := range plan.Steps {
		run.Plan.Steps[i].ID = engine.StepID(i + 1)
		view := engine.StepView{State: engine.StepRunning, Started: noon.Add(-3 * time.Second)}
		switch {
		case i == 0:
			view = engine.StepView{State: engine.StepDone, Started: noon.Add(-5 * time.Second), Finished: noon.Add(-4 * time.Second)}
		case i > 4:
			view = engine.StepView{State: engine.StepWaiting}
		}
		run.Steps = append(run.Steps, view)
	}
	c.Run = run
	c.Events = nil
	sceneEvent(s, engine.ActorNode, 1, engine.SeverityInfo, "Start phase 3 completed (initial start)")
	sceneEvent(s, engine.ActorNode, 65, engine.SeverityInfo, "Node 1: Start phase 4")
	s.Load = engine.LoadView{Workload: "bank", Reason: "the cluster does not serve yet", Ledger: engine.LedgerView{Verdict: engine.VerdictUnsure}}
}

// thirdReplica is the preview of one more replica.
func thirdReplica(s *engine.Snapshot) engine.Preview {
	spec := s.Cluster.Spec.Apply(engine.Scale{Target: engine.ScaleReplicas, Delta: 1})
	p := engine.Preview{Spec: spec, Base: s.Cluster.Revision, Plan: engine.Plan{Revision: 2}, At: noon}
	for _, id := range []engine.NodeID{3, 6} {
		slot := nodeIn(s, id).Slot
		at := engine.StepID(len(p.Plan.Steps))
		p.Plan.Steps = append(p.Plan.Steps,
			engine.Step{ID: at + 1, Action: engine.CreateNode{Slot: slot}, Cause: "a third replica is wanted"},
			engine.Step{ID: at + 2, Action: engine.ActivateNode{Slot: slot}, After: []engine.StepID{at + 1}, Cause: "the slot is inactive"},
			engine.Step{ID: at + 3, Action: engine.StartNode{Slot: slot, Initial: true}, After: []engine.StepID{at + 2}, Cause: "it has to copy its fragments"},
			engine.Step{ID: at + 4, Action: engine.AwaitStarted{Slot: slot}, After: []engine.StepID{at + 3}, Cause: "one replica at a time"})
	}
	p.Plan.Seal()
	return p
}
