package mgmtest

import (
	"maps"
	"slices"
	"strconv"
	"sync"

	"rondb-tui/rondb/mgm"
)

// maxQueue is how many events a listener may be behind before it is dropped.
const maxQueue = 512

// ActionKind is what a management server asks of a process.
type ActionKind uint8

// The kinds of actions.
const (
	ActStart   ActionKind = iota + 1 // a data node that is NotStarted
	ActStop                          // a data node or a management server
	ActRestart                       // a data node
)

// Action is what a management server asks of a process.
type Action struct {
	Kind                    ActionKind
	Node                    mgm.NodeID
	Initial, NoStart, Abort bool // of a restart, Abort of a stop too
}

// Setup is a cluster to begin with.
type Setup struct {
	Version  mgm.ServerVersion // required
	ID       mgm.NodeID        // required; the node that the server is
	Replicas int               // data nodes of a node group; 0: 2
	Nodes    []mgm.NodeStatus  // required; as they are at first
	Inactive []mgm.NodeID      // slots that do not take part
	Config   mgm.Config        // what show config says; empty: made from the nodes
	// Act carries an action out and returns when the process did as it was told;
	// SetState is told of what it does meanwhile. Nil: the state changes at once,
	// and the data nodes end themselves when a node group is lost.
	Act func(Action) error
	// HoldBackups keeps a backup running until EndBackup.
	HoldBackups bool
}

// Cluster is the state that a Server tells of.
type Cluster struct {
	mu        sync.Mutex
	setup     Setup
	nodes     map[mgm.NodeID]mgm.NodeStatus
	inactive  map[mgm.NodeID]bool
	hosts     map[mgm.NodeID]string
	reserved  map[mgm.NodeID]bool // ids that sessions hold without a node
	listeners map[*listener]bool
	leaving   map[mgm.NodeID]mgm.StopAction
	dynamic   int32  // the last dynamic id
	backup    uint32 // running, 0 if none
	lastID    uint32 // of a backup
	single    mgm.NodeID
	ended     chan struct{} // closed and replaced when a backup ends
	outcome   error
}

// listener is who subscribed to events.
type listener struct {
	filter filter
	queue  chan []byte // closed when the listener is dropped
}

// NewCluster makes a cluster as its setup says.
func NewCluster(setup Setup) *Cluster {
	if setup.Replicas == 0 {
		setup.Replicas = 2
	}
	c := &Cluster{
		setup: setup, nodes: map[mgm.NodeID]mgm.NodeStatus{}, inactive: map[mgm.NodeID]bool{}, hosts: map[mgm.NodeID]string{},
		reserved: map[mgm.NodeID]bool{}, listeners: map[*listener]bool{}, leaving: map[mgm.NodeID]mgm.StopAction{}, ended: make(chan struct{}), dynamic: 1,
	}
	for _, n := range setup.Nodes {
		c.nodes[n.ID], c.hosts[n.ID] = n, n.Address
		c.dynamic = max(c.dynamic, n.DynamicID)
	}
	for _, id := range setup.Inactive {
		c.inactive[id] = true
	}
	return c
}

// Running are the nodes of a cluster that serves: groups of data nodes from id 1,
// a management server 65, MySQL servers from 67.
func Running(version mgm.ServerVersion, groups, replicas, mysqlds int) Setup {
	s := Setup{Version: version, ID: 65, Replicas: replicas}
	add := func(n mgm.NodeStatus) {
		n.Version, n.MySQLVersion, n.Address = version.Version, version.MySQL, "127.0.0.1"
		s.Nodes = append(s.Nodes, n)
	}
	for i := range groups * replicas {
		dynamic := int32(i + 1)
		if i == 0 {
			dynamic = -1 // so a real one shows its president
		}
		add(mgm.NodeStatus{ID: mgm.NodeID(i + 1), Type: mgm.DataNode, State: mgm.Started, DynamicID: dynamic, Group: i / replicas})
	}
	add(mgm.NodeStatus{ID: s.ID, Type: mgm.ManagementServer, State: mgm.Connected, Group: mgm.NoGroup})
	for i := range mysqlds {
		add(mgm.NodeStatus{ID: mgm.NodeID(67 + i), Type: mgm.APINode, State: mgm.Connected, Group: mgm.NoGroup})
	}
	return s
}

// Status are the nodes as a management server sees them, sorted by id: of API
// nodes it hears through data nodes.
func (c *Cluster) Status() []mgm.NodeStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.status()
	if len(c.peers(0)) > 0 {
		return all
	}
	for i, n := range all {
		if n.Type == mgm.APINode {
			all[i] = gone(n)
		}
	}
	return all
}

// gone is what is left of a node that there is no contact with.
func gone(n mgm.NodeStatus) mgm.NodeStatus {
	return mgm.NodeStatus{ID: n.ID, Type: n.Type, State: mgm.NoContact, Group: n.Group}
}

func (c *Cluster) status() []mgm.NodeStatus {
	all := make([]mgm.NodeStatus, 0, len(c.nodes))
	for _, id := range slices.Sorted(maps.Keys(c.nodes)) {
		all = append(all, c.nodes[id])
	}
	return all
}

// Active says whether a slot takes part.
func (c *Cluster) Active(id mgm.NodeID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.inactive[id]
}

// Reserve has a session hold an id though its node is not connected, as after a
// network that broke. Purging the stale sessions frees it.
func (c *Cluster) Reserve(id mgm.NodeID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reserved[id] = true
}

// Emit sends an event that no change of state makes.
func (c *Cluster) Emit(e mgm.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send(e.Source, e.Type, e.Body)
}

// send hands an event to those whose filter lets it through. One that is too far
// behind is dropped, as by a real server.
func (c *Cluster) send(source mgm.NodeID, t mgm.EventType, body mgm.Body) {
	var wire []byte
	for l := range c.listeners {
		if !l.filter.passes(t) {
			continue
		}
		if wire == nil {
			wire = mgm.AppendEvent(nil, mgm.Event{Type: t, Source: source, Body: body})
		}
		select {
		case l.queue <- wire:
		default:
			c.drop(l)
		}
	}
}

// Listeners counts who subscribed, so that a test knows when one did.
func (c *Cluster) Listeners() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.listeners)
}

func (c *Cluster) subscribe(f filter) *listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &listener{filter: f, queue: make(chan []byte, maxQueue)}
	c.listeners[l] = true
	return l
}

func (c *Cluster) unsubscribe(l *listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(l)
}

func (c *Cluster) drop(l *listener) {
	if c.listeners[l] {
		delete(c.listeners, l)
		close(l.queue)
	}
}

// president is the data node that speaks for the others, 0 if none is up.
func (c *Cluster) president() mgm.NodeID { return mgm.President(c.status()) }

// peers are the data nodes that serve, but one.
func (c *Cluster) peers(but mgm.NodeID) []mgm.NodeStatus {
	var all []mgm.NodeStatus
	for _, n := range c.status() {
		if n.Type == mgm.DataNode && n.ID != but && (n.State == mgm.Started || n.State == mgm.SingleUserMode) {
			all = append(all, n)
		}
	}
	return all
}

// config is what show config says.
func (c *Cluster) config() mgm.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.setup.Config.Sections) > 0 {
		return c.setup.Config
	}
	config := mgm.Config{Sections: []mgm.Section{{Name: "SYSTEM", Params: []mgm.Param{
		{Name: "Name", Value: "cluster"},
		{Name: "PrimaryMGMNode", Value: strconv.Itoa(int(c.setup.ID))},
		{Name: "ConfigGenerationNumber", Value: "1"},
	}}}}
	names := map[mgm.NodeType]string{mgm.DataNode: "ndbd(DB)", mgm.ManagementServer: "ndb_mgmd(MGM)", mgm.APINode: "mysqld(API)"}
	for _, n := range c.status() {
		s := mgm.Section{Name: names[n.Type], Params: []mgm.Param{
			{Name: "HostName", Value: c.hosts[n.ID]}, {Name: "NodeId", Value: strconv.Itoa(int(n.ID))},
		}}
		if n.Type == mgm.DataNode {
			group := n.Group
			if group == mgm.NoGroup {
				group = 65536
			}
			s.Params = append(s.Params,
				mgm.Param{Name: "NoOfReplicas", Value: strconv.Itoa(c.setup.Replicas)},
				mgm.Param{Name: "Nodegroup", Value: strconv.Itoa(group)})
		}
		if c.setup.Version.Flavour == mgm.RonDB {
			active := "1"
			if c.inactive[n.ID] {
				active = "0"
			}
			s.Params = append(s.Params, mgm.Param{Name: "NodeActive", Value: active})
		}
		config.Sections = append(config.Sections, s)
	}
	return config
}
