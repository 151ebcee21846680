package tui

import (
	"fmt"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// sheetKind is what a sheet asks.
type sheetKind uint8

const (
	sheetHelp sheetKind = iota
	sheetLeave
	sheetDestroy // over the leave sheet
	sheetFault
	sheetRestart
	sheetChange
	sheetUndo
)

// sheet is a dialog over the screen. It gets every key while it is on top.
type sheet struct {
	kind    sheetKind
	fault   present.Fault   // fault: which
	targets []engine.NodeID // fault, restart
	change  engine.Scale    // change
	intent  engine.Intent   // what is asked for; nil for help, leave and destroy
	about   cluster         // leave and destroy: what is left

	preview *engine.Preview // restart, change, undo: what it would do
	waiting uint64          // token of the preview on its way, 0 none
	sending uint64          // token of the request on its way, 0 none
	note    string          // what came of the last try, foreign text cleaned

	focus  int    // index of the button
	first  int    // first row shown of the body
	typed  string // answer to "type the node id"
	needed string // that answer, "" where none is asked for
	stops  bool   // fault: it would stop the cluster, or all MySQL servers
}

// button is one answer to a sheet.
type button struct {
	label  string
	role   present.Role
	action action
}

// previews says whether the sheet shows a plan before it can be answered.
func (sh *sheet) previews() bool {
	return sh.kind == sheetRestart || sh.kind == sheetChange || sh.kind == sheetUndo
}

func newRestartSheet(item present.Item) *sheet {
	return &sheet{kind: sheetRestart, targets: []engine.NodeID{item.Node}, intent: engine.RestartNode{Target: item.Node}}
}

func newUndoSheet() *sheet { return &sheet{kind: sheetUndo, intent: engine.Undo{}} }

func newChangeSheet(target engine.ScaleTarget, delta int) *sheet {
	sh := &sheet{kind: sheetChange}
	sh.rescale(engine.Scale{Target: target, Delta: delta})
	return sh
}

func (sh *sheet) rescale(change engine.Scale) {
	sh.change = change
	sh.intent = change
	sh.preview = nil
	sh.focus, sh.first = 0, 0
}

// buttons are the answers that can be given now; the harmless one is first.
func (sh *sheet) buttons() []button {
	cancel := button{"Cancel", present.Plain, closeSheet{}}
	switch sh.kind {
	case sheetHelp:
		return []button{{"Close", present.Plain, closeSheet{}}}
	case sheetLeave:
		return sh.about.leaveButtons()
	case sheetDestroy:
		if sh.typed != sh.needed {
			return []button{cancel}
		}
		return []button{cancel, {"Destroy", present.Bad, leave{ExitDestroy}}}
	case sheetFault:
		if sh.sending != 0 || sh.typed != sh.needed {
			return []button{cancel}
		}
		return []button{cancel, {sh.fault.Words(), present.Bad, submitSheet{}}}
	default:
		if sh.sending != 0 || !sh.appliable() {
			return []button{cancel}
		}
		return []button{cancel, {"Apply", present.Strong, submitSheet{}}}
	}
}

// appliable says whether the plan is known and would be accepted.
func (sh *sheet) appliable() bool {
	return sh.preview != nil && len(sh.preview.Problems) == 0
}

// request is what the person agreed to: the intent, bound to the revision and
// the plan that were shown.
func (sh *sheet) request() engine.Request {
	r := engine.Request{Intent: sh.intent, By: engine.ActorYou}
	if sh.kind == sheetFault {
		r.Intent = faultIntent(sh.fault, sh.targets, sh.confirmed())
	}
	if sh.preview != nil {
		r.Base = sh.preview.Base
		r.Approved = sh.preview.Plan.Fingerprint
	}
	return r
}

// done is the remark once the request is accepted.
func (sh *sheet) done() string {
	switch sh.kind {
	case sheetFault:
		return sh.faultDone()
	case sheetRestart:
		return fmt.Sprintf("restarting node %d", sh.targets[0])
	case sheetUndo:
		return fmt.Sprintf("undone, as revision %d", sh.preview.Plan.Revision)
	default:
		return fmt.Sprintf("%s: %d desired now", countWords(sh.change.Target), sh.preview.Spec.Count(sh.change.Target))
	}
}

// previewed takes the answer to the preview that was waited for. The focus goes
// to Apply once there is a plan, unless the person has moved on.
func (sh *sheet) previewed(p engine.Preview, err error) {
	sh.waiting = 0
	if err != nil {
		sh.preview = nil
		sh.note = "no plan: " + answerWords(err)
		sh.focus = 0
		return
	}
	sh.preview = &p
	if sh.appliable() {
		sh.focus = 1
	}
}

// refused takes the refusal of the request. After a conflict the plan is made
// anew, because the person has agreed to another one.
func (sh *sheet) refused(err error) action {
	sh.sending, sh.focus = 0, 0
	if engine.KindOf(err) == engine.KindConflict && sh.previews() {
		sh.note = "The cluster changed since this plan was made; nothing was done. This is the plan now."
		return previewSheet{}
	}
	sh.note = refusalWords(err)
	return nil
}
