package mgm

// connection: a management server tells of its own contact with data nodes, which
// is what a status shows. Data nodes tell of API nodes; what they tell of each
// other is seen by NodeFailed.
func (s *States) connection(e Event, b *Connection) []Change {
	n, ok := s.known(b.Node)
	if !ok {
		return nil
	}
	source, _ := s.known(e.Source)
	connected := e.Type == EventConnected
	if !connected && e.Type != EventDisconnected {
		return nil
	}
	switch {
	case n.Type == APINode && source.Type == DataNode:
		return s.link(n, e.Source, connected)
	case source.Type != ManagementServer:
		return nil
	case !connected:
		return s.gone(n)
	case n.Type == DataNode && !n.State.Up():
		n.State, n.Phase = Unknown, 0
	case n.Type == ManagementServer:
		n.State = Connected
	}
	return s.put(nil, n)
}

// link: an API node is connected as long as one data node says so.
func (s *States) link(n NodeState, data NodeID, connected bool) []Change {
	links := s.linksOf(n)
	if !connected {
		delete(links, data)
	} else {
		links[data] = true
	}
	if n.State = NoContact; len(links) > 0 {
		n.State = Connected
	}
	return s.put(nil, n)
}

// linksOf are the data nodes that an API node is connected to. A status does not
// tell which, so after one it is all that serve.
func (s *States) linksOf(n NodeState) map[NodeID]bool {
	if links, known := s.links[n.ID]; known {
		return links
	}
	links := map[NodeID]bool{}
	for _, other := range s.nodes {
		if other.Type == DataNode && other.State == Started && n.State == Connected {
			links[other.ID] = true
		}
	}
	s.links[n.ID] = links
	return links
}

func (s *States) version(e Event, b *APIVersion) []Change {
	n, ok := s.known(b.Node)
	if !ok || n.Type != APINode {
		return nil
	}
	n.Version = b.Version
	s.nodes[n.ID] = n
	return s.link(n, e.Source, true)
}

// gone is a node that there is no contact with.
func (s *States) gone(n NodeState) []Change {
	var apis []NodeState // that knew it
	for _, api := range s.Nodes() {
		if n.Type == DataNode && api.Type == APINode && s.linksOf(api)[n.ID] {
			apis = append(apis, api)
		}
	}
	away := NodeState{Failure: n.Failure, Exit: n.Exit}
	away.ID, away.Type, away.Group, away.State = n.ID, n.Type, n.Group, NoContact
	changes := s.put(nil, away)
	for _, api := range apis {
		changes = append(changes, s.link(api, n.ID, false)...)
	}
	return changes
}

// start: what a starting data node says of itself.
func (s *States) start(e Event) []Change {
	n, ok := s.data(e.Source)
	if !ok {
		return nil
	}
	switch b := e.Body.(type) {
	case *StartPhase:
		n.State, n.Phase, n.Start = Starting, int(b.Phase), b.Type
	case *NodeVersion:
		n.Version = b.Version
		n.State, n.Phase = Starting, 0
		if e.Type == EventStartCompleted {
			n.State = Started
		}
	case *RingJoined:
		n.DynamicID = int32(b.DynamicID & 0xffff)
		s.nodes[n.ID] = n
		return nil
	}
	n.Failure, n.Exit = FailureNone, Exit{}
	return s.put(nil, n)
}

// leave: data nodes that stop, crash, or are found dead.
func (s *States) leave(e Event) []Change {
	id := e.Source
	switch b := e.Body.(type) {
	case *NodeFailed:
		id = b.Node
	case *NodeFailCompleted:
		id = b.Failed
	}
	n, ok := s.data(id)
	if !ok {
		return nil
	}
	switch b := e.Body.(type) {
	case *StopStarted:
		n.State, n.Phase = ShuttingDown, 1
		return s.put(nil, n)
	case *StopCompleted:
		n.Exit = Exit{Told: true, Action: b.Action, Signal: b.Signal}
		return s.gone(n)
	case *StopForced:
		n.Exit = Exit{Told: true, Forced: true, Action: b.Action, Signal: b.Signal, Error: b.Error}
		return s.gone(n)
	case *NodeFailed:
		s.arbitrator.Ready = false // its ticket is for the nodes that were
		if n.Failure == FailureNone {
			n.Failure = FailureSeen
		}
	case *NodeFailCompleted:
		if b.Everywhere() && n.Failure == FailureSeen {
			n.Failure = FailureHandled
		}
	}
	return s.put(nil, n)
}

// stay: a stop was given up.
func (s *States) stay(id NodeID) []Change {
	n, ok := s.data(id)
	if !ok || n.State != ShuttingDown {
		return nil
	}
	n.State, n.Phase = Started, 0
	return s.put(nil, n)
}

func (s *States) singleUser(b *SingleUser) []Change {
	from, to := Started, SingleUserMode
	switch b.Step {
	case SingleUserEntered:
	case SingleUserExiting:
		from, to = to, from
	default:
		return nil
	}
	var changes []Change
	for _, n := range s.Nodes() {
		if n.Type == DataNode && n.State == from {
			n.State, n.SingleUser = to, to == SingleUserMode
			changes = s.put(changes, n)
		}
	}
	return changes
}

// arbitration: only the president starts an arbitrator, and every other word says
// that it is not yet, or no more, ready.
func (s *States) arbitration(e Event, b *Arbitration) {
	if e.Type != EventArbitrationState {
		return
	}
	switch b.What() {
	case ArbitratorStarted:
		s.arbitrator = Arbitrator{Node: b.Arbiter, Ready: true}
	case ArbitratorReceived: // by a node that joined
	case ArbitratorPrepared:
		s.arbitrator.Node = b.Arbiter
	default:
		s.arbitrator.Ready = false
	}
}
