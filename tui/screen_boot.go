package tui

import "rondb-tui/tui/present"

// drawBoot shows the way up: the plan's steps, and what the nodes log.
func (m *Model) drawBoot(c *canvas) {
	v := m.view()
	body := c.h - 1 - m.layout.footer.h
	log := 0
	if m.layout.kind >= layoutList {
		log = max(body/4, 5)
	}
	steps := rect{0, 1, c.w, body - log}
	title, remark := present.BootTitle(m.snap, v)
	c.box(steps, &m.glyphs, present.Dim, title, remark)
	c.lines(steps.inner(), present.BootRows(m.snap, v, steps.inner().w, steps.inner().h))
	if log > 0 {
		at := rect{0, 1 + body - log, c.w, log}
		c.box(at, &m.glyphs, present.Dim, "Cluster log", "newest last")
		c.lines(at.inner(), present.ClusterLogRows(m.snap, at.inner().w, at.inner().h))
	}
}
