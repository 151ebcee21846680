package plan

import (
	"time"

	"rondb-tui/engine"
)

// Input is everything a plan depends on.
type Input struct {
	Spec     engine.Spec // a legal desired state: package validate has accepted it
	Revision engine.Revision
	Observed engine.Observed
	// Restarts are the operator's open requests: a node, and the incarnation that
	// is to be left behind. One is met when the node is started in another.
	Restarts map[engine.NodeID]uint64
	Now      time.Time // when the observation is judged: which leases still hold
}

// Make plans the whole way from what is observed to the desired state. An empty
// plan with nothing waiting in the report means that it is reached.
func Make(in Input) (engine.Plan, engine.Report) {
	p := newPlanner(in)
	passes := runningPasses()
	if !in.Spec.RonDBRunning {
		passes = stoppedPasses()
	}
	p.report.Passes = make([]engine.PassReport, len(passes))
	for i := range passes {
		p.pass = &p.report.Passes[i]
		p.pass.Pass = passes[i].name
		passes[i].run(p)
	}
	p.plan.Seal()
	return p.plan, p.report
}

// pass is one concern of the planner. Passes run in order, and each sees the
// world as the steps planned so far will leave it.
type pass struct {
	name string
	run  func(*planner)
}

// runningPasses are what a running cluster needs, the later depending on the
// earlier: nothing starts without a management server, clients need data nodes,
// and what only tidies up comes last.
func runningPasses() []pass {
	return []pass{
		{"configuration", (*planner).configuration},
		{"management servers", (*planner).managementServers},
		{"data nodes", (*planner).dataNodes},
		{"replicas", (*planner).replicas},
		{"MySQL servers", (*planner).mysqlServers},
		{"API nodes", (*planner).apiNodes},
		{"surplus management servers", (*planner).surplusManagementServers},
		{"restarts", (*planner).restarts},
	}
}

// stoppedPasses are what a stopped cluster needs.
func stoppedPasses() []pass {
	return []pass{{"full stop", (*planner).fullStop}}
}
