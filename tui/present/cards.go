package present

import (
	"fmt"
	"strings"

	"rondb-tui/engine"
)

// The bounds of a data node's card, in columns and in rows inside its border.
const (
	minCardWidth, maxCardWidth = 30, 48
	minCardRows, maxCardRows   = 2, 4
	cardGap                    = 2
)

// ClusterCards draws the cluster with a card for each data node, the groups side
// by side, and the other kinds of nodes in rows, in w columns and at most h rows.
// ok is false where it does not fit: ClusterRows is for that.
func ClusterCards(s *engine.Snapshot, v *View, w, h int) (rows []Line, ok bool) {
	groups := dataGroups(s)
	if len(groups) == 0 || w < 2*minCardWidth {
		return nil, false
	}
	var others []Line
	for _, kind := range []engine.NodeKind{engine.KindMySQL, engine.KindManagement, engine.KindAPI} {
		others = append(others, kindRows(s, v, kind, w)...)
	}
	replicas := 0
	for _, group := range groups {
		replicas = max(replicas, len(group))
	}
	width := min((w+cardGap)/len(groups)-cardGap, maxCardWidth)
	inside := min((h-1-len(others)-(replicas-1))/replicas-2, maxCardRows)
	if width < minCardWidth || inside < minCardRows {
		return nil, false
	}
	rows = append(rows, groupHeads(s, groups, width))
	for replica := range replicas {
		if replica > 0 {
			rows = append(rows, links(groups, replica, width))
		}
		rows = append(rows, cardRow(s, v, groups, replica, width, inside)...)
	}
	return append(rows, others...), true
}

// dataGroups lists the shown data nodes by node group.
func dataGroups(s *engine.Snapshot) [][]*engine.NodeObservation {
	var groups [][]*engine.NodeObservation
	last := engine.NoGroup
	for _, n := range NodesOf(s, engine.KindData) {
		if n.Group != last {
			groups = append(groups, nil)
			last = n.Group
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], n)
	}
	return groups
}

// apart puts the gap between groups before every group but the first.
func apart(line Line, group int) Line {
	if group == 0 {
		return line
	}
	return line.Add(Plain, strings.Repeat(" ", cardGap))
}

func groupHeads(s *engine.Snapshot, groups [][]*engine.NodeObservation, width int) Line {
	var line Line
	for i, group := range groups {
		text, role := GroupWords(s, group[0].Group)
		name := fmt.Sprintf("NG%d ", group[0].Group)
		line = apart(line, i).Add(Strong, name).Add(role, Pad(text, width-len(name)))
	}
	return line
}

// links says between two replicas of a group whether they hold the same data.
func links(groups [][]*engine.NodeObservation, replica, width int) Line {
	var line Line
	for i, group := range groups {
		text, role := "", Dim
		if replica < len(group) {
			a, b := group[replica-1].Status, group[replica].Status
			switch {
			case a == engine.StatusStarted && b == engine.StatusStarted:
				text, role = "in sync", Good
			case a == engine.StatusStarting && b == engine.StatusStarting:
				text, role = "starting", Info
			case a == engine.StatusStarting || b == engine.StatusStarting:
				text, role = "catching up", Info
			}
		}
		indent := strings.Repeat(" ", width/3)
		line = apart(line, i).Add(role, Pad(indent+text, width))
	}
	return line
}

// cardRow draws one replica of every group side by side.
func cardRow(s *engine.Snapshot, v *View, groups [][]*engine.NodeObservation, replica, width, inside int) []Line {
	rows := make([]Line, inside+2)
	for at, group := range groups {
		var card []Line
		if replica < len(group) {
			card = nodeCard(s, v, group[replica], width, inside)
		}
		for i := range rows {
			rows[i] = apart(rows[i], at)
			if card == nil {
				rows[i] = rows[i].Add(Plain, strings.Repeat(" ", width))
			} else {
				rows[i] = append(rows[i], card[i]...)
			}
		}
	}
	return rows
}

// nodeCard is a data node in a border, every row exactly width columns.
func nodeCard(s *engine.Snapshot, v *View, n *engine.NodeObservation, width, inside int) []Line {
	g := &v.Glyphs
	glyph, word, role := g.Status(n)
	mark, border := " ", Dim
	if v.Marked[n.ID] {
		mark = "*"
	}
	if v.Selected == (Item{n.Kind, n.ID}) {
		mark, border = ">"+mark, Strong|Selected
	}
	name := fmt.Sprintf(" %snode %d ", mark, n.ID)
	status := " " + glyph + " " + word + " "
	fill := max(width-2-Width(name)-Width(status), 0)
	rows := []Line{Words(border, g.TopLeft).Add(Strong|border&Selected, name).
		Add(border, strings.Repeat(g.Horizontal, fill)).Add(role, status).Add(border, g.TopRight)}
	facts := cardFacts(s, v, n, width-4)
	for i := range inside {
		line := Words(border&^Selected, g.Vertical).Add(Plain, " ")
		if i < len(facts) {
			line = append(line, facts[i]...)
		}
		pad := max(width-1-line.Width(), 0)
		rows = append(rows, line.Add(Plain, strings.Repeat(" ", pad)).Add(border&^Selected, g.Vertical))
	}
	bottom := g.BottomLeft + strings.Repeat(g.Horizontal, width-2) + g.BottomRight
	return append(rows, Words(border&^Selected, bottom))
}

// cardFacts is what a card says, the most wanted first, in rows of w columns.
func cardFacts(s *engine.Snapshot, v *View, n *engine.NodeObservation, w int) []Line {
	g := &v.Glyphs
	var rows []Line
	switch {
	case n.Lease != nil:
		text := fmt.Sprintf("%s ends in %s", Clean(n.Lease.Fault), timeLeft(n.Lease.Until.Sub(v.Now)))
		rows = append(rows, Words(Warn, Clip(text, w)))
		if !n.Status.Running() {
			return append(rows, Words(Dim, Clip(Clean(n.Err), w)))
		}
	case n.Status == engine.StatusStarting:
		phase := fmt.Sprintf("phase %d/%d  %s", n.StartPhase, engine.LastStartPhase, Clean(n.Doing))
		end := fmt.Sprintf(" %3.0f%% %s", n.Progress*100, age(v.Now, n.StartedAt))
		return append(rows, Words(Info, Clip(phase, w)), Words(Info, g.bar(n.Progress, max(w-Width(end), 0))+end))
	case n.Status != engine.StatusStarted:
		return append(rows, Words(Dim, Clip(Clean(n.Err), w)))
	}
	extra, role := duty(s, n)
	if extra == "" {
		extra, role = fmt.Sprintf("copy of NG%d", n.Group), Plain
	}
	rows = append(rows, Words(role, Clip(extra, w)))
	if n.MemoryTotal > 0 {
		share := " " + percent(n.MemoryUsed, n.MemoryTotal)
		bar := g.bar(float64(n.MemoryUsed)/float64(n.MemoryTotal), max(w-5-Width(share)-4, 4))
		rows = append(rows, Words(Plain, Clip("data "+bar+share, w)))
	}
	figures := Count(uint64(max(n.Rows, 0))) + " rows"
	if up := age(v.Now, n.StartedAt); up != "" {
		figures += "   up " + up
	}
	return append(rows, Words(Plain, Clip(figures, w)), Words(Dim, Clip("version "+Clean(n.Version), w)))
}

// kindRows is every node of a kind, as many to a row of w columns as it holds.
func kindRows(s *engine.Snapshot, v *View, kind engine.NodeKind, w int) []Line {
	const indent = 20
	item := Item{Kind: kind}
	nodes := NodesOf(s, kind)
	rows := []Line{lit(v, item, cursor(v, item).Add(Strong, Pad(kind.Words()+"s", indent-2)))}
	if len(nodes) == 0 {
		rows[0] = rows[0].Add(Dim, fmt.Sprintf(" none, %d slots free", capacity(&s.Cluster.Spec, kind)))
	}
	for i, n := range nodes {
		piece := kindNode(v, n)
		last := len(rows) - 1
		switch {
		case i == 0:
		case rows[last].Width()+cardGap+piece.Width() <= w:
			rows[last] = apart(rows[last], i)
		default:
			rows = append(rows, Words(Plain, strings.Repeat(" ", indent)))
			last++
		}
		rows[last] = append(rows[last], piece...)
	}
	return rows
}

// kindNode is one node among others of its kind.
func kindNode(v *View, n *engine.NodeObservation) Line {
	item := Item{n.Kind, n.ID}
	glyph, word, role := v.Glyphs.Status(n)
	line := Words(Plain, " ")
	if v.Selected == item {
		line = Words(Strong, ">")
	}
	if v.Marked[n.ID] {
		line = line.Add(Strong, "*")
	}
	what := word
	if n.Status == engine.StatusStarted && n.Address != "" {
		what = Clean(n.Address) // only what serves has one
	}
	if n.Lease != nil {
		what = leaseWords(n, word, v.Now)
	}
	line = line.Add(Strong, n.ID.String()+" ").Add(role, glyph+" "+what)
	if n.Arbitrator {
		line = line.Add(Info, " arbitrator")
	}
	return lit(v, item, line)
}
