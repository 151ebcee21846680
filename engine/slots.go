package engine

// Slot is a place in the cluster's configuration that a node can fill.
type Slot struct {
	ID      NodeID
	Kind    NodeKind `json:",omitzero"`
	Group   GroupID  `json:",omitzero"` // NoGroup unless Kind is KindData
	Replica int      `json:",omitzero"` // 0-based place in the group; index among its kind otherwise
}

// Where the ids of each kind begin, as managed RonDB numbers them.
const (
	firstManagementID NodeID = 65
	firstAPIID        NodeID = 195
)

// DataNodeID is group × max replicas + replica + 1.
func (s Spec) DataNodeID(group GroupID, replica int) NodeID {
	return NodeID(int(group)*s.MaxReplicationFactor + replica + 1)
}

// ManagementID is the id of the i-th management server: 65 and 66, or the ids
// after the last data node where there are more than 64 of those.
func (s Spec) ManagementID(i int) NodeID {
	return max(firstManagementID, NodeID(s.NumNodeGroups*s.MaxReplicationFactor+1)) + NodeID(i)
}

// MySQLID is the first id of the i-th MySQL server, which takes
// NumMysqldSlotsPerVm of them.
func (s Spec) MySQLID(i int) NodeID {
	return s.ManagementID(MaxManagement) + NodeID(i*max(s.NumMysqldSlotsPerVm, 1))
}

// APIID is the first id of the i-th API node, which takes NumApiSlotsPerVm of
// them: from 195, or after the last MySQL slot where those reach further.
func (s Spec) APIID(i int) NodeID {
	afterMySQL := s.ManagementID(MaxManagement) + NodeID(s.NumTotalMysqldSlots)
	return max(firstAPIID, afterMySQL) + NodeID(i*max(s.NumApiSlotsPerVm, 1))
}

// MySQLCapacity is how many MySQL servers the slots hold.
func (s Spec) MySQLCapacity() int { return s.NumTotalMysqldSlots / max(s.NumMysqldSlotsPerVm, 1) }

// APICapacity is how many API nodes the slots hold.
func (s Spec) APICapacity() int { return s.NumTotalApiSlots / max(s.NumApiSlotsPerVm, 1) }

// Slots lists every slot of the configuration in the order of the ids, filled
// or not.
func (s Spec) Slots() []Slot {
	slots := make([]Slot, 0, s.NumNodeGroups*s.MaxReplicationFactor+MaxManagement+s.MySQLCapacity()+s.APICapacity())
	for g := range GroupID(s.NumNodeGroups) {
		for r := range s.MaxReplicationFactor {
			slots = append(slots, Slot{ID: s.DataNodeID(g, r), Kind: KindData, Group: g, Replica: r})
		}
	}
	for i := range MaxManagement {
		slots = append(slots, Slot{ID: s.ManagementID(i), Kind: KindManagement, Group: NoGroup, Replica: i})
	}
	for i := range s.MySQLCapacity() {
		slots = append(slots, Slot{ID: s.MySQLID(i), Kind: KindMySQL, Group: NoGroup, Replica: i})
	}
	for i := range s.APICapacity() {
		slots = append(slots, Slot{ID: s.APIID(i), Kind: KindAPI, Group: NoGroup, Replica: i})
	}
	return slots
}

// Fills says whether the desired state wants a node in the slot. It does not
// look at RonDBRunning: a stopped cluster keeps its nodes' places and data.
func (s Spec) Fills(slot Slot) bool {
	switch slot.Kind {
	case KindManagement:
		return slot.Replica < s.NumManagedMgmdVms
	case KindData:
		return slot.Replica < s.ActiveReplicationFactor
	case KindMySQL:
		return slot.Replica < s.NumManagedMysqldVms
	case KindAPI:
		return slot.Replica < s.NumManagedApiVms
	default:
		return false
	}
}
