package tui

import "rondb-tui/engine"

// action is what a key led to, as data; perform turns it into commands. Nil is
// nothing more to do.
type action interface{ isAction() }

type (
	// openSheet shows a sheet on top, and asks for its preview if it has one.
	openSheet struct{ sheet *sheet }
	// closeSheet closes the top sheet.
	closeSheet struct{}
	// previewSheet asks anew what the top sheet's change would do.
	previewSheet struct{}
	// submitSheet hands the top sheet's request over.
	submitSheet struct{}
	// submitNow hands a request over without a sheet.
	submitNow struct {
		intent engine.Intent
		said   string // the remark once it is accepted
	}
	// say shows a remark for a moment.
	say struct{ text string }
	// askLeave asks how to leave; who only watches leaves at once.
	askLeave struct{}
	// leave ends the program.
	leave struct{ exit Exit }
	// suspend puts the program into the background of the shell.
	suspend struct{}
	// redraw draws the whole screen anew.
	redraw struct{}
)

func (openSheet) isAction()    {}
func (closeSheet) isAction()   {}
func (previewSheet) isAction() {}
func (submitSheet) isAction()  {}
func (submitNow) isAction()    {}
func (say) isAction()          {}
func (askLeave) isAction()     {}
func (leave) isAction()        {}
func (suspend) isAction()      {}
func (redraw) isAction()       {}
