package tui

import (
	"fmt"

	"rondb-tui/tui/present"
)

// drawCluster draws every pane of the layout.
func (m *Model) drawCluster(c *canvas) {
	v := m.view()
	for _, p := range m.layout.panes {
		m.drawPane(c, v, p)
	}
	if m.layout.status.h > 0 {
		c.line(0, m.layout.status.y, c.w, present.LoadLine(m.snap, v, c.w))
	}
	if e := m.layout.events; e.h > 0 {
		c.lines(rect{e.x + 1, e.y, e.w - 2, e.h}, present.TimelineRows(m.snap, e.w-2, e.h, 0))
	}
}

func (m *Model) drawPane(c *canvas, v *present.View, p placed) {
	in := p.at.inner()
	var rows []present.Line
	title, remark := "", ""
	switch p.id {
	case paneCluster:
		rows, remark = m.clusterRows(v, in.w, in.h)
		title, remark = "Cluster", m.clusterRemark(remark)
	case paneLoad:
		title, remark = present.LoadTitle(m.snap)
		rows = m.loadRows(v, in.w, in.h)
	case paneLedger:
		title, remark = "Ledger", "every write has a receipt"
		rows = present.LedgerRows(m.snap, v, in.w)
	case paneEngine:
		title, remark = present.EngineTitle(m.snap)
		rows = present.EngineRows(m.snap, v, in.w, in.h)
	case paneIncident:
		title, remark = present.IncidentTitle(m.snap)
		rows = present.IncidentRows(m.snap, v, in.w, in.h)
	case paneTimeline:
		title, remark = "Timeline", "newest last"
		if m.ui.back > 0 {
			remark = fmt.Sprintf("%d newer below", m.ui.back)
		}
		rows = present.TimelineRows(m.snap, in.w, in.h, m.ui.back)
	}
	border := present.Dim
	if p.id == m.ui.focus {
		border, title = present.Info, "> "+title
	}
	c.box(p.at, &m.glyphs, border, title, remark)
	c.lines(in, rows)
}

// clusterRemark says at the right of the title what is most worth knowing: what a key would
// strike, else what is out of sight, else the shape, which the header has too.
func (m *Model) clusterRemark(hidden string) string {
	switch {
	case len(m.ui.marked) > 0:
		return fmt.Sprintf("%d marked", len(m.ui.marked))
	case hidden != "":
		return hidden
	}
	return present.ShapeWords(&m.snap.Cluster)
}

// clusterRows is the part of the cluster that the selection stands in, and what
// of it is out of sight.
func (m *Model) clusterRows(v *present.View, w, h int) (rows []present.Line, hidden string) {
	all := present.ClusterRows(m.snap, v, w)
	if len(m.snap.Cluster.Observed.Nodes) == 0 {
		return []present.Line{present.Words(present.Dim, "no node has been looked at yet")}, ""
	}
	if m.layout.kind >= layoutWide {
		if cards, ok := present.ClusterCards(m.snap, v, w, h); ok {
			return cards, ""
		}
	}
	first := max(min(m.ui.first, len(all)-h), 0)
	below := max(len(all)-first-h, 0)
	for _, row := range all[first : len(all)-below] {
		rows = append(rows, row.Line)
	}
	return rows, hiddenWords(first, below)
}

// hiddenWords says how many rows are out of sight, "" for none.
func hiddenWords(above, below int) string {
	switch {
	case above == 0 && below == 0:
		return ""
	case above == 0:
		return fmt.Sprintf("%d more below", below)
	case below == 0:
		return fmt.Sprintf("%d more above", above)
	default:
		return fmt.Sprintf("%d above, %d below", above, below)
	}
}

// loadRows is the load, and the ledger below it where that has no pane.
func (m *Model) loadRows(v *present.View, w, h int) []present.Line {
	if m.layout.kind == layoutDashboard {
		return present.LoadRows(m.snap, v, w, h)
	}
	ledger := present.LedgerRows(m.snap, v, w)
	room := max(h-len(ledger)-1, min(h, 4))
	rows := present.LoadRows(m.snap, v, w, room)
	for len(rows) < room {
		rows = append(rows, nil)
	}
	rows = append(rows, present.Words(present.Strong, "LEDGER"))
	return append(rows, ledger...)
}

// drawFooter prints the keys that work here and now, or the remark of the
// moment.
func (m *Model) drawFooter(c *canvas) {
	f := m.layout.footer
	if m.ui.screen == screenBoot || m.snap == nil {
		c.line(1, f.y+f.h-1, c.w-1, m.bootFoot())
	} else {
		c.line(1, f.y+f.h-1, c.w-1, m.footRow(footScreen, c.w-1))
		if f.h == 2 {
			m.drawTargets(c, f)
		}
	}
	if m.ui.toast != "" {
		c.clear(rect{0, f.y, c.w, 1})
		c.line(1, f.y, c.w-2, present.Words(present.Warn, present.Clip(m.ui.toast, c.w-2)))
	}
}

// drawTargets prints what the keys of the focused pane are about, and them.
func (m *Model) drawTargets(c *canvas, f rect) {
	about, foot := selectedWords(&m.ui), footNode
	if m.ui.focus == paneLoad {
		about, foot = "load", footLoad
	}
	switch {
	case m.readOnly:
		c.line(1, f.y, c.w-1, present.Words(present.Dim, readOnlyWords))
	case about != "":
		at := c.line(1, f.y, c.w-1, present.Words(present.Strong, about+": "))
		c.line(at, f.y, c.w-at, m.footRow(foot, c.w-at))
	}
}

func (m *Model) bootFoot() present.Line {
	line := present.Line{}
	if m.snap != nil {
		line = fitting(line, m.layout.w-1, "enter", "go to the cluster")
	}
	for i := range m.commands {
		if c := &m.commands[i]; c.boot && c.foot != footNowhere {
			line = fitting(line, m.layout.w-1, c.binding.Help().Key, c.binding.Help().Desc)
		}
	}
	return line
}

// fitting adds a key to a row of the footer if it has room for the whole of it.
func fitting(line present.Line, room int, keys, words string) present.Line {
	if line.Width()+present.Width(keys)+1+present.Width(words) > room {
		return line
	}
	return line.Add(present.Strong, keys).Add(present.Plain, " "+words+"  ")
}

// footRow lists the commands of one row of the footer that work now, those that
// fit into so many columns.
func (m *Model) footRow(foot footing, room int) present.Line {
	line := present.Line{}
	for i := range m.commands {
		c := &m.commands[i]
		if c.foot != foot || m.readOnly && c.changes() || c.reason(m.snap, &m.ui) != "" {
			continue
		}
		if words := c.words(m.snap, &m.ui); words != "" {
			line = fitting(line, room, c.binding.Help().Key, words)
		}
	}
	return line
}
