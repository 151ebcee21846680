package engine

import "time"

// ReconciliationState is which of its three states the engine is in.
type ReconciliationState string

// The reconciliation states, in managed RonDB's words.
const (
	AtDesiredState ReconciliationState = "AT_DESIRED_STATE"
	WorkingTowards ReconciliationState = "WORKING_TOWARDS_DESIRED_STATE"
	ErrorState     ReconciliationState = "ERROR_STATE"
)

// Health is the cluster's health in one word.
type Health string

// The words for health.
const (
	Healthy  Health = "healthy"
	AtRisk   Health = "at_risk" // serving, but some node group has lost redundancy, or no arbitrator stands ready
	Down     Health = "down"
	Starting Health = "starting"
	Stopped  Health = "stopped"
)

// Snapshot is everything a view needs. It is immutable and shared by pointer.
type Snapshot struct {
	Rev     uint64 // rises with every published snapshot
	At      time.Time
	Cluster ClusterView
	Load    LoadView
}

// ClusterView is the cluster as the engine knows it.
type ClusterView struct {
	Name      ClusterName
	Driver    string // "sim", "docker"
	Simulated bool
	Seed      uint64

	Revision Revision
	Spec     Spec
	State    ReconciliationState
	Reason   string // why the state is what it is: the last error, or what is waited for
	Health   Health
	Observed Observed
	Groups   []GroupView

	Run     RunView
	Waiting []string // why the desired state is not reached yet, sentences
	Notices []Notice
	Events  []Event // newest last, at most MaxRecentEvents
}

// GroupView is the redundancy of one node group.
type GroupView struct {
	ID            GroupID
	Nodes         []NodeID // active slots
	Started       int
	MayLose       int // how many may go one after another, with time in between
	MayLoseAtOnce int // how many may go at the same moment, by the arbitration rules
}

// StepState is how far a step of the running plan is.
type StepState string

// The states of a step.
const (
	StepWaiting StepState = "waiting"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped"
)

// RunView is the plan that runs, or the last that ran.
type RunView struct {
	Plan     Plan
	Steps    []StepView // one for each step of the plan
	Done     int
	Active   bool
	Attempt  int // failed runs in a row before this one
	Started  time.Time
	Finished time.Time
}

// StepView is the state of one step.
type StepView struct {
	State    StepState
	Started  time.Time
	Finished time.Time
	Err      string
}

// LoadView is the workload and its ledger.
type LoadView struct {
	Workload string // "bank", "kv", "none"
	Running  bool
	Reason   string // why it does not run, or what the generator is waiting for
	Rate     int    // operations per second, intended
	Clients  int

	OpsPerSecond float64
	P50          time.Duration // from the intended send time, over the last few seconds
	P95          time.Duration
	P99          time.Duration
	Max          time.Duration

	Ledger       LedgerView
	Errors       LoadErrors
	Servers      []ServerLoad
	Samples      []LoadSample // one a second, oldest first, at most MaxLoadSamples
	Incidents    []Incident   // oldest first, at most MaxIncidents
	LastBlackout time.Duration
}

// LedgerVerdict is what the ledger can claim.
type LedgerVerdict string

// The verdicts.
const (
	VerdictPass   LedgerVerdict = "PASS"
	VerdictFail   LedgerVerdict = "FAIL"
	VerdictUnsure LedgerVerdict = "UNSURE"
)

// LedgerView counts the outcomes of writes. Counters are totals since the start.
type LedgerView struct {
	Acked          uint64
	Verified       uint64 // acknowledged and read back through another MySQL server
	SelfVerified   uint64 // of those: through the writer's own, there being no other
	Failed         uint64 // surely not applied
	Unknown        uint64 // the reply was lost around commit; both results are legal
	UnknownPresent uint64
	UnknownAbsent  uint64
	NotSent        uint64
	Lost           uint64
	RolledBack     uint64 // gone with a system restart, by design
	Duplicated     uint64
	Torn           uint64
	Resurrected    uint64 // surely failed, yet found
	Total          int64  // bank: the total found by the last audit
	TotalWanted    int64
	Audits         int
	LastAudit      time.Time
	Verdict        LedgerVerdict
}

// LoadErrors counts failed operations by class.
type LoadErrors struct {
	Temporary uint64 // 1297, 1205: retried
	Permanent uint64
	Unknown   uint64 // outcome not known
	Refused   uint64 // no connection
}

// ServerLoad is the load through one MySQL server.
type ServerLoad struct {
	Node         NodeID
	Up           bool
	OpsPerSecond float64
	Errors       uint64
}

// LoadSample is one second of load.
type LoadSample struct {
	At     time.Time
	Ops    int
	Errors int
	P50    time.Duration
	P99    time.Duration
}

// Incident is what one fault did to the clients.
type Incident struct {
	ID         int
	Fault      string // "kill data node 5"
	Nodes      []NodeID
	At         time.Time
	Blackout   time.Duration // longest time with no success in any path
	Brownout   time.Duration // longest time with some path down
	Errors     LoadErrors
	Acked      uint64
	Lost       uint64
	RolledBack uint64
	Measured   bool // the load ran: without it a blackout of 0 says nothing
	Overlaps   int  // the incident measured at the same time, whose share cannot be told apart; 0 none
	Open       bool // still being measured
}
