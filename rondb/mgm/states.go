package mgm

import (
	"maps"
	"slices"
)

// NodeState is what is known of a node from the status and the events since.
type NodeState struct {
	NodeStatus
	Start   StartType // of a node that is Starting
	Failure Failure   // of a data node that left
	Exit    Exit      // how it left the last time
}

// Failure says how far the others are with a data node's absence.
type Failure uint8

// The stages of a failure.
const (
	FailureNone    Failure = iota
	FailureSeen            // declared dead
	FailureHandled         // by every node: it may start again
)

// Exit is how a data node left.
type Exit struct {
	Told   bool // it said so itself; false after a SIGKILL
	Forced bool // it crashed
	Action StopAction
	Signal uint32
	Error  uint32 // of a crash, as in its error log
}

// Change is a step of a node's state.
type Change struct{ From, To NodeState }

// Backup is the last backup that events told of.
type Backup struct {
	ID      uint32
	Running bool
	Error   uint32           // why it was aborted, or did not start
	Done    *BackupCompleted // nil unless it was completed
}

// Arbitrator is the node that decides which half of a cluster goes on.
type Arbitrator struct {
	Node  NodeID
	Ready bool // false from each failure of a data node until it has got its ticket
}

// States folds status and events into the state of each node. A status counts for
// what it shows, events for what came after it. One goroutine owns it.
type States struct {
	nodes      map[NodeID]NodeState
	links      map[NodeID]map[NodeID]bool // API node → the data nodes it is connected to
	arbitrator Arbitrator
	backup     Backup
}

// NewStates knows of no node.
func NewStates() *States {
	return &States{nodes: map[NodeID]NodeState{}, links: map[NodeID]map[NodeID]bool{}}
}

// Node is a node's state; false if it was never heard of.
func (s *States) Node(id NodeID) (NodeState, bool) {
	n, ok := s.nodes[id]
	return n, ok
}

// Nodes are all nodes, sorted by id.
func (s *States) Nodes() []NodeState {
	all := make([]NodeState, 0, len(s.nodes))
	for _, id := range slices.Sorted(maps.Keys(s.nodes)) {
		all = append(all, s.nodes[id])
	}
	return all
}

// President is the data node that coordinates the others, 0 if none is known.
func (s *States) President() NodeID {
	var nodes []NodeStatus
	for _, n := range s.Nodes() {
		nodes = append(nodes, n.NodeStatus)
	}
	return President(nodes)
}

// Arbitrator is the last that events told of; nothing is known of one before.
func (s *States) Arbitrator() Arbitrator { return s.arbitrator }

// Backup is the last that events told of.
func (s *States) Backup() Backup { return s.backup }

// Observe takes a status of all nodes, or of some types.
func (s *States) Observe(status []NodeStatus) []Change {
	var changes []Change
	for _, seen := range status {
		was := s.nodes[seen.ID]
		n := was
		n.NodeStatus = seen
		if seen.Group == NoGroup && seen.State == NoContact && was.ID != 0 {
			n.Group = was.Group // a node keeps its group while it is away
		}
		if seen.State.Up() {
			n.Failure = FailureNone
		}
		delete(s.links, n.ID) // the status knows better
		changes = s.put(changes, n)
	}
	return changes
}

// put stores a node and records whether it moved: a change of the state, of the
// phase, or of how it left.
func (s *States) put(changes []Change, n NodeState) []Change {
	was := s.nodes[n.ID]
	s.nodes[n.ID] = n
	if was.State == n.State && was.Phase == n.Phase && was.Failure == n.Failure && was.Exit == n.Exit && was.ID == n.ID {
		return changes
	}
	return append(changes, Change{From: was, To: n})
}

// Fold takes an event and gives the changes, which are none for most.
func (s *States) Fold(e Event) []Change {
	switch b := e.Body.(type) {
	case *Connection:
		return s.connection(e, b)
	case *APIVersion:
		return s.version(e, b)
	case *StartPhase, *NodeVersion, *RingJoined:
		return s.start(e)
	case *StopStarted, *StopCompleted, *StopForced, *NodeFailed, *NodeFailCompleted:
		return s.leave(e)
	case *SingleUser:
		return s.singleUser(b)
	case *Words:
		if e.Type == EventStopAborted {
			return s.stay(e.Source)
		}
	case *Arbitration:
		s.arbitration(e, b)
	case *BackupStarted:
		s.backup = Backup{ID: b.ID, Running: true}
	case *BackupFailedToStart:
		s.backup = Backup{Error: b.Error}
	case *BackupCompleted:
		s.backup = Backup{ID: b.ID, Done: b}
	case *BackupAborted:
		s.backup = Backup{ID: b.ID, Error: b.Error}
	}
	return nil
}

// known finds a node that an event is about; false for one that no status has shown:
// events do not say what type of node it is.
func (s *States) known(id NodeID) (NodeState, bool) {
	n, ok := s.nodes[id]
	return n, ok
}

// data finds a data node.
func (s *States) data(id NodeID) (NodeState, bool) {
	n, ok := s.known(id)
	return n, ok && n.Type == DataNode
}
