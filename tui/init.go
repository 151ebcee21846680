package tui

import tea "charm.land/bubbletea/v2"

// Init implements tea.Model: it starts the three things that are waited for, a
// newer snapshot, the end of the engine and the next second.
func (m *Model) Init() tea.Cmd {
	m.arrived(m.engine.Latest())
	wait := []tea.Cmd{m.wait(), later(m.ctx, clockTick, clockMsg{})}
	if m.ended != nil {
		wait = append(wait, waitEnded(m.ctx, m.ended))
	}
	return tea.Batch(wait...)
}
