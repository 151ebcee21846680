package mgm

import (
	"slices"
	"strings"
)

// NoGroup is the node group of a node that is in none.
const NoGroup = -1

// NodeStatus is what a management server knows of a node. All but ID and Type is
// zero while there is no contact, and Group is NoGroup.
type NodeStatus struct {
	ID           NodeID
	Type         NodeType
	State        State
	Version      Version
	MySQLVersion Version
	Phase        int   // the start phase that was completed last, or the level of a shutdown
	DynamicID    int32 // order of joining; the lowest but 0 is the president's
	Group        int   // of a data node, NoGroup otherwise
	ConnectCount int
	Address      string // as the server sees the node; may be empty
	SingleUser   bool
}

const noGroupOnWire = -256

// parseStatus reads the body of a status reply. Nodes are sorted by id.
func parseStatus(b block) ([]NodeStatus, error) {
	count, err := b.number("nodes")
	if err != nil {
		return nil, err
	}
	if count < 0 || count > MaxNodes {
		return nil, protocolErrorf("%d nodes", count)
	}
	var order []NodeID
	nodes := make(map[NodeID]block, count)
	for _, f := range b {
		rest, ok := strings.CutPrefix(f.name, "node.")
		if !ok {
			continue
		}
		number, key, ok := strings.Cut(rest, ".")
		id, err := parseID(number)
		if !ok || err != nil {
			return nil, protocolErrorf("%.40q names no node", f.name)
		}
		if _, seen := nodes[id]; !seen {
			order = append(order, id)
		}
		nodes[id] = append(nodes[id], field{key, f.value})
	}
	if int64(len(order)) != count {
		return nil, protocolErrorf("%d nodes were announced, %d came", count, len(order))
	}
	slices.Sort(order)
	all := make([]NodeStatus, 0, len(order))
	for _, id := range order {
		node, err := parseNode(id, nodes[id])
		if err != nil {
			return nil, err
		}
		all = append(all, node)
	}
	return all, nil
}

func parseNode(id NodeID, b block) (NodeStatus, error) {
	node := NodeStatus{ID: id, Group: NoGroup}
	text, _ := b.get("type")
	kind, err := parseNodeType(text)
	if err != nil {
		return node, err
	}
	node.Type = kind
	state, ok := b.get("status")
	if !ok {
		return node, protocolErrorf("node %d has no status", id)
	}
	if node.State = parseState(state); node.State == NoContact {
		return node, nil // the rest is left over from before
	}
	node.Address, _ = b.get("address")
	var version, mysql, phase, group, count int32
	for _, number := range []struct {
		name string
		to   *int32
	}{
		{"version", &version},
		{"mysql_version", &mysql},
		{"startphase", &phase},
		{"dynamic_id", &node.DynamicID},
		{"node_group", &group},
		{"connect_count", &count},
	} {
		text, ok := b.get(number.name)
		if !ok {
			continue
		}
		if *number.to, err = signed(text); err != nil {
			return node, err
		}
	}
	node.Version, node.MySQLVersion = Version(version), Version(mysql) //nolint:gosec // 24 bits
	node.Phase, node.ConnectCount = int(phase), int(count)
	if node.Type == DataNode && group >= 0 && group < MaxNodes {
		node.Group = int(group)
	}
	single, _ := b.get("is_single_user")
	node.SingleUser = node.State == SingleUserMode || single == "1"
	return node, nil
}

// AppendStatus writes the body of a status reply as a server does: in the order
// of types, then of ids.
func AppendStatus(dst []byte, nodes []NodeStatus) []byte {
	all := slices.Clone(nodes)
	slices.SortFunc(all, func(a, b NodeStatus) int {
		if a.Type != b.Type {
			return int(a.Type) - int(b.Type)
		}
		return int(a.ID - b.ID)
	})
	dst = appendLine(dst, "nodes", len(all))
	for _, n := range all {
		dst = appendNode(dst, n)
	}
	return append(dst, '\n')
}

func appendNode(dst []byte, n NodeStatus) []byte {
	group, prefix := n.Group, "node."+joinIDs([]NodeID{n.ID})+"."
	switch {
	case n.State == NoContact || n.Type != DataNode:
		group = 0
	case group == NoGroup:
		group = noGroupOnWire
	}
	dst = append(dst, prefix+"type: "+n.Type.String()+"\n"...)
	dst = append(dst, prefix+"status: "+n.State.String()+"\n"...)
	dst = appendLine(dst, prefix+"version", int(n.Version))
	dst = appendLine(dst, prefix+"mysql_version", int(n.MySQLVersion))
	dst = appendLine(dst, prefix+"startphase", n.Phase)
	dst = appendLine(dst, prefix+"dynamic_id", int(n.DynamicID))
	dst = appendLine(dst, prefix+"node_group", group)
	dst = appendLine(dst, prefix+"connect_count", n.ConnectCount)
	return append(dst, prefix+"address: "+n.Address+"\n"...)
}

// President finds the data node that coordinates the others, 0 if none is known.
func President(nodes []NodeStatus) NodeID {
	var president NodeStatus
	for _, n := range nodes {
		if n.Type != DataNode || !n.State.Up() || n.DynamicID == 0 {
			continue
		}
		if president.ID == 0 || n.DynamicID < president.DynamicID {
			president = n
		}
	}
	return president.ID
}
