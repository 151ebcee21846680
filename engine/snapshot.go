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
	Rev     uint64    // rises with every published snapshot
	At      time.Time `json:",omitzero"`
	Cluster ClusterView
	Load    LoadView `json:",omitzero"`
}

// ClusterView is the cluster as the engine knows it.
type ClusterView struct {
	Name      ClusterName
	Driver    string // "sim", "docker"
	Simulated bool   `json:",omitzero"`
	Seed      uint64 `json:",omitzero"`

	Revision Revision `json:",omitzero"`
	Spec     Spec
	State    ReconciliationState `json:",omitzero"`
	Reason   string              `json:",omitzero"` // why the state is what it is: the last error, or what is waited for
	Health   Health              `json:",omitzero"`
	Observed Observed
	Groups   []GroupView `json:",omitzero"`

	Run     RunView  `json:",omitzero"`
	Waiting []string `json:",omitzero"` // why the desired state is not reached yet, sentences
	Notices []Notice `json:",omitzero"`
	Events  []Event  `json:",omitzero"` // newest last, at most MaxRecentEvents
}

// GroupView is the redundancy of one node group.
type GroupView struct {
	ID            GroupID
	Nodes         []NodeID `json:",omitzero"` // active slots
	Started       int      `json:",omitzero"`
	MayLose       int      `json:",omitzero"` // how many may go one after another, with time in between
	MayLoseAtOnce int      `json:",omitzero"` // how many may go at the same moment, by the arbitration rules
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
	Plan     Plan       `json:",omitzero"`
	Steps    []StepView `json:",omitzero"` // one for each step of the plan
	Done     int        `json:",omitzero"`
	Active   bool       `json:",omitzero"`
	Attempt  int        `json:",omitzero"` // failed runs in a row before this one
	Started  time.Time  `json:",omitzero"`
	Finished time.Time  `json:",omitzero"`
}

// StepView is the state of one step.
type StepView struct {
	State    StepState
	Started  time.Time `json:",omitzero"`
	Finished time.Time `json:",omitzero"`
	Err      string    `json:",omitzero"`
}

// LoadView is the workload and its ledger.
type LoadView struct {
	Workload string `json:",omitzero"` // "bank", "kv", "none"
	Ready    bool   `json:",omitzero"` // a row has gone through every MySQL server since the engine started
	Running  bool   `json:",omitzero"`
	Reason   string `json:",omitzero"` // why it does not run, or what the generator is waiting for
	Rate     int    `json:",omitzero"` // operations per second, intended
	Clients  int    `json:",omitzero"`

	OpsPerSecond float64       `json:",omitzero"`
	P50          time.Duration `json:",omitzero"` // from the intended send time, over the last few seconds
	P95          time.Duration `json:",omitzero"`
	P99          time.Duration `json:",omitzero"`
	Max          time.Duration `json:",omitzero"`

	Ledger       LedgerView    `json:",omitzero"`
	Errors       LoadErrors    `json:",omitzero"`
	Servers      []ServerLoad  `json:",omitzero"`
	Samples      []LoadSample  `json:",omitzero"` // one a second, oldest first, at most MaxLoadSamples
	Incidents    []Incident    `json:",omitzero"` // oldest first, at most MaxIncidents
	LastBlackout time.Duration `json:",omitzero"`
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
	Acked          uint64        `json:",omitzero"`
	Verified       uint64        `json:",omitzero"` // acknowledged and read back through another MySQL server
	SelfVerified   uint64        `json:",omitzero"` // of those: through the writer's own, there being no other
	Failed         uint64        `json:",omitzero"` // surely not applied
	Unknown        uint64        `json:",omitzero"` // the reply was lost around commit; both results are legal
	UnknownPresent uint64        `json:",omitzero"`
	UnknownAbsent  uint64        `json:",omitzero"`
	NotSent        uint64        `json:",omitzero"`
	Lost           uint64        `json:",omitzero"`
	RolledBack     uint64        `json:",omitzero"` // gone with a system restart, by design
	Duplicated     uint64        `json:",omitzero"`
	Torn           uint64        `json:",omitzero"`
	Resurrected    uint64        `json:",omitzero"` // surely failed, yet found
	Total          int64         `json:",omitzero"` // bank: the total found by the last audit
	TotalWanted    int64         `json:",omitzero"`
	Audits         int           `json:",omitzero"`
	LastAudit      time.Time     `json:",omitzero"`
	Verdict        LedgerVerdict `json:",omitzero"`
}

// LoadErrors counts failed operations by class.
type LoadErrors struct {
	Temporary uint64 `json:",omitzero"` // 1297, 1205: retried
	Permanent uint64 `json:",omitzero"`
	Unknown   uint64 `json:",omitzero"` // outcome not known
	Refused   uint64 `json:",omitzero"` // no connection
}

// ServerLoad is the load through one MySQL server.
type ServerLoad struct {
	Node         NodeID
	Up           bool    `json:",omitzero"`
	OpsPerSecond float64 `json:",omitzero"`
	Errors       uint64  `json:",omitzero"`
}

// LoadSample is one second of load.
type LoadSample struct {
	At     time.Time
	Ops    int           `json:",omitzero"`
	Errors int           `json:",omitzero"`
	P50    time.Duration `json:",omitzero"`
	P99    time.Duration `json:",omitzero"`
}

// Incident is what one fault did to the clients.
type Incident struct {
	ID         int
	Fault      string   // "kill data node 5"
	Nodes      []NodeID `json:",omitzero"`
	At         time.Time
	Blackout   time.Duration `json:",omitzero"` // longest time with no success in any path
	Brownout   time.Duration `json:",omitzero"` // longest time with some path down
	Errors     LoadErrors    `json:",omitzero"`
	Acked      uint64        `json:",omitzero"`
	Lost       uint64        `json:",omitzero"`
	RolledBack uint64        `json:",omitzero"`
	Measured   bool          `json:",omitzero"` // the load ran: without it a blackout of 0 says nothing
	Overlaps   int           `json:",omitzero"` // the incident measured at the same time, whose share cannot be told apart; 0 none
	Open       bool          `json:",omitzero"` // still being measured
}
