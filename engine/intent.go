package engine

import "time"

// Intent is something a person or a script asked for. The set is sealed.
type Intent interface{ isIntent() }

// SetSpec replaces the desired state.
type SetSpec struct {
	Spec   Spec
	Source string // where it came from, for the log: a file name, "scale"
}

// Scale changes one count of the desired state by Delta.
type Scale struct {
	Target ScaleTarget
	Delta  int
}

// RestartNode asks for an orderly restart of one node.
type RestartNode struct{ Target NodeID }

// KillNode asks for a SIGKILL of each node at the same moment.
type KillNode struct{ Targets []NodeID }

// RetryNow leaves ERROR_STATE and tries again.
type RetryNow struct{}

// SetLoad starts, stops or adjusts the workload. Nil fields stay as they are.
type SetLoad struct {
	Running *bool
	Rate    *int // operations per second, intended
	Clients *int
}

// AuditLoad asks for a full audit of the ledger now.
type AuditLoad struct{}

func (SetSpec) isIntent()     {}
func (Scale) isIntent()       {}
func (RestartNode) isIntent() {}
func (KillNode) isIntent()    {}
func (RetryNow) isIntent()    {}
func (SetLoad) isIntent()     {}
func (AuditLoad) isIntent()   {}

// ScaleTarget is a count of the desired state.
type ScaleTarget string

// What can be scaled.
const (
	ScaleReplicas   ScaleTarget = "replicas"
	ScaleMySQL      ScaleTarget = "mysqlds"
	ScaleManagement ScaleTarget = "mgmds"
	ScaleAPI        ScaleTarget = "apis"
	ScaleGroups     ScaleTarget = "groups"
)

// Apply gives the desired state that a change asks for. It does not judge it:
// package validate does.
func (s Spec) Apply(change Scale) Spec {
	next := s.Clone()
	switch change.Target {
	case ScaleReplicas:
		next.ActiveReplicationFactor += change.Delta
	case ScaleMySQL:
		next.NumManagedMysqldVms += change.Delta
	case ScaleManagement:
		next.NumManagedMgmdVms += change.Delta
	case ScaleAPI:
		next.NumManagedApiVms += change.Delta
	case ScaleGroups:
		next.NumNodeGroups += change.Delta
	}
	return next
}

// Request carries an intent to the engine.
type Request struct {
	Intent Intent // required
	By     string // who asked: "you", "cli"
	// Base is the revision the asker saw; 0 takes whatever is current. Another
	// current revision refuses the request with KindConflict.
	Base Revision
	// Approved is the fingerprint of the plan the asker was shown, "" if none. If
	// the same request now gives another plan, it is refused with KindConflict.
	Approved Fingerprint
}

// Preview is what a request would do, without doing it.
type Preview struct {
	Spec     Spec // the desired state it leads to
	Base     Revision
	Plan     Plan
	Report   Report
	Problems Problems // not empty: it would be refused
	Notices  []Notice
	At       time.Time
}
