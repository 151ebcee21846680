package mgmtest

import (
	"slices"

	"rondb-tui/rondb/mgm"
)

// SetState moves a node and sends the events of that. phase counts for Starting
// and ShuttingDown. A node that is not configured is ignored.
func (c *Cluster) SetState(id mgm.NodeID, state mgm.State, phase int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setState(id, state, phase)
}

// Kill is a process that died and said nothing.
func (c *Cluster) Kill(id mgm.NodeID) { c.SetState(id, mgm.NoContact, 0) }

// Crash is a data node that ended itself with an error of its own.
func (c *Cluster) Crash(id mgm.NodeID, code uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send(id, mgm.EventStopForced, &mgm.StopForced{Error: code, Phase: mgm.NotStarting})
	c.setState(id, mgm.NoContact, 0)
}

func (c *Cluster) setState(id mgm.NodeID, state mgm.State, phase int) {
	was, ok := c.nodes[id]
	if !ok || (was.State == state && was.Phase == phase) {
		return
	}
	n := was
	n.State, n.Phase = state, 0
	if state == mgm.Starting || state == mgm.ShuttingDown {
		n.Phase = phase
	}
	if state != mgm.NoContact {
		n.Version, n.MySQLVersion = c.setup.Version.Version, c.setup.Version.MySQL
		if n.Address == "" {
			n.Address = "127.0.0.1"
		}
	}
	if n.Type == mgm.DataNode {
		c.moveData(was, n)
		return
	}
	if c.nodes[id] = n; state == mgm.NoContact {
		c.nodes[id] = gone(n)
	}
	c.tellOther(was, n)
}

// tellOther: data nodes tell of API nodes, the servers of each other.
func (c *Cluster) tellOther(was, n mgm.NodeStatus) {
	kind := mgm.EventConnected
	if !n.State.Up() {
		kind = mgm.EventDisconnected
	}
	if was.State.Up() == n.State.Up() {
		return
	}
	if n.Type == mgm.ManagementServer {
		c.send(c.setup.ID, kind, &mgm.Connection{Node: n.ID})
		return
	}
	for _, peer := range c.peers(n.ID) {
		c.send(peer.ID, kind, &mgm.Connection{Node: n.ID})
		if kind == mgm.EventConnected {
			c.send(peer.ID, mgm.EventAPIVersion, &mgm.APIVersion{Node: n.ID, Version: n.Version})
		}
	}
}

func (c *Cluster) moveData(was, n mgm.NodeStatus) {
	if !was.State.Up() {
		c.send(c.setup.ID, mgm.EventConnected, &mgm.Connection{Node: n.ID})
	}
	switch n.State {
	case mgm.NoContact:
		if was.State == mgm.ShuttingDown {
			c.send(n.ID, mgm.EventStopCompleted, &mgm.StopCompleted{Action: c.leaving[n.ID]})
		}
		delete(c.leaving, n.ID)
		c.nodes[n.ID] = gone(n)
		c.tellGone(n.ID, was.State)
		c.collapse(n.Group)
		return
	case mgm.Starting:
		c.send(n.ID, mgm.EventStartPhaseCompleted, &mgm.StartPhase{Phase: uint32(n.Phase), Type: mgm.NodeRestart}) //nolint:gosec // a phase
		if n.Phase > 0 {
			c.join(&n)
		}
	case mgm.Started:
		c.join(&n)
		if was.State != mgm.SingleUserMode {
			c.send(n.ID, mgm.EventStartCompleted, &mgm.NodeVersion{Version: n.Version})
		}
	case mgm.ShuttingDown:
		c.send(n.ID, mgm.EventStopStarted, &mgm.StopStarted{})
	default: // nothing is told of the others
	}
	c.nodes[n.ID] = n
}

// join lets a data node into the heartbeat ring.
func (c *Cluster) join(n *mgm.NodeStatus) {
	if n.DynamicID != 0 {
		return
	}
	c.dynamic++
	n.DynamicID = c.dynamic
	president := c.president()
	if president == 0 {
		president = n.ID
	}
	c.send(n.ID, mgm.EventRingJoined, &mgm.RingJoined{Own: n.ID, President: president, DynamicID: uint32(n.DynamicID)})
}

// arbitrationState is what a real one has in the upper half of its codes.
const arbitrationState = 7 << 16

// tellGone: the others find it dead, ask the arbitrator, and clear up after it. A
// backup that it took part in ends.
func (c *Cluster) tellGone(id mgm.NodeID, was mgm.State) {
	c.send(c.setup.ID, mgm.EventDisconnected, &mgm.Connection{Node: id})
	peers := c.peers(id)
	if len(peers) == 0 {
		return
	}
	for _, peer := range peers {
		c.send(peer.ID, mgm.EventDisconnected, &mgm.Connection{Node: id})
	}
	speaker := c.president()
	arbitration := func(t mgm.EventType, code mgm.ArbitrationCode) {
		c.send(speaker, t, &mgm.Arbitration{Code: arbitrationState | uint32(code), Arbiter: c.setup.ID})
	}
	arbitration(mgm.EventArbitrationResult, mgm.ArbitrationRequired)
	arbitration(mgm.EventArbitrationState, mgm.ArbitrationThread)
	arbitration(mgm.EventArbitrationResult, mgm.ArbitrationWon)
	c.send(speaker, mgm.EventNodeFailed, &mgm.NodeFailed{Node: id})
	for _, peer := range peers {
		c.send(peer.ID, mgm.EventNodeFailCompleted, &mgm.NodeFailCompleted{Failed: id, Completing: uint32(peer.ID)}) //nolint:gosec // an id
	}
	c.send(speaker, mgm.EventNodeFailCompleted, &mgm.NodeFailCompleted{Failed: id})
	arbitration(mgm.EventArbitrationState, mgm.ArbitratorStarted)
	if c.backup != 0 && was == mgm.Started {
		c.endBackup(errNodeFailure)
	}
}

// errArbitration is what data nodes end with that may not go on.
const errArbitration = 2305

// collapse ends the other data nodes when no node of a group is left. Processes
// of Act's decide themselves.
func (c *Cluster) collapse(group int) {
	peers := c.peers(0)
	if c.setup.Act != nil || group == mgm.NoGroup || slices.ContainsFunc(peers, func(n mgm.NodeStatus) bool { return n.Group == group }) {
		return
	}
	for _, n := range peers {
		c.send(n.ID, mgm.EventStopForced, &mgm.StopForced{Error: errArbitration, Phase: mgm.NotStarting})
		c.nodes[n.ID] = gone(n)
		c.send(c.setup.ID, mgm.EventDisconnected, &mgm.Connection{Node: n.ID})
	}
}
