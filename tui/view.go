package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/tui/present"
)

// frameKey is everything a frame depends on.
type frameKey struct {
	snap uint64
	rev  uint64
	now  time.Time
	w, h int
}

// frameCache is the last frame drawn, and the canvas it was drawn on.
type frameCache struct {
	key     frameKey
	content string
	canvas  *canvas
}

// View implements tea.Model: the same state gives the same bytes.
func (m *Model) View() tea.View {
	v := tea.NewView(m.content())
	v.AltScreen = true
	v.WindowTitle = "rondb-tui"
	return v
}

// content draws the frame unless nothing has changed since the last.
func (m *Model) content() string {
	if m.layout.w < 1 || m.layout.h < 1 {
		return ""
	}
	k := frameKey{rev: m.rev, now: m.now, w: m.layout.w, h: m.layout.h}
	if m.snap != nil {
		k.snap = m.snap.Rev
	}
	if m.frame.canvas == nil || m.frame.canvas.w != k.w || m.frame.canvas.h != k.h {
		m.frame = frameCache{canvas: newCanvas(k.w, k.h)}
		m.frame.canvas.ascii = m.ascii
	}
	if m.frame.key != k || m.frame.content == "" {
		m.frame.canvas.clear(rect{0, 0, k.w, k.h})
		m.draw(m.frame.canvas)
		m.frame.key, m.frame.content = k, m.frame.canvas.render(m.palette)
	}
	return m.frame.content
}

// draw fills the canvas: the screen, then the sheets over it, and last what
// nothing may ever cover: that the engine is silent, and the ledger's verdict.
func (m *Model) draw(c *canvas) {
	if m.layout.kind == layoutLine {
		m.drawLine(c)
		return
	}
	switch {
	case m.snap == nil:
		c.line(2, 2, c.w-4, present.Words(present.Dim, present.Clip("nothing is known of the cluster yet", c.w-4)))
	case m.ui.screen == screenBoot:
		m.drawBoot(c)
	default:
		m.drawCluster(c)
	}
	m.drawFooter(c)
	for _, sh := range m.ui.sheets {
		m.drawSheet(c, sh)
	}
	if m.silence > 0 {
		c.line(0, 1, c.w, present.Silence(m.silence, c.w))
	}
	c.line(0, 0, c.w, present.Header(m.snap, m.readOnly, c.w))
}

// drawLine is everything on a terminal with room for one line: the status, or
// the answer that a sheet waits for. A silent engine has the line below, or shares the
// one there is.
func (m *Model) drawLine(c *canvas) {
	row := present.StatusLine(m.snap, c.w)
	if m.silence > 0 && c.h == 1 {
		row = present.SilentStatus(m.snap, m.silence, c.w)
	}
	if sh := m.ui.top(); sh != nil {
		row = sh.shortAnswer()
	}
	if m.ui.toast != "" {
		row = present.Words(present.Warn, present.Clip(m.ui.toast, c.w))
	}
	c.line(0, 0, c.w, row)
	if m.silence > 0 {
		c.line(0, 1, c.w, present.Silence(m.silence, c.w))
	}
}

// view is how presenters look at the snapshot now.
func (m *Model) view() *present.View {
	return &present.View{Now: m.now, Glyphs: m.glyphs, Selected: m.ui.selected, Marked: m.ui.marked}
}

// The bounds of a sheet's width: lines stay readable on wide screens, and a
// sheet does not jump about while its text changes.
const minSheetWidth, maxSheetWidth = 60, 112

// drawSheet draws a sheet in the middle, as large as its text needs and the
// screen allows, below the header.
func (m *Model) drawSheet(c *canvas, sh *sheet) {
	w := min(c.w-2, maxSheetWidth)
	body := sh.body(m, w-4)
	widest := sh.answersWidth()
	for _, row := range body {
		widest = max(widest, row.Width())
	}
	w = min(w, max(widest+4, minSheetWidth))
	answers := sh.answers(w - 4)
	const border, gap = 2, 1
	h := min(border+len(body)+gap+len(answers), c.h-1)
	at := rect{(c.w - w) / 2, 1 + (c.h-1-h)/2, w, h}
	c.clear(at)
	room := max(min(h-border-len(answers), len(body)), 0)
	first := max(min(sh.first, len(body)-room), 0)
	remark := ""
	if len(body) > room {
		remark = "scroll: up, down"
	}
	c.box(at, &m.glyphs, present.Strong, sh.title(), remark)
	c.lines(rect{at.x + 2, at.y + 1, w - 4, room}, body[first:])
	c.lines(rect{at.x + 2, at.y + h - 1 - len(answers), w - 4, len(answers)}, answers)
}
