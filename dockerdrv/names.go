package dockerdrv

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// Labels of our objects. They say whose an object is and what for, never how it
// is: they cannot change after its creation.
const (
	LabelCluster = "io.rondb-tui.cluster"     // the cluster's uuid
	LabelName    = "io.rondb-tui.name"        // the cluster's name
	LabelRole    = "io.rondb-tui.role"        // one of the roles
	LabelNode    = "io.rondb-tui.node"        // the node's id
	LabelKind    = "io.rondb-tui.kind"        // the node's program
	LabelConfig  = "io.rondb-tui.config-hash" // of what its container was made from
	LabelUntil   = "io.rondb-tui.until"       // end of a fault's lease, Unix milliseconds
	LabelContent = "io.rondb-tui.content"     // hash of what an image or agent volume holds

	labelProject = "com.docker.compose.project" // so that other tools group our objects
	labelService = "com.docker.compose.service"
)

// Roles of objects.
const (
	RoleNode    = "node"    // container, volume
	RoleMeta    = "meta"    // container, volume
	RoleAgent   = "agent"   // volume, container: the agent's program
	RoleCut     = "cut"     // container: holds a network cut
	RoleNetwork = "network" // network
)

// identity is what the labels of one cluster have in common.
type identity struct {
	uuid string
	name engine.ClusterName
}

// labels are those of an object of the cluster.
func (i identity) labels(role string) map[string]string {
	return map[string]string{
		LabelCluster: i.uuid,
		LabelName:    string(i.name),
		LabelRole:    role,
		labelProject: i.project(),
	}
}

// nodeLabels are those of an object of one node.
func (i identity) nodeLabels(role string, slot engine.Slot) map[string]string {
	labels := i.labels(role)
	labels[LabelNode] = slot.ID.String()
	labels[LabelKind] = slot.Kind.String()
	labels[labelService] = slot.Kind.String() + "-" + slot.ID.String()
	return labels
}

// ours says whether labels are of an object of this cluster. Every removal asks.
func (i identity) ours(labels map[string]string) bool {
	return i.uuid != "" && labels[LabelCluster] == i.uuid && labels[LabelRole] != ""
}

// mine selects the cluster's objects in a list of the daemon.
func (i identity) mine() client.Filters {
	return make(client.Filters).Add("label", LabelCluster+"="+i.uuid)
}

func (i identity) project() string { return "rondb-" + string(i.name) }

// container is the name of a node's container, also its name in the cluster's
// network: rondb-demo-ndbmtd-1.
func (i identity) container(slot engine.Slot) string {
	return i.project() + "-" + slot.Kind.String() + "-" + slot.ID.String()
}

// volume is the name of a node's volume. The part of the uuid keeps clusters
// apart that had the same name one after the other.
func (i identity) volume(slot engine.Slot) string { return i.container(slot) + "-" + i.token() }

func (i identity) metaVolume() string    { return i.project() + "-meta-" + i.token() }
func (i identity) metaContainer() string { return i.project() + "-meta" }
func (i identity) network() string       { return i.project() + "-" + i.token() }

func (i identity) token() string { return i.uuid[:min(len(i.uuid), 8)] }

// nodeOf reads the node from labels; 0 if they name none.
func nodeOf(labels map[string]string) engine.NodeID {
	id, err := strconv.Atoi(labels[LabelNode])
	if err != nil || id < 1 || id > engine.MaxNodeID {
		return 0
	}
	return engine.NodeID(id)
}

// The network of a cluster is a /22. Its first 256 addresses are the gateway's
// and nobody's; those of the nodes end in the node's id.
const (
	networkBits  = 22
	networkTries = 64
)

// subnet is the try-th network that a cluster asks for: its uuid decides where the
// tries begin, so that clusters seldom meet.
func subnet(seed uint64, try int) netip.Prefix {
	// 10.192.0.0/10, in steps of a /22.
	place := (seed + uint64(try)) % (64 * 64) //nolint:gosec // G115: a small count
	address := netip.AddrFrom4([4]byte{10, byte(192 + place/64), byte(place % 64 * 4), 0})
	return netip.PrefixFrom(address, networkBits)
}

// gateway is the network's first address.
func gateway(network netip.Prefix) netip.Addr { return network.Addr().Next() }

// addressOf is the fixed address of a node.
func addressOf(network netip.Prefix, node engine.NodeID) netip.Addr {
	b := network.Addr().As4()
	b[2]++
	b[3] = byte(node) //nolint:gosec // G115: at most MaxNodeID, 255
	return netip.AddrFrom4(b)
}

// nodeAddresses are the addresses of all nodes, and of nothing else.
func nodeAddresses(network netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(addressOf(network, 0), 24)
}

func hostPort(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
