package mgm

import (
	"fmt"
	"strconv"
	"strings"
)

// NodeID is a node's number in the configuration, from 1.
type NodeID int

// NodeType is what a node is.
type NodeType uint8

// The types of nodes.
const (
	DataNode         NodeType = iota + 1 // "NDB"
	ManagementServer                     // "MGM"
	APINode                              // "API", MySQL servers among them
)

// String is the type's word in the protocol.
func (t NodeType) String() string {
	switch t {
	case DataNode:
		return "NDB"
	case ManagementServer:
		return "MGM"
	case APINode:
		return "API"
	default:
		return fmt.Sprintf("node type(%d)", uint8(t))
	}
}

func parseNodeType(text string) (NodeType, error) {
	for _, t := range []NodeType{DataNode, ManagementServer, APINode} {
		if text == t.String() {
			return t, nil
		}
	}
	return 0, protocolErrorf("%.20q is not a type of node", text)
}

// State is a node's, as a management server sees it.
type State uint8

// The states of nodes. Management servers and API nodes are Connected or
// NoContact.
const (
	Unknown      State = iota // there is contact, the state is not known yet
	NoContact                 // down, not far enough in its start, or an inactive slot
	NotStarted                // the process waits for a start request
	Starting                  // NodeStatus.Phase says how far
	Started                   // serves
	ShuttingDown              // Phase is the level, 1 to 4
	Restarting
	SingleUserMode // serves one API node
	Resume
	Connected
)

// String is the state's word in the protocol.
func (s State) String() string {
	words := [...]string{
		"UNKNOWN", "NO_CONTACT", "NOT_STARTED", "STARTING", "STARTED", "SHUTTING_DOWN", "RESTARTING",
		"SINGLE USER MODE", "RESUME", "CONNECTED",
	}
	if int(s) < len(words) {
		return words[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// parseState takes a word that no server of today says as Unknown.
func parseState(text string) State {
	for s := Unknown; s <= Connected; s++ {
		if s.String() == text {
			return s
		}
	}
	return Unknown
}

// Up says that there is contact with the node.
func (s State) Up() bool { return s != NoContact }

// Version is a version of the cluster software or of MySQL: major<<16 | minor<<8 |
// build. RonDB's own version is the cluster software's.
type Version uint32

// MakeVersion packs a version.
func MakeVersion(major, minor, build uint8) Version {
	return Version(major)<<16 | Version(minor)<<8 | Version(build)
}

// Major is the first number.
func (v Version) Major() int { return int(v >> 16) }

// Minor is the second number.
func (v Version) Minor() int { return int(v >> 8 & 0xff) }

// Build is the third number.
func (v Version) Build() int { return int(v & 0xff) }

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major(), v.Minor(), v.Build()) }

// Flavour is whose cluster software it is.
type Flavour uint8

// The flavours.
const (
	NDB   Flavour = iota + 1 // MySQL NDB Cluster
	RonDB                    // knows activate, deactivate and set_hostname
)

func (f Flavour) String() string {
	switch f {
	case NDB:
		return "NDB"
	case RonDB:
		return "RonDB"
	default:
		return fmt.Sprintf("flavour(%d)", uint8(f))
	}
}

// ServerVersion is what a management server is.
type ServerVersion struct {
	Version Version
	MySQL   Version // that the software was built with
	Flavour Flavour
	Text    string // "RonDB-24.10.17", "mysql-5.6.27 ndb-7.2.1"
}

// firstRonDB is the first series of RonDB; NDB's numbers are far below.
const firstRonDB = 21

func parseVersion(b block) (ServerVersion, error) {
	var v ServerVersion
	id, err := b.number("id")
	if err != nil {
		return v, err
	}
	if id <= 0 || id > 1<<24 {
		return v, protocolErrorf("%d is not a version", id)
	}
	v.Version = Version(id)
	v.Text, _ = b.get("string")
	v.Flavour = NDB
	if v.Version.Major() >= firstRonDB || strings.Contains(strings.ToLower(v.Text), "rondb") {
		v.Flavour = RonDB
	}
	for _, name := range []string{"mysql_major", "mysql_minor", "mysql_build"} {
		part, err := b.count(name)
		if err != nil {
			return v, err
		}
		v.MySQL = v.MySQL<<8 | Version(part&0xff)
	}
	return v, nil
}

// masked reads a 32 bit number, which servers print signed or unsigned.
func masked(text string) (uint32, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < -1<<31 || n > 1<<32-1 {
		return 0, protocolErrorf("%.40q is not a number of 32 bits", text)
	}
	return uint32(n & 0xffffffff), nil
}

// signed reads the same number as signed.
func signed(text string) (int32, error) {
	n, err := masked(text)
	return int32(n), err //nolint:gosec // the sign is the top bit
}
