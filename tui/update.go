package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/key"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.rev++
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m, m.perform(m.pressed(msg))
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case snapshotMsg:
		m.arrived(msg.snap)
		return m, m.wait()
	case clockMsg:
		m.tell()
		return m, later(m.ctx, clockTick, clockMsg{})
	case previewMsg:
		m.previewed(msg)
	case submittedMsg:
		return m, m.submitted(msg)
	case toastOverMsg:
		m.toastOver(msg.number)
	case endedMsg:
		m.exitErr = msg.err
		return m, m.perform(leave{ExitEngine})
	}
	return m, nil
}

// wait waits for the next snapshot; the first is shown at once.
func (m *Model) wait() tea.Cmd {
	gap := m.gap
	if m.snap == nil {
		gap = 0
	}
	return waitSnapshot(m.ctx, m.engine, gap)
}

// arrived takes a snapshot; nil is none yet.
func (m *Model) arrived(s *engine.Snapshot) {
	m.listen()
	if s == nil || s == m.snap {
		return
	}
	if m.snap != nil && m.ui.back > 0 {
		m.ui.back += newEvents(m.snap, s) // what is looked at stands still
	}
	m.snap, m.seenAt, m.now = s, m.clock(), s.At
	if m.ui.screen == screenBoot && present.Ready(s) {
		m.ui.screen = screenCluster
	}
	m.ui.back = min(m.ui.back, len(s.Cluster.Events))
	m.ui.settle(s)
	for _, sh := range m.ui.sheets {
		sh.follow(s)
	}
	m.relayout()
}

func newEvents(old, now *engine.Snapshot) int {
	a, b := old.Cluster.Events, now.Cluster.Events
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	last, before := b[len(b)-1].Seq, a[len(a)-1].Seq
	if last < before {
		return 0 // another engine counts anew
	}
	return int(min(last-before, uint64(len(b)))) //nolint:gosec // at most the length
}

// tell moves the snapshot's time on with the clock, for ages.
func (m *Model) tell() {
	m.listen()
	if m.snap != nil {
		m.now = m.snap.At.Add(m.clock().Sub(m.seenAt))
	}
}

// listen notes for how long the engine has given no sign of life.
func (m *Model) listen() {
	m.silence = 0
	heard := m.engine.Heard()
	if lasted := m.clock().Sub(heard); !heard.IsZero() && lasted > silenceAfter {
		m.silence = lasted
	}
}

func (m *Model) resize(w, h int) {
	if m.layout.w == w && m.layout.h == h {
		return
	}
	m.layout.w, m.layout.h = w, h
	m.relayout()
}

// relayout places the panes anew and keeps the selection in sight.
func (m *Model) relayout() {
	m.layout = layoutFor(m.layout.w, m.layout.h, m.ui.focus, m.ui.bottom)
	at, shown := m.layout.pane(paneCluster)
	if m.snap == nil || !shown {
		return
	}
	all := places(m.snap)
	for i, p := range all {
		if p.item != m.ui.selected {
			continue
		}
		row := p.row
		if i == 0 || all[i-1].block != p.block {
			row = max(row-1, 0) // with the heading of its group
		}
		h := at.inner().h
		m.ui.first = present.Window(present.Window(m.ui.first, row, 1<<20, h), p.row, 1<<20, h)
	}
}

// pressed finds what a key leads to: the top sheet first, then the table.
func (m *Model) pressed(msg tea.KeyPressMsg) action {
	if msg.String() == "ctrl+c" {
		return m.interrupted()
	}
	if sh := m.ui.top(); sh != nil {
		return m.readable(sh.key(msg))
	}
	if m.ui.screen == screenBoot && m.snap != nil && msg.String() == "enter" {
		m.ui.screen = screenCluster
		return nil
	}
	for i := range m.commands {
		c := &m.commands[i]
		if !key.Matches(msg, c.binding) {
			continue
		}
		if !c.boot && (m.ui.screen == screenBoot || m.snap == nil) {
			return nil
		}
		return m.command(c)
	}
	return nil
}

// tooSmall answers what would do harm on a screen that cannot show it.
const tooSmall = "enlarge the window to 40x8: what this would do has to be readable"

// readable lets an answer to a sheet pass unless there was no room to read what
// it leads to.
func (m *Model) readable(a action) action {
	if m.layout.kind > layoutLine {
		return a
	}
	switch a := a.(type) {
	case submitSheet, openSheet:
		return say{tooSmall}
	case leave:
		if a.exit != ExitKeep {
			return say{tooSmall}
		}
	}
	return a
}

func (m *Model) command(c *command) action {
	if m.readOnly && c.changes() {
		return say{readOnlyWords}
	}
	if m.snap != nil {
		if why := c.reason(m.snap, &m.ui); why != "" {
			return say{why}
		}
	}
	if c.danger && m.layout.kind <= layoutLine {
		return say{tooSmall}
	}
	next := c.do(m.snap, &m.ui)
	m.relayout()
	return next
}

// interrupted opens the leave sheet; the second time in a row it leaves.
func (m *Model) interrupted() action {
	now := m.clock()
	again := !m.ui.interrupted.IsZero() && now.Sub(m.ui.interrupted) <= interruptGap
	m.ui.interrupted = now
	if again {
		return leave{ExitForced}
	}
	if slices.ContainsFunc(m.ui.sheets, func(sh *sheet) bool { return sh.kind == sheetLeave }) {
		return nil
	}
	return askLeave{}
}
