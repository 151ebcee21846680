package present

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
)

// Blast is what a fault of some nodes at the same moment would do, by the rules
// of arbitration and what is started now.
type Blast struct {
	Fault   Fault
	Targets []engine.NodeID
	Stops   bool // the cluster stops
	NoSQL   bool // no MySQL server answers afterwards
	Rows    []Line
}

// BlastOf foresees a fault of some nodes, in rows of at most w columns.
func BlastOf(s *engine.Snapshot, fault Fault, targets []engine.NodeID, w int) Blast {
	o := &s.Cluster.Observed
	lost := make(map[engine.NodeID]bool, len(targets))
	kinds := make(map[engine.NodeKind]bool)
	for _, id := range targets {
		if n, found := o.Node(id); found {
			lost[id] = true
			kinds[n.Kind] = true
		}
	}
	b := Blast{Fault: fault, Targets: slices.Sorted(slices.Values(targets))}
	b.add(w, Strong, fault.command(b.names(o)))
	if kinds[engine.KindData] {
		b.addData(s, lost, w)
	}
	b.addLease(w)
	if kinds[engine.KindData] && fault.Lasts() {
		b.add(w, Plain, fault.dataWords())
	}
	b.addMySQL(s, lost, w)
	b.addManagement(s, lost, w)
	if !b.Stops { // that lasts as long as the system restart
		b.addUsual(s, kinds, w)
	}
	return b
}

func (b *Blast) add(w int, role Role, text string) {
	for _, row := range Wrap(text, w) {
		b.Rows = append(b.Rows, Words(role, row))
	}
}

func (b *Blast) names(o *engine.Observed) string {
	var names []string
	for _, id := range b.Targets {
		n, found := o.Node(id)
		switch {
		case !found:
			names = append(names, fmt.Sprintf("node %d", id))
		case n.Kind == engine.KindData:
			names = append(names, fmt.Sprintf("%s (NG%d)", n.Slot, n.Group))
		default:
			names = append(names, n.Slot.String())
		}
	}
	return strings.Join(names, ", ")
}

// addData tells the verdict of the arbitration rules first, then the copies that
// each node group has left.
func (b *Blast) addData(s *engine.Snapshot, lost map[engine.NodeID]bool, w int) {
	o := &s.Cluster.Observed
	gone := withIsolated(o, lost)
	verdict := engine.Survive(o.Members(), gone, len(s.Cluster.Groups), o.ArbitrationReady && !gone[o.Arbitrator])
	switch {
	case !o.Serving:
		b.add(w, Info, "The cluster does not serve now, so nothing stops that runs.")
	case verdict.Survives:
		asked := "The arbitrator is not asked."
		if verdict.Code == 46 {
			asked = fmt.Sprintf("The arbitrator is asked: node %d.", o.Arbitrator)
		}
		b.add(w, Good, "The cluster survives: "+verdict.Why+". "+asked)
	default:
		b.Stops = true
		b.add(w, Alarm, "The cluster WILL stop: "+verdict.Why+".")
		b.add(w, Bad, "It comes back by a system restart from the last global checkpoint; writes since then may roll back by design.")
	}
	for i := range s.Cluster.Groups {
		b.addGroup(o, &s.Cluster.Groups[i], lost, w)
	}
}

// withIsolated adds the nodes that are cut off: they count as lost already.
func withIsolated(o *engine.Observed, lost map[engine.NodeID]bool) map[engine.NodeID]bool {
	gone := maps.Clone(lost)
	for i := range o.Nodes {
		if o.Nodes[i].Isolated {
			gone[o.Nodes[i].ID] = true
		}
	}
	return gone
}

// addGroup tells the copies that a node group has left, if it loses any.
func (b *Blast) addGroup(o *engine.Observed, g *engine.GroupView, lost map[engine.NodeID]bool, w int) {
	left := 0
	touched := false
	for _, id := range g.Nodes {
		n, found := o.Node(id)
		touched = touched || lost[id]
		if found && n.Status == engine.StatusStarted && !n.Isolated && !lost[id] {
			left++
		}
	}
	if !touched {
		return
	}
	role := Plain
	if left <= 1 {
		role = Warn
	}
	b.add(w, role, fmt.Sprintf("NG%d: copies %d -> %d of %d", g.ID, g.Started, left, len(g.Nodes)))
}

func (b *Blast) addMySQL(s *engine.Snapshot, lost map[engine.NodeID]bool, w int) {
	var serving, down []string
	for _, n := range NodesOf(s, engine.KindMySQL) {
		switch {
		case lost[n.ID]:
			down = append(down, n.ID.String())
		case n.Status == engine.StatusStarted && !n.Isolated:
			serving = append(serving, n.ID.String())
		}
	}
	b.NoSQL = len(serving) == 0
	switch {
	case b.Stops:
		b.add(w, Plain, "No MySQL server can commit until the data nodes are back.")
	case b.NoSQL:
		b.add(w, Bad, "No MySQL server answers until one is back.")
	case !s.Cluster.Observed.Serving:
		b.add(w, Warn, "No MySQL server can commit now: the data nodes do not serve.")
	default:
		b.add(w, Plain, "MySQL servers that go on serving: "+strings.Join(serving, ", "))
	}
	if len(down) > 0 {
		b.add(w, Plain, b.Fault.mysqlWords(strings.Join(down, ", "))+" Replies lost around a commit count as unknown.")
	}
}

func (b *Blast) addManagement(s *engine.Snapshot, lost map[engine.NodeID]bool, w int) {
	o := &s.Cluster.Observed
	if o.Arbitrator != 0 && lost[o.Arbitrator] && !b.Stops {
		b.add(w, Warn, fmt.Sprintf("Node %d is the arbitrator; another has to be chosen.", o.Arbitrator))
	}
	if o.President != 0 && lost[o.President] && !b.Stops {
		b.add(w, Plain, fmt.Sprintf("Node %d is the president; another data node takes over.", o.President))
	}
}

// addLease says how long a lasting fault lasts, and who ends it.
func (b *Blast) addLease(w int) {
	if b.Fault.Lasts() {
		b.add(w, Info, fmt.Sprintf("Lease %s: it ends by itself then, whatever becomes of this console; %s at once. "+
			"Until then the engine leaves the node alone.", LeaseWords(), b.Fault.endWords()))
	}
}

// addUsual tells how long earlier faults like it kept clients waiting.
func (b *Blast) addUsual(s *engine.Snapshot, kinds map[engine.NodeKind]bool, w int) {
	var least, most time.Duration
	seen := 0
	for i := range s.Load.Incidents {
		one := &s.Load.Incidents[i]
		if one.Open || !one.Measured || one.Overlaps > 0 || len(one.Nodes) != len(b.Targets) ||
			faultOf(one) != b.Fault || !sameKinds(s, one.Nodes, kinds) {
			continue
		}
		if seen == 0 || one.Blackout < least {
			least = one.Blackout
		}
		most = max(most, one.Blackout)
		seen++
	}
	switch {
	case seen == 0:
		b.add(w, Dim, "Outage for clients: not measured yet.")
	case least == most:
		b.add(w, Plain, fmt.Sprintf("Outage for clients, %s like it: %s", plural(seen, "earlier "+b.Fault.noun()), timeSpan(most)))
	default:
		b.add(w, Plain, fmt.Sprintf("Outage for clients, %s like it: %s to %s",
			plural(seen, "earlier "+b.Fault.noun()), timeSpan(least), timeSpan(most)))
	}
}

func sameKinds(s *engine.Snapshot, nodes []engine.NodeID, kinds map[engine.NodeKind]bool) bool {
	for _, id := range nodes {
		n, found := s.Cluster.Observed.Node(id)
		if !found || !kinds[n.Kind] {
			return false
		}
	}
	return true
}
