package tui

import (
	"time"

	"rondb-tui/engine"
)

// Time limits and pauses of the console.
const (
	callTimeout  = 10 * time.Second // one call of the engine
	clockTick    = time.Second      // how often ages are told anew
	toastTime    = 4 * time.Second  // how long a remark stays
	silenceAfter = 3 * time.Second  // without a sign of life the engine counts as silent
	interruptGap = 2 * time.Second  // ctrl-c twice within it leaves at once
)

type (
	// snapshotMsg brings a newer snapshot, nil if there is still none.
	snapshotMsg struct{ snap *engine.Snapshot }
	// endedMsg says that the engine has ended by itself.
	endedMsg struct{ err error }
	// previewMsg answers the preview of a sheet; dropped if the sheet no longer
	// waits for this token.
	previewMsg struct {
		token   uint64
		preview engine.Preview
		err     error
	}
	// submittedMsg answers a request; token 0 is of no sheet.
	submittedMsg struct {
		token uint64
		err   error
		said  string
	}
	// clockMsg is a second gone.
	clockMsg struct{}
	// toastOverMsg ends the remark with this number.
	toastOverMsg struct{ number uint64 }
)
