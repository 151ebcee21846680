package engine

import (
	"slices"
	"time"
)

// NodeStatus is what a look at a node found.
type NodeStatus uint8

// What a node can be found as.
const (
	StatusUnknown  NodeStatus = iota // the look failed: see NodeObservation.Err
	StatusAbsent                     // there is no container for the slot
	StatusStopped                    // a container, its process not running on purpose
	StatusDead                       // a container, its process ended unasked
	StatusStarting                   // running, not serving yet: see StartPhase
	StatusStarted                    // serving
	StatusStopping                   // on its way down, in order
	StatusPaused                     // the process is frozen (SIGSTOP)
)

func (s NodeStatus) String() string {
	names := [...]string{"unknown", "absent", "stopped", "dead", "starting", "started", "stopping", "paused"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// MarshalText writes the status's word.
func (s NodeStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a status's word; an unknown one becomes StatusUnknown.
func (s *NodeStatus) UnmarshalText(text []byte) error {
	*s = StatusUnknown
	for k := StatusUnknown; k <= StatusPaused; k++ {
		if k.String() == string(text) {
			*s = k
		}
	}
	return nil
}

// Running says whether there is a process, of whatever health.
func (s NodeStatus) Running() bool {
	return s == StatusStarting || s == StatusStarted || s == StatusStopping || s == StatusPaused
}

// Lease is a lasting fault and the moment it ends by itself. The planner leaves
// a node with a lease alone.
type Lease struct {
	Fault string // "pause", "isolate"
	Until time.Time
}

// NodeObservation is what one look found in one slot. A slot that was looked at
// and found empty is listed with StatusAbsent.
type NodeObservation struct {
	Slot
	Status         NodeStatus
	Active         bool      `json:",omitzero"` // the slot is active in the cluster's configuration (data nodes)
	StartPhase     int       `json:",omitzero"` // 0..LastStartPhase while starting
	Progress       float64   `json:",omitzero"` // 0..1 of the present start, an estimate
	Doing          string    `json:",omitzero"` // what the start is busy with, in words
	Version        string    `json:",omitzero"`
	HasData        bool      `json:",omitzero"` // its volume holds a copy of its fragments, old or new
	Stale          bool      `json:",omitzero"` // its volume is from before a deactivation: only --initial may use it
	FailureHandled bool      `json:",omitzero"` // the others have finished handling its last failure
	President      bool      `json:",omitzero"`
	Arbitrator     bool      `json:",omitzero"`
	Isolated       bool      `json:",omitzero"` // cut off from every other node
	Incarnation    uint64    `json:",omitzero"` // counts process starts in this slot
	Address        string    `json:",omitzero"` // where clients reach it, host:port; MySQL servers only
	Container      string    `json:",omitzero"`
	MemoryUsed     int64     `json:",omitzero"` // bytes
	MemoryTotal    int64     `json:",omitzero"` // bytes
	Rows           int64     `json:",omitzero"` // rows held, data nodes only
	StartedAt      time.Time `json:",omitzero"`
	Lease          *Lease    `json:",omitzero"`
	Err            string    `json:",omitzero"` // why the look failed, or the last error it left behind
}

// ClusterConfig is the part of the desired state that is fixed in config.ini
// when the cluster is created.
type ClusterConfig struct {
	NodeGroups      int
	MaxReplicas     int
	MysqldSlots     int
	APISlots        int
	MysqldSlotsPer  int
	APISlotsPer     int
	ManagementPort  int
	DataNodePort    int
	MySQLPort       int
	Version         string
	TotalMemory     string
	ReplicasAtStart int
}

// Observed is what one look at the world returned: partial by design, sorted by
// node id.
type Observed struct {
	At     time.Time
	Config *ClusterConfig    `json:",omitzero"` // nil before the configuration was written
	Nodes  []NodeObservation `json:",omitzero"`

	// Formed is true once an initial start of the data nodes has completed: there
	// is data somewhere that a restart must keep.
	Formed bool `json:",omitzero"`
	// Serving is true while the data nodes form a cluster that commits.
	Serving bool `json:",omitzero"`
	// President and Arbitrator are 0 where there is none. ArbitrationReady means
	// that a connected arbitrator has handed its ticket to every started node.
	President        NodeID `json:",omitzero"`
	Arbitrator       NodeID `json:",omitzero"`
	ArbitrationReady bool   `json:",omitzero"`
	Ticket           uint64 `json:",omitzero"` // of the arbitrator; a new one for every election
	// Checkpoint is the last complete global checkpoint. RestoredCheckpoint is the
	// one the last system restart restored, and RestoredAt when that checkpoint
	// had been completed (the durability line); zero before any.
	Checkpoint         uint64    `json:",omitzero"`
	RestoredCheckpoint uint64    `json:",omitzero"`
	RestoredAt         time.Time `json:",omitzero"`
	SystemRestarts     int       `json:",omitzero"`
	// Events are what happened since the last look that this driver was asked for;
	// for showing, never for deciding.
	Events []Event `json:",omitzero"`
}

// Node finds a slot by id.
func (o *Observed) Node(id NodeID) (*NodeObservation, bool) {
	i, found := slices.BinarySearchFunc(o.Nodes, id, func(n NodeObservation, id NodeID) int { return int(n.ID - id) })
	if !found {
		return nil, false
	}
	return &o.Nodes[i], true
}

// StartedIn counts the started replicas of a node group, leaving out one node
// (0 leaves out none).
func (o *Observed) StartedIn(group GroupID, except NodeID) int {
	count := 0
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind == KindData && n.Group == group && n.Status == StatusStarted && n.ID != except {
			count++
		}
	}
	return count
}
