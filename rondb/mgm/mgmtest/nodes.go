package mgmtest

import (
	"fmt"
	"slices"

	"rondb-tui/rondb/mgm"
)

// act has actions carried out, without the lock: they may take long, and tell
// their states meanwhile. Nodes that are told together all stop before one starts.
func (c *Cluster) act(actions ...Action) error {
	if c.setup.Act != nil {
		for _, a := range actions {
			if err := c.setup.Act(a); err != nil {
				return err
			}
		}
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range actions {
		if n := c.nodes[a.Node]; a.Kind != ActStart && n.State.Up() && n.Type == mgm.DataNode && !a.Abort {
			c.setState(a.Node, mgm.ShuttingDown, 1)
		}
	}
	for _, a := range actions {
		if a.Kind != ActStart {
			c.setState(a.Node, mgm.NoContact, 0)
		}
	}
	for _, a := range actions {
		if a.Kind != ActStop {
			c.simulateStart(a)
		}
	}
	return nil
}

func (c *Cluster) simulateStart(a Action) {
	c.setState(a.Node, mgm.Unknown, 0)
	if a.NoStart {
		c.setState(a.Node, mgm.NotStarted, 0)
		return
	}
	for _, phase := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101} {
		c.setState(a.Node, mgm.Starting, phase)
	}
	c.setState(a.Node, mgm.Started, 0)
}

// start starts data nodes that wait for it: one, or all with 0.
func (c *Cluster) start(id mgm.NodeID) (int, error) {
	c.mu.Lock()
	var waiting []mgm.NodeID
	for _, n := range c.status() {
		if n.State == mgm.NotStarted && (id == 0 || n.ID == id) {
			waiting = append(waiting, n.ID)
		}
	}
	n, known := c.nodes[id]
	c.mu.Unlock()
	switch {
	case id == 0:
	case !known || n.Type != mgm.DataNode:
		return 0, errWrongType()
	case !n.State.Up():
		return 0, errNoContact()
	}
	for _, node := range waiting {
		if err := c.act(Action{Kind: ActStart, Node: node}); err != nil {
			return 0, err
		}
	}
	return len(waiting), nil
}

// leave stops or restarts nodes, in the order given. It says whether the server
// itself is among them: that one is left to the session, which answers first.
func (c *Cluster) leave(ids []mgm.NodeID, a Action, force bool) (count int, self bool, err error) {
	if err := c.mayLeave(ids, a, force); err != nil {
		return 0, false, err
	}
	for _, id := range ids {
		if id == c.setup.ID {
			self = true
			continue
		}
		a.Node = id
		c.mu.Lock()
		c.leaving[id] = stopAction(a)
		c.mu.Unlock()
		if err := c.act(a); err != nil {
			return count, self, err
		}
		count++
	}
	if self {
		count++
	}
	return count, self, nil
}

func stopAction(a Action) mgm.StopAction {
	var action mgm.StopAction
	if a.Kind == ActRestart {
		action |= 1
	}
	if a.NoStart {
		action |= 2
	}
	if a.Initial {
		action |= 4
	}
	return action
}

// mayLeave looks whether the cluster could go on without some nodes.
func (c *Cluster) mayLeave(ids []mgm.NodeID, a Action, force bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var data []mgm.NodeID
	for _, id := range ids {
		n, ok := c.nodes[id]
		switch {
		case !ok || n.Type == mgm.APINode:
			return errWrongType()
		case n.Type == mgm.ManagementServer && a.Kind == ActRestart && id != c.setup.ID:
			return errWrongType()
		case n.Type == mgm.DataNode && c.inactive[id]:
			return &refusal{0, fmt.Sprintf("Node %d is currently deactivated", id)}
		case !n.State.Up():
			return errNoContact()
		case n.Type == mgm.DataNode:
			data = append(data, id)
		}
	}
	if a.Abort || len(data) == 0 {
		return nil
	}
	return c.survives(data, force)
}

// survives looks at what is left of the data nodes.
func (c *Cluster) survives(leaving []mgm.NodeID, force bool) error {
	whole, left := true, map[int]int{}
	for _, n := range c.status() {
		if n.Type != mgm.DataNode || !n.State.Up() {
			continue
		}
		if !force && (n.State == mgm.Starting || n.State == mgm.ShuttingDown || n.State == mgm.Restarting) {
			return errStartStop()
		}
		if slices.Contains(leaving, n.ID) {
			left[n.Group] += 0
			continue
		}
		whole = false
		if n.State == mgm.Started || n.State == mgm.SingleUserMode {
			left[n.Group]++
		}
	}
	if whole && len(leaving) > 1 {
		return nil
	}
	if len(leaving) > 1 {
		return errMultiNode()
	}
	for group, nodes := range left {
		if nodes == 0 && group != mgm.NoGroup && c.nodes[leaving[0]].State != mgm.NotStarted {
			return errWouldCrash()
		}
	}
	return nil
}

// leaveAll stops or restarts every data node.
func (c *Cluster) leaveAll(a Action, servers bool) (count int, self bool, err error) {
	var ids, others []mgm.NodeID
	for _, n := range c.Status() {
		switch {
		case n.Type == mgm.DataNode && n.State.Up():
			ids = append(ids, n.ID)
		case n.Type == mgm.ManagementServer && n.State.Up() && n.ID != c.setup.ID:
			others = append(others, n.ID)
		}
	}
	if servers {
		ids = append(append(ids, others...), c.setup.ID)
	}
	together := a
	together.Abort = true // all of them is no question of what is left
	if err := c.mayLeave(ids, together, false); err != nil {
		return 0, false, err
	}
	var actions []Action
	for _, id := range ids {
		if id == c.setup.ID {
			self = true
			continue
		}
		a.Node = id
		c.mu.Lock()
		c.leaving[id] = stopAction(a)
		c.mu.Unlock()
		actions = append(actions, a)
	}
	if err := c.act(actions...); err != nil {
		return 0, self, err
	}
	return len(actions), self, nil
}

// stopSelf is the server's own end.
func (c *Cluster) stopSelf(a Action) {
	if c.setup.Act == nil {
		c.SetState(c.setup.ID, mgm.NoContact, 0)
		return
	}
	a.Node = c.setup.ID
	_ = c.setup.Act(a) // who asked was answered
}

func (c *Cluster) enterSingleUser(api mgm.NodeID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.nodes[api]
	switch {
	case !ok || n.Type != mgm.APINode:
		return errNotAPI()
	case len(c.peers(0)) == 0:
		return errNoDataNodes()
	}
	c.single = api
	for _, peer := range c.peers(0) {
		c.send(peer.ID, mgm.EventSingleUser, &mgm.SingleUser{Step: mgm.SingleUserEntering, Node: api})
		peer.State = mgm.SingleUserMode
		c.nodes[peer.ID] = peer
		c.send(peer.ID, mgm.EventSingleUser, &mgm.SingleUser{Step: mgm.SingleUserEntered, Node: api})
	}
	return nil
}

func (c *Cluster) exitSingleUser() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.peers(0)) == 0 {
		return errNoDataNodes()
	}
	for _, peer := range c.peers(0) {
		if peer.State == mgm.SingleUserMode {
			peer.State = mgm.Started
			c.nodes[peer.ID] = peer
			c.send(peer.ID, mgm.EventSingleUser, &mgm.SingleUser{Step: mgm.SingleUserExiting, Node: c.single})
		}
	}
	c.single = 0
	return nil
}
