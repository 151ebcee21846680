package tui

import (
	"fmt"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// title names the sheet.
func (sh *sheet) title() string {
	switch sh.kind {
	case sheetHelp:
		return "Help"
	case sheetLeave:
		return "Leave?"
	case sheetDestroy:
		return "Destroy " + present.Clean(string(sh.about.name)) + "?"
	case sheetFault:
		if sh.needed != "" {
			return sh.fault.Words() + "? The cluster WILL stop"
		}
		return sh.fault.Words() + "?"
	case sheetUndo:
		return sh.undoTitle()
	case sheetRestart:
		return fmt.Sprintf("Restart node %d?", sh.targets[0])
	default:
		return "Change " + countWords(sh.change.Target) + "?"
	}
}

// countWords is the field's name of a count of the desired state.
func countWords(target engine.ScaleTarget) string {
	switch target {
	case engine.ScaleReplicas:
		return "replicas"
	case engine.ScaleMySQL:
		return "MySQL servers"
	case engine.ScaleManagement:
		return "management servers"
	case engine.ScaleAPI:
		return "API nodes"
	default:
		return string(target)
	}
}

// undoTitle says where an undo leads to, as far as the engine has told.
func (sh *sheet) undoTitle() string {
	switch p := sh.preview; {
	case p == nil || len(p.Problems) > 0:
		return "Undo?"
	case p.Spec.ID != 0 && p.Spec.ID < p.Base:
		return fmt.Sprintf("Undo: back to revision %d?", p.Spec.ID)
	default:
		return fmt.Sprintf("Undo: back from revision %d, as revision %d?", p.Base, p.Plan.Revision)
	}
}

// body is what a sheet says, in rows of w columns.
func (sh *sheet) body(m *Model, w int) []present.Line {
	var rows []present.Line
	switch sh.kind {
	case sheetHelp:
		return helpRows(m, w)
	case sheetLeave:
		return sh.leaveRows(w, m.layout.h < roomyHeight)
	case sheetDestroy:
		return sh.destroyRows(w)
	case sheetFault:
		rows = present.BlastOf(m.snap, sh.fault, sh.targets, w).Rows
	case sheetRestart, sheetChange, sheetUndo:
		rows = sh.planBody(m.snap, w)
	}
	if sh.note != "" {
		rows = append(noteRows(sh.note, w), rows...)
	}
	return rows
}

func noteRows(note string, w int) []present.Line {
	var rows []present.Line
	for _, text := range present.Wrap(note, w) {
		rows = append(rows, present.Words(present.Bad, text))
	}
	return rows
}

func (sh *sheet) planBody(s *engine.Snapshot, w int) []present.Line {
	var rows []present.Line
	if sh.kind == sheetChange {
		now := s.Cluster.Spec.Count(sh.change.Target)
		text := fmt.Sprintf("%s: %d -> %d", countWords(sh.change.Target), now, now+sh.change.Delta)
		rows = append(rows, present.Words(present.Strong, text).Add(present.Dim, "   (+ and - change it)"))
	}
	if sh.kind == sheetUndo && sh.preview != nil && len(sh.preview.Problems) == 0 {
		rows = append(rows, present.SpecRows(&s.Cluster.Spec, &sh.preview.Spec, w)...)
	}
	switch {
	case sh.preview != nil:
		rows = append(rows, present.ChangeRows(s, sh.preview, w)...)
	case sh.waiting != 0:
		rows = append(rows, present.Words(present.Info, "computing the plan"))
	}
	return rows
}

// answers are the rows below the body: what to type, and the buttons.
func (sh *sheet) answers(w int) []present.Line {
	var rows []present.Line
	if sh.needed != "" && sh.sending == 0 {
		needed := present.Clean(sh.needed)
		rows = append(rows, present.Words(present.Warn, present.Clip("to confirm, type "+needed+":", w-len(needed)-3)).
			Add(present.Strong, " "+sh.typed+"_"))
	}
	buttons := sh.buttons()
	focus := min(sh.focus, len(buttons)-1)
	line := present.Line{}
	for i, b := range buttons {
		role, left, right := b.role, "  ", "  "
		if i == focus {
			role, left, right = role|present.Selected, "> ", " <"
		}
		label := left + b.label + right
		if i > 0 && line.Width()+len(between)+present.Width(label) > w {
			rows = append(rows, line)
			line = present.Line{}
		} else if i > 0 {
			line = line.Add(present.Plain, between)
		}
		line = line.Add(role, label)
	}
	text := enterWords + buttons[focus].label
	if sh.sending != 0 {
		text = "asking the engine"
	}
	hint := present.Words(present.Dim, text)
	if line.Width()+1+hint.Width() <= w {
		return append(rows, present.Between(line, hint, w))
	}
	return append(rows, line, hint) // what enter does is never left out
}

// between stands between two answers.
const between = "  "

// enterWords begins what is said about the enter key.
const enterWords = "enter = "

// answersWidth is how many columns the answers take in one row, whichever of
// them has the focus.
func (sh *sheet) answersWidth() int {
	const around = 4
	all, longest := 0, 0
	for _, b := range sh.buttons() {
		w := present.Width(b.label)
		all += around + w + len(between)
		longest = max(longest, w)
	}
	return all + len(enterWords) + longest
}

// shortAnswer is a sheet on a terminal with room for one line.
func (sh *sheet) shortAnswer() present.Line {
	buttons := sh.buttons()
	label := buttons[min(sh.focus, len(buttons)-1)].label
	return present.Words(present.Strong, sh.title()+" ").Add(present.Selected, "> "+label+" <")
}

// helpRows is the key table; what a key cannot do now is said beside it.
func helpRows(m *Model, w int) []present.Line {
	var rows []present.Line
	const keyWidth = 11
	entry := func(role present.Role, keys, about string) {
		for i, text := range present.Wrap(about, max(w-keyWidth, 8)) {
			if i > 0 {
				keys = ""
			}
			rows = append(rows, present.Words(present.Strong, present.Pad(keys, keyWidth)).Add(role, text))
		}
	}
	last := section("")
	for i := range m.commands {
		c := &m.commands[i]
		if m.ui.screen == screenBoot && !c.boot || m.readOnly && c.changes() {
			continue
		}
		if c.heading() != last {
			last = c.heading()
			rows = append(rows, present.Words(present.Info, string(last)))
		}
		role, about := present.Plain, c.about
		if m.snap != nil {
			if why := c.reason(m.snap, &m.ui); why != "" {
				role, about = present.Dim, about+" - not now: "+why
			}
		}
		entry(role, c.binding.Help().Key, about)
	}
	rows = append(rows, present.Words(present.Info, "In a sheet"))
	for _, k := range sheetKeys() {
		entry(present.Plain, k.keys, k.about)
	}
	if m.snap != nil && len(m.snap.Cluster.Notices) > 0 {
		rows = append(rows, present.Words(present.Info, "Notices about the desired state"))
		rows = append(rows, present.NoticeRows(m.snap, w)...)
	}
	return rows
}
