package engine

import (
	"fmt"
	"strconv"
)

// ClusterName names a cluster on this machine.
type ClusterName string

// NodeID is the number of a node in the cluster's configuration, from 1.
type NodeID int

func (n NodeID) String() string { return strconv.Itoa(int(n)) }

// GroupID is the number of a node group, from 0.
type GroupID int

// NoGroup is the group of a node that belongs to none.
const NoGroup GroupID = -1

// Revision counts accepted desired states; it never decreases.
type Revision int64

// Fingerprint identifies the exact text of a plan, so that consent given to one
// plan is never spent on another.
type Fingerprint string

// StepID is the position of a step in its plan, from 1.
type StepID int

// NodeKind is what a node is for.
type NodeKind uint8

// The kinds of nodes, in the order in which they are upgraded.
const (
	KindManagement NodeKind = 1
	KindData       NodeKind = 2
	KindMySQL      NodeKind = 3
	KindAPI        NodeKind = 4
)

// String gives the program's name, as status documents write it.
func (k NodeKind) String() string {
	switch k {
	case KindManagement:
		return "ndb_mgmd"
	case KindData:
		return "ndbmtd"
	case KindMySQL:
		return "mysqld"
	case KindAPI:
		return "api"
	default:
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
}

// Words gives the field's name of the kind, as sentences write it.
func (k NodeKind) Words() string {
	switch k {
	case KindManagement:
		return "management server"
	case KindData:
		return "data node"
	case KindMySQL:
		return "MySQL server"
	case KindAPI:
		return "API node"
	default:
		return k.String()
	}
}

// MarshalText writes the program's name.
func (k NodeKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a program's name; any other text is an error.
func (k *NodeKind) UnmarshalText(text []byte) error {
	for _, known := range []NodeKind{KindManagement, KindData, KindMySQL, KindAPI} {
		if known.String() == string(text) {
			*k = known
			return nil
		}
	}
	return fmt.Errorf("unknown node kind %q", text)
}
