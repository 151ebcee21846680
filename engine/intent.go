package engine

import "time"

// Intent is something a person or a script asked for. The set is sealed.
type Intent interface{ isIntent() }

// SetSpec replaces the desired state.
type SetSpec struct {
	Spec   Spec
	Source string `json:",omitzero"` // where it came from, for the log: a file name, "scale"
}

// Scale changes one count of the desired state by Delta.
type Scale struct {
	Target ScaleTarget
	Delta  int
}

// RestartNode asks for an orderly restart of one node.
type RestartNode struct{ Target NodeID }

// KillNode asks for a SIGKILL of each node at the same moment. A fault that
// would stop the cluster is refused with KindDenied unless LastCopy lifts the
// guard; so are PauseNode and IsolateNode.
type KillNode struct {
	Targets  []NodeID `json:",omitzero"`
	LastCopy bool     `json:",omitzero"`
}

// PauseNode freezes the process of each node (SIGSTOP) until its lease ends.
type PauseNode struct {
	Targets  []NodeID      `json:",omitzero"`
	Lease    time.Duration `json:",omitzero"` // 0 means DefaultLease; at most MaxLease
	LastCopy bool          `json:",omitzero"`
}

// ResumeNode ends the pause of each node.
type ResumeNode struct {
	Targets []NodeID `json:",omitzero"`
}

// IsolateNode cuts each node off from all others until its lease ends.
type IsolateNode struct {
	Targets  []NodeID      `json:",omitzero"`
	Lease    time.Duration `json:",omitzero"` // 0 means DefaultLease; at most MaxLease
	LastCopy bool          `json:",omitzero"`
}

// HealFaults ends every lasting fault of the nodes; no targets means of all.
type HealFaults struct {
	Targets []NodeID `json:",omitzero"`
}

// Undo goes back to the desired state before the present one, as a new revision.
// Asked again, it goes back further.
type Undo struct{}

// RetryNow leaves ERROR_STATE and tries again.
type RetryNow struct{}

// SetLoad starts, stops or adjusts the workload. Nil fields stay as they are.
type SetLoad struct {
	Running *bool `json:",omitzero"`
	Rate    *int  `json:",omitzero"` // operations per second, intended
	Clients *int  `json:",omitzero"`
}

// AuditLoad asks for a full audit of the ledger now.
type AuditLoad struct{}

func (SetSpec) isIntent()     {}
func (Scale) isIntent()       {}
func (RestartNode) isIntent() {}
func (KillNode) isIntent()    {}
func (PauseNode) isIntent()   {}
func (ResumeNode) isIntent()  {}
func (IsolateNode) isIntent() {}
func (HealFaults) isIntent()  {}
func (Undo) isIntent()        {}
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

// Count gives a count of the desired state, 0 for what is none.
func (s Spec) Count(target ScaleTarget) int {
	switch target {
	case ScaleReplicas:
		return s.ActiveReplicationFactor
	case ScaleMySQL:
		return s.NumManagedMysqldVms
	case ScaleManagement:
		return s.NumManagedMgmdVms
	case ScaleAPI:
		return s.NumManagedApiVms
	case ScaleGroups:
		return s.NumNodeGroups
	}
	return 0
}

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
	Spec     Spec      // the desired state it leads to
	Base     Revision  `json:",omitzero"`
	Plan     Plan      `json:",omitzero"`
	Report   Report    `json:",omitzero"`
	Problems Problems  `json:",omitzero"` // not empty: it would be refused
	Notices  []Notice  `json:",omitzero"`
	At       time.Time `json:",omitzero"`
}
