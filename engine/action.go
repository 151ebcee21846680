package engine

import "strconv"

// Action is one external effect, or one wait for a condition. The set is sealed:
// a driver has a case for each.
type Action interface {
	// Node is what the action is about; 0 means the whole cluster.
	Node() NodeID
	// String is the action's line in a plan, in the field's words.
	String() string
	// appendText appends String's text; it also seals the set.
	appendText(b []byte) []byte
}

// WriteConfig writes config.ini for the management servers.
type WriteConfig struct{ Config ClusterConfig }

// CreateNode makes the container of a slot, with an empty volume if it had none.
type CreateNode struct{ Slot Slot }

// RemoveNode removes the container of a slot; its process must be gone. The
// volume goes with it only if DropVolume says so.
type RemoveNode struct {
	Slot       Slot
	DropVolume bool `json:",omitzero"`
}

// StartNode starts the process of a slot.
type StartNode struct {
	Slot    Slot
	Initial bool `json:",omitzero"` // data nodes: start with --initial, copying everything from a peer
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

// String implements fmt.Stringer: "data node 2".
func (s Slot) String() string { return string(s.appendText(nil)) }

func (s Slot) appendText(b []byte) []byte {
	b = append(append(b, s.Kind.Words()...), ' ')
	return strconv.AppendInt(b, int64(s.ID), 10)
}

// String implements Action.
func (a WriteConfig) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a CreateNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a RemoveNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a StartNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a StopNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a StopAllDataNodes) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a ActivateNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a DeactivateNode) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a AwaitStarted) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a AwaitDown) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a AwaitFailureHandled) String() string { return string(a.appendText(nil)) }

// String implements Action.
func (a AwaitArbitration) String() string { return string(a.appendText(nil)) }

func (WriteConfig) appendText(b []byte) []byte {
	return append(b, "write the cluster configuration"...)
}

func (a CreateNode) appendText(b []byte) []byte { return a.Slot.appendText(append(b, "create "...)) }

func (a RemoveNode) appendText(b []byte) []byte {
	b = a.Slot.appendText(append(b, "remove "...))
	if a.DropVolume {
		b = append(b, " and its volume"...)
	}
	return b
}

func (a StartNode) appendText(b []byte) []byte {
	b = a.Slot.appendText(append(b, "start "...))
	if a.Initial {
		b = append(b, " --initial"...)
	}
	return b
}

func (a StopNode) appendText(b []byte) []byte { return a.Slot.appendText(append(b, "stop "...)) }

func (StopAllDataNodes) appendText(b []byte) []byte { return append(b, "stop all data nodes"...) }

func (a ActivateNode) appendText(b []byte) []byte {
	return a.Slot.appendText(append(b, "activate "...))
}

func (a DeactivateNode) appendText(b []byte) []byte {
	return a.Slot.appendText(append(b, "deactivate "...))
}

func (a AwaitStarted) appendText(b []byte) []byte {
	b = a.Slot.appendText(append(b, "wait until "...))
	if a.Slot.Kind == KindMySQL {
		return append(b, " answers"...)
	}
	return append(b, " is started"...)
}

func (a AwaitDown) appendText(b []byte) []byte {
	return append(a.Slot.appendText(append(b, "wait until "...)), " is down"...)
}

func (a AwaitFailureHandled) appendText(b []byte) []byte {
	return append(a.Slot.appendText(append(b, "wait until the failure of "...)), " is handled"...)
}

func (AwaitArbitration) appendText(b []byte) []byte {
	return append(b, "wait until an arbitrator is ready"...)
}

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
