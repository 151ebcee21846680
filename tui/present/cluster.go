package present

import (
	"fmt"
	"strings"

	"rondb-tui/engine"
)

// Item is what the selection can stand on: a node, or with Node 0 the heading of
// a kind of nodes.
type Item struct {
	Kind engine.NodeKind
	Node engine.NodeID
}

// Row is one row of the cluster: the item it shows, zero for none.
type Row struct {
	Item  Item
	Group engine.GroupID // of a data node's row, NoGroup otherwise
	Line  Line
}

// shown says whether a slot is worth a row: something is wanted there, or is
// there.
func shown(s *engine.Snapshot, n *engine.NodeObservation) bool {
	return n.Status != engine.StatusAbsent || s.Cluster.Spec.Fills(n.Slot)
}

// NodesOf lists the shown nodes of a kind in the order of their ids.
func NodesOf(s *engine.Snapshot, kind engine.NodeKind) []*engine.NodeObservation {
	var nodes []*engine.NodeObservation
	for i := range s.Cluster.Observed.Nodes {
		if n := &s.Cluster.Observed.Nodes[i]; n.Kind == kind && shown(s, n) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// ClusterRows lists the cluster from the top: the node groups with their
// replicas, then MySQL servers, management servers and API nodes.
func ClusterRows(s *engine.Snapshot, v *View, w int) []Row {
	var rows []Row
	group := engine.NoGroup
	for _, n := range NodesOf(s, engine.KindData) {
		if n.Group != group {
			group = n.Group
			text, role := GroupWords(s, group)
			line := Words(Strong, fmt.Sprintf("NG%-3d ", group)).Add(role, Clip(text, w-6))
			rows = append(rows, Row{Group: engine.NoGroup, Line: line})
		}
		rows = append(rows, nodeRow(s, v, n, w))
	}
	for _, kind := range []engine.NodeKind{engine.KindMySQL, engine.KindManagement, engine.KindAPI} {
		nodes := NodesOf(s, kind)
		item := Item{Kind: kind}
		head := cursor(v, item).Add(Strong, kind.Words()+"s")
		slots := Words(Dim, fmt.Sprintf("%d of %d slots", len(nodes), capacity(&s.Cluster.Spec, kind)))
		rows = append(rows, Row{Item: item, Group: engine.NoGroup, Line: lit(v, item, Between(head, slots, w))})
		for _, n := range nodes {
			rows = append(rows, nodeRow(s, v, n, w))
		}
	}
	return rows
}

func capacity(spec *engine.Spec, kind engine.NodeKind) int {
	switch kind {
	case engine.KindMySQL:
		return spec.MySQLCapacity()
	case engine.KindAPI:
		return spec.APICapacity()
	case engine.KindManagement:
		return engine.MaxManagement
	default:
		return spec.NumNodeGroups * spec.MaxReplicationFactor
	}
}

// cursor starts a selectable row: ">" where the selection stands.
func cursor(v *View, item Item) Line {
	if v.Selected == item {
		return Words(Strong, "> ")
	}
	return Words(Plain, "  ")
}

// lit marks the whole row where the selection stands.
func lit(v *View, item Item, line Line) Line {
	if v.Selected != item {
		return line
	}
	for i := range line {
		line[i].Role |= Selected
	}
	return line
}

func nodeRow(s *engine.Snapshot, v *View, n *engine.NodeObservation, w int) Row {
	item := Item{Kind: n.Kind, Node: n.ID}
	glyph, word, role := v.Glyphs.Status(n)
	line := cursor(v, item)
	if v.Marked[n.ID] {
		line[0].Text = line[0].Text[:1] + "*"
	}
	line = line.Add(Strong, fmt.Sprintf("%3d ", n.ID)).Add(role, glyph+" ")
	line = append(line, nodeWords(s, v, n, word, role, w-line.Width())...)
	return Row{Item: item, Group: n.Group, Line: lit(v, item, Between(line, nil, w))}
}

// nodeWords is what stands behind a node's glyph, in w columns.
func nodeWords(s *engine.Snapshot, v *View, n *engine.NodeObservation, word string, role Role, w int) Line {
	switch {
	case n.Lease != nil:
		return Words(role, Clip(leaseWords(n, word, v.Now), w))
	case n.Status == engine.StatusStarting && n.Kind == engine.KindData:
		return startingWords(v, n, w)
	case n.Status != engine.StatusStarted:
		line := Words(role, Clip(word, w))
		if why := Clean(n.Err); why != "" {
			line = line.Add(Dim, Clip("  "+why, w-line.Width()))
		}
		return line
	case n.Kind == engine.KindMySQL:
		return mysqlWords(s, v, n, word, role, w)
	}
	const dutyWidth = 11
	line := Words(role, Pad(word, min(9, w)))
	extra, extraRole := duty(s, n)
	if Width(extra) >= dutyWidth {
		extra += " "
	}
	line = line.Add(extraRole, Clip(Pad(extra, max(dutyWidth, Width(extra))), max(w-line.Width(), 0)))
	for _, part := range nodeFigures(v, n, w) {
		if line.Width()+Width(part) > w {
			break
		}
		line = line.Add(Plain, part)
	}
	return line
}

// nodeFigures are a started node's figures, the most wanted first; a wide row
// holds more of them.
func nodeFigures(v *View, n *engine.NodeObservation, w int) []string {
	var parts []string
	if n.Kind == engine.KindData && n.MemoryTotal > 0 {
		share := Pad(percent(n.MemoryUsed, n.MemoryTotal), 4)
		if w >= 60 {
			share = v.Glyphs.bar(float64(n.MemoryUsed)/float64(n.MemoryTotal), 10) + " " + share
		}
		parts = append(parts, "mem "+share+" ")
	}
	if up := age(v.Now, n.StartedAt); up != "" {
		parts = append(parts, Pad("up "+up, 9))
	}
	if n.Kind == engine.KindData {
		parts = append(parts, Count(uint64(max(n.Rows, 0)))+" rows ")
	}
	return append(parts, Clean(n.Version))
}

// startingWords is a data node's way up: phase, what it does, how far it is.
func startingWords(v *View, n *engine.NodeObservation, w int) Line {
	line := Words(Info, fmt.Sprintf("starting %d/%d ", n.StartPhase, engine.LastStartPhase))
	barWidth := 5
	if w >= 60 {
		barWidth = 20
	}
	end := fmt.Sprintf("%s %3.0f%%", v.Glyphs.bar(n.Progress, barWidth), n.Progress*100)
	if since := age(v.Now, n.StartedAt); since != "" && w >= 40 {
		end += " " + since
	}
	room := w - line.Width() - Width(end) - 1
	if room < 0 {
		return Words(Info, Clip(line.String(), w))
	}
	return line.Add(Plain, Pad(Clean(n.Doing), room)+" ").Add(Info, end)
}

func mysqlWords(s *engine.Snapshot, v *View, n *engine.NodeObservation, word string, role Role, w int) Line {
	const addressWidth = 16
	address := Clean(n.Address)
	line := Words(role, Pad(word, min(9, w))).Add(Plain, Clip(Pad(address, max(addressWidth, Width(address))), max(w-9, 0)))
	var parts []string
	for i := range s.Load.Servers {
		if l := &s.Load.Servers[i]; l.Node == n.ID {
			parts = append(parts, fmt.Sprintf(" %6s/s", Count(uint64(max(l.OpsPerSecond, 0)))))
		}
	}
	if up := age(v.Now, n.StartedAt); up != "" {
		parts = append(parts, "  up "+up)
	}
	for _, part := range parts {
		if line.Width()+Width(part) <= w {
			line = line.Add(Plain, part)
		}
	}
	return line
}

// duty says what a started node is in the cluster beyond its kind.
func duty(s *engine.Snapshot, n *engine.NodeObservation) (string, Role) {
	var words []string
	if group := groupOf(s, n); group != nil && group.Started == 1 && n.Status == engine.StatusStarted {
		if len(group.Nodes) > 1 {
			return "LAST COPY", Alarm
		}
		words = append(words, "only copy")
	}
	if n.President {
		words = append(words, "president")
	}
	if n.Arbitrator {
		words = append(words, "arbitrator")
	}
	return strings.Join(words, ", "), Info
}

func groupOf(s *engine.Snapshot, n *engine.NodeObservation) *engine.GroupView {
	if n.Kind != engine.KindData {
		return nil
	}
	return groupView(s, n.Group)
}

func groupView(s *engine.Snapshot, id engine.GroupID) *engine.GroupView {
	for i := range s.Cluster.Groups {
		if g := &s.Cluster.Groups[i]; g.ID == id {
			return g
		}
	}
	return nil
}

// ShapeWords is the shape of the data nodes: "2 groups x 3 replicas".
func ShapeWords(c *engine.ClusterView) string {
	groups, replicas := shape(c)
	return plural(groups, "group") + " x " + plural(replicas, "replica")
}

// shape is how many node groups there are and how many replicas each is to have.
// Groups are in the configuration; a desired state that wants others changes that.
func shape(c *engine.ClusterView) (groups, replicas int) {
	groups = c.Spec.NumNodeGroups
	if config := c.Observed.Config; config != nil {
		groups = config.NodeGroups
	}
	return groups, c.Spec.ActiveReplicationFactor
}

// GroupWords says how much redundancy a node group has.
func GroupWords(s *engine.Snapshot, id engine.GroupID) (string, Role) {
	g := groupView(s, id)
	wanted := s.Cluster.Spec.ActiveReplicationFactor
	switch {
	case g == nil:
		return "not formed yet", Dim
	case g.Started == 0:
		return fmt.Sprintf("copies 0/%d  no copy is started", wanted), Bad
	case !s.Cluster.Observed.Serving:
		return fmt.Sprintf("copies %d/%d  not serving", g.Started, wanted), Info
	case g.MayLose == 0 && g.Started == 1 && wanted == 1:
		return "copies 1/1  may lose 0", Warn // which is as it was asked for
	case g.MayLose == 0 && g.Started == 1:
		return fmt.Sprintf("copies 1/%d  AT RISK: one left", wanted), Bad
	case g.MayLose == 0:
		return fmt.Sprintf("copies %d/%d  AT RISK: may lose 0", g.Started, wanted), Bad
	case g.Started < wanted:
		return fmt.Sprintf("copies %d/%d  may lose %d more", g.Started, wanted, g.MayLose), Warn
	default:
		return fmt.Sprintf("copies %d/%d  may lose %d", g.Started, wanted, g.MayLose), Good
	}
}
