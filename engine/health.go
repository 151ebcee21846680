package engine

// Groups gives the redundancy of every node group of an observation.
func (o *Observed) Groups() []GroupView {
	if o.Config == nil {
		return nil
	}
	groups := make([]GroupView, o.Config.NodeGroups)
	for g := range groups {
		groups[g].ID = GroupID(g)
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind != KindData || n.Group < 0 || int(n.Group) >= len(groups) || !n.Active {
			continue
		}
		groups[n.Group].Nodes = append(groups[n.Group].Nodes, n.ID)
		if n.Status == StatusStarted {
			groups[n.Group].Started++
		}
	}
	members := o.Members()
	for g := range groups {
		groups[g].MayLose = o.mayLose(members, groups[g].ID)
		groups[g].MayLoseAtOnce = o.mayLoseAtOnce(members, groups[g].ID)
	}
	return groups
}

// mayLose counts how many started replicas of a group can go one after another,
// an arbitrator being chosen anew in between where there is one.
func (o *Observed) mayLose(members []Member, group GroupID) int {
	count := 0
	for {
		next, rest := splitOff(members, group, 1)
		if next == nil || !Survive(members, next, o.Config.NodeGroups, o.ArbitrationReady).Survives {
			return count
		}
		members = rest
		count++
	}
}

// mayLoseAtOnce counts how many started replicas of a group can go at the same
// moment.
func (o *Observed) mayLoseAtOnce(members []Member, group GroupID) int {
	for count := 1; ; count++ {
		lost, _ := splitOff(members, group, count)
		if lost == nil || !Survive(members, lost, o.Config.NodeGroups, o.ArbitrationReady).Survives {
			return count - 1
		}
	}
}

// splitOff takes the first count members of a group away, nil if it has fewer.
func splitOff(members []Member, group GroupID, count int) (lost map[NodeID]bool, rest []Member) {
	lost = make(map[NodeID]bool, count)
	for _, m := range members {
		if m.Group == group && len(lost) < count {
			lost[m.ID] = true
			continue
		}
		rest = append(rest, m)
	}
	if len(lost) < count {
		return nil, members
	}
	return lost, rest
}

// HealthOf puts the health of a cluster in one word. wanted is the desired
// state, which tells a cluster stopped on purpose from one that is down.
func HealthOf(wanted *Spec, o *Observed) Health {
	switch {
	case o.Serving:
		return servingHealth(wanted, o)
	case !wanted.RonDBRunning:
		return Stopped
	}
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == KindData && n.Status == StatusStarting {
			return Starting
		}
	}
	if !o.Formed {
		return Starting
	}
	return Down
}

// servingHealth is AtRisk as soon as a wanted node is missing, a node group has
// no replica to spare though it should, or no arbitrator stands ready. A node on
// its way up for the first time adds to the cluster: it is not missing. While no
// MySQL server answers, the clients have nothing: that is
// Starting before the first of them ever served, and Down afterwards.
func servingHealth(wanted *Spec, o *Observed) Health {
	mysqlStarted, mysqlServedBefore, whole := 0, false, true
	for i := range o.Nodes {
		n := &o.Nodes[i]
		started := n.Status == StatusStarted && !n.Isolated
		if n.Kind == KindMySQL {
			mysqlServedBefore = mysqlServedBefore || n.Incarnation > 1 || n.Status == StatusDead
			if started {
				mysqlStarted++
			}
		}
		if wanted.Fills(n.Slot) && !started && !n.comesFirst() {
			whole = false
		}
	}
	for _, g := range o.Groups() {
		whole = whole && (g.MayLose > 0 || wanted.ActiveReplicationFactor < 2)
	}
	switch {
	case wanted.NumManagedMysqldVms > 0 && mysqlStarted == 0 && mysqlServedBefore:
		return Down
	case wanted.NumManagedMysqldVms > 0 && mysqlStarted == 0:
		return Starting
	case !whole || !o.ArbitrationReady:
		return AtRisk
	}
	return Healthy
}

// comesFirst says whether the node is on its way up for the first time.
func (n *NodeObservation) comesFirst() bool {
	down := n.Status == StatusAbsent || n.Status == StatusStopped
	return n.Incarnation <= 1 && (down && !n.HasData || n.Status == StatusStarting)
}
