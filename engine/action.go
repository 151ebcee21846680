package engine

// Action is one external effect, or one wait for a condition. The set is sealed:
// a driver has a case for each.
type Action interface {
	// Node is what the action is about; 0 means the whole cluster.
	Node() NodeID
	// String is the action's line in a plan, in the field's words.
	String() string
	isAction()
}

// WriteConfig writes config.ini for the management servers.
type WriteConfig struct{ Config ClusterConfig }

// CreateNode makes the container of a slot, with an empty volume if it had none.
type CreateNode struct{ Slot Slot }

// RemoveNode removes the container of a slot; its process must be gone. The
// volume goes with it only if DropVolume says so.
type RemoveNode struct {
	Slot       Slot
	DropVolume bool
}

// StartNode starts the process of a slot.
type StartNode struct {
	Slot    Slot
	Initial bool // data nodes: start with --initial, copying everything from a peer
}

// StopNode stops a process in order, through the management server where it is
// a data node.
type StopNode struct{ Slot Slot }

// StopAllDataNodes stops every data node at once, keeping the data: the only
// order in which a whole cluster stops without arbitration.
type StopAllDataNodes struct{}

// ActivateNode makes an inactive data node slot active in the configuration.
type ActivateNode struct{ Slot Slot }

// DeactivateNode stops a data node in order and makes its slot inactive. What
// its volume holds is stale from then on.
type DeactivateNode struct{ Slot Slot }

// AwaitStarted waits until a node serves; for a MySQL server, until it answers.
type AwaitStarted struct{ Slot Slot }

// AwaitDown waits until a node's process is gone.
type AwaitDown struct{ Slot Slot }

// AwaitFailureHandled waits until the other data nodes have finished handling
// this node's failure, before which it cannot join again.
type AwaitFailureHandled struct{ Slot Slot }

// AwaitArbitration waits until an arbitrator stands ready.
type AwaitArbitration struct{}

// Node implements Action.
func (WriteConfig) Node() NodeID { return 0 }

// Node implements Action.
func (a CreateNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a RemoveNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a StartNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a StopNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (StopAllDataNodes) Node() NodeID { return 0 }

// Node implements Action.
func (a ActivateNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a DeactivateNode) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a AwaitStarted) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a AwaitDown) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (a AwaitFailureHandled) Node() NodeID { return a.Slot.ID }

// Node implements Action.
func (AwaitArbitration) Node() NodeID { return 0 }

func (s Slot) String() string { return s.Kind.Words() + " " + s.ID.String() }

func (WriteConfig) String() string { return "write the cluster configuration" }

func (a CreateNode) String() string { return "create " + a.Slot.String() }

func (a RemoveNode) String() string {
	if a.DropVolume {
		return "remove " + a.Slot.String() + " and its volume"
	}
	return "remove " + a.Slot.String()
}

func (a StartNode) String() string {
	if a.Initial {
		return "start " + a.Slot.String() + " --initial"
	}
	return "start " + a.Slot.String()
}

func (a StopNode) String() string { return "stop " + a.Slot.String() }

func (StopAllDataNodes) String() string { return "stop all data nodes" }

func (a ActivateNode) String() string { return "activate " + a.Slot.String() }

func (a DeactivateNode) String() string { return "deactivate " + a.Slot.String() }

func (a AwaitStarted) String() string {
	if a.Slot.Kind == KindMySQL {
		return "wait until " + a.Slot.String() + " answers"
	}
	return "wait until " + a.Slot.String() + " is started"
}

func (a AwaitDown) String() string { return "wait until " + a.Slot.String() + " is down" }

func (a AwaitFailureHandled) String() string {
	return "wait until the failure of " + a.Slot.String() + " is handled"
}

func (AwaitArbitration) String() string { return "wait until an arbitrator is ready" }

func (WriteConfig) isAction()         {}
func (CreateNode) isAction()          {}
func (RemoveNode) isAction()          {}
func (StartNode) isAction()           {}
func (StopNode) isAction()            {}
func (StopAllDataNodes) isAction()    {}
func (ActivateNode) isAction()        {}
func (DeactivateNode) isAction()      {}
func (AwaitStarted) isAction()        {}
func (AwaitDown) isAction()           {}
func (AwaitFailureHandled) isAction() {}
func (AwaitArbitration) isAction()    {}

// IsAwait says whether an action only waits: it has no effect, may be cancelled
// at any moment and repeated freely.
func IsAwait(a Action) bool {
	switch a.(type) {
	case AwaitStarted, AwaitDown, AwaitFailureHandled, AwaitArbitration:
		return true
	default:
		return false
	}
}
