package tui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// perform does what a key led to; what is slow becomes a command.
func (m *Model) perform(a action) tea.Cmd {
	switch a := a.(type) {
	case openSheet:
		return m.open(a.sheet)
	case closeSheet:
		m.ui.sheets = m.ui.sheets[:max(len(m.ui.sheets)-1, 0)]
	case previewSheet:
		return m.askPreview(m.ui.top())
	case submitSheet:
		return m.submitTop()
	case submitNow:
		r := engine.Request{Intent: a.intent, By: engine.ActorYou}
		return submit(m.ctx, m.engine, 0, r, a.said)
	case say:
		return m.toast(a.text)
	case askLeave:
		return m.perform(m.askLeaving())
	case leave:
		m.exit = a.exit
		return tea.Quit
	case suspend:
		return tea.Suspend
	case redraw:
		return tea.ClearScreen
	}
	return nil
}

// maxSheets bounds the stack: the leave sheet opens over any other, and the one
// that asks for the name over it.
const maxSheets = 3

func (m *Model) open(sh *sheet) tea.Cmd {
	if len(m.ui.sheets) >= maxSheets {
		return nil
	}
	m.ui.sheets = append(m.ui.sheets, sh)
	if sh.previews() {
		return m.askPreview(sh)
	}
	return nil
}

// askPreview asks for the plan of a sheet; an answer still on its way is
// dropped when it comes.
func (m *Model) askPreview(sh *sheet) tea.Cmd {
	if sh == nil || !sh.previews() {
		return nil
	}
	sh.preview = nil
	sh.waiting = m.ui.token()
	return preview(m.ctx, m.engine, sh.waiting, engine.Request{Intent: sh.intent, By: engine.ActorYou})
}

// submitTop hands over what the top sheet asks for. The sheet stays until the
// engine has answered, so that a refusal is read where it was asked.
func (m *Model) submitTop() tea.Cmd {
	sh := m.ui.top()
	if sh == nil || sh.intent == nil {
		return nil
	}
	sh.note = ""
	sh.sending = m.ui.token()
	return submit(m.ctx, m.engine, sh.sending, sh.request(), sh.done())
}

func (m *Model) previewed(msg previewMsg) {
	for _, sh := range m.ui.sheets {
		if sh.waiting == msg.token {
			sh.previewed(msg.preview, msg.err)
		}
	}
}

// submitted takes the engine's answer: accepted closes the sheet, refused is
// said in it, or as a remark where there is none.
func (m *Model) submitted(msg submittedMsg) tea.Cmd {
	i := slices.IndexFunc(m.ui.sheets, func(sh *sheet) bool { return msg.token != 0 && sh.sending == msg.token })
	switch {
	case msg.err == nil && i >= 0:
		if m.ui.sheets[i].kind == sheetFault {
			clear(m.ui.marked)
		}
		m.ui.sheets = slices.Delete(m.ui.sheets, i, i+1)
		return m.toast(msg.said)
	case msg.err == nil:
		return m.toast(msg.said)
	case i >= 0:
		return m.perform(m.ui.sheets[i].refused(msg.err))
	default:
		return m.toast(refusalWords(msg.err))
	}
}

// toast shows a remark in the footer for a moment.
func (m *Model) toast(text string) tea.Cmd {
	m.ui.toast = text
	m.ui.toasts++
	return later(m.ctx, toastTime, toastOverMsg{m.ui.toasts})
}

func (m *Model) toastOver(number uint64) {
	if number == m.ui.toasts {
		m.ui.toast = ""
	}
}

// refusalWords says that a request was not taken, and why; of one that nobody
// answered it is not known.
func refusalWords(err error) string {
	var silent noAnswerError
	if errors.As(err, &silent) {
		return answerWords(err) + "; whether it was done is not known"
	}
	switch engine.KindOf(err) {
	case engine.KindInternal, engine.KindTransient, engine.KindTerminal:
		return "failed: " + answerWords(err)
	default:
		return "refused: " + answerWords(err)
	}
}

func answerWords(err error) string { return present.Clean(err.Error()) }
