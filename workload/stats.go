package workload

import "time"

// Verdict is what the ledger can claim.
type Verdict string

// The verdicts.
const (
	Pass   Verdict = "PASS"
	Fail   Verdict = "FAIL"
	Unsure Verdict = "UNSURE" // a suspicion is open, or verification lags
)

// Stats is the load at one moment. It is immutable.
type Stats struct {
	Kind    Kind
	Running bool
	Reason  string // why it does not run, or what it waits for
	Rate    int    // operations per second, intended
	Clients int

	OpsPerSecond float64
	P50          time.Duration // from the intended send time, over the last windowLength seconds
	P95          time.Duration
	P99          time.Duration
	Max          time.Duration

	Ledger       LedgerStats
	Errors       Errors
	OpsFailed    uint64 // operations that failed after the one retry, or could not be retried
	Servers      []ServerStats
	Samples      []Sample   // oldest first, at most MaxSamples
	Incidents    []Incident // oldest first, at most MaxIncidents
	LastBlackout time.Duration
	Findings     []Finding // oldest first, at most MaxFindings
}

// LedgerStats counts receipts by their outcome, since the start.
type LedgerStats struct {
	Acked          uint64
	Verified       uint64 // acknowledged and read back through another MySQL server
	SelfVerified   uint64 // of those: only through the writer's own, there being no other
	Failed         uint64 // surely not applied
	Unknown        uint64
	UnknownPresent uint64
	UnknownAbsent  uint64
	NotSent        uint64 // operations that were not sent
	Lost           uint64
	RolledBack     uint64 // gone with a system restart, by design
	Duplicated     uint64
	Torn           uint64
	Resurrected    uint64 // surely failed, yet found
	Late           uint64 // acknowledged, missed by one read, found by a later one
	Suspects       int    // acknowledged, missed by one read so far
	OldestOpen     time.Duration
	Total          int64 // bank: the total of the last complete read
	TotalWanted    int64
	Audits         int
	LastAudit      time.Time
	Verdict        Verdict
}

// Errors counts failed attempts by class.
type Errors struct {
	Temporary uint64
	Permanent uint64
	Unknown   uint64
	Refused   uint64
}

func (e *Errors) add(c Class) {
	switch c {
	case Temporary:
		e.Temporary++
	case Permanent:
		e.Permanent++
	case Unknown:
		e.Unknown++
	case Refused:
		e.Refused++
	}
}

// minus gives what was added since an earlier count.
func (e Errors) minus(earlier Errors) Errors {
	return Errors{
		Temporary: e.Temporary - earlier.Temporary,
		Permanent: e.Permanent - earlier.Permanent,
		Unknown:   e.Unknown - earlier.Unknown,
		Refused:   e.Refused - earlier.Refused,
	}
}

// ServerStats is the load through one MySQL server.
type ServerStats struct {
	Node         int
	Up           bool
	OpsPerSecond float64
	Errors       uint64
}

// Sample is one second of load.
type Sample struct {
	At     time.Time
	Ops    int
	Errors int
	P50    time.Duration
	P99    time.Duration
}

// Incident is what one fault did to the clients. Gaps are measured between the
// ends of successful operations, so the rate of the load is their resolution.
type Incident struct {
	ID         int
	Fault      string
	Nodes      []int
	At         time.Time
	Blackout   time.Duration // longest time with no success through any server
	Brownout   time.Duration // longest time with some server failing
	Errors     Errors
	Acked      uint64
	Lost       uint64
	RolledBack uint64
	Measured   bool // the load ran: without it a blackout of 0 says nothing
	Overlaps   int  // the incident measured at the same time, whose share cannot be told apart; 0 none
	Open       bool
}

// Name is what a finding of the ledger is called.
type Name string

// The names of findings.
const (
	Lost        Name = "LOST"
	Duplicated  Name = "DUPLICATED"
	Torn        Name = "TORN"
	Resurrected Name = "RESURRECTED"
	Late        Name = "LATE"
)

// Finding is one thing the ledger found wrong. Writer is -1 where no single
// receipt explains it.
type Finding struct {
	Name   Name
	Writer int
	Seq    int64
	At     time.Time
	Text   string
}

// AuditReport is the result of one audit.
type AuditReport struct {
	At          time.Time
	Servers     []int // through which the complete reads went
	Receipts    int   // compared one by one
	Rows        int   // recomputed from receipts
	Total       int64
	TotalWanted int64
	Findings    []Finding // what this audit found, at most MaxFindings
	Ledger      LedgerStats
}
