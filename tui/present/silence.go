package present

import (
	"fmt"
	"time"

	"rondb-tui/engine"
)

// Silence is what is said about an engine that has given no sign of life for a
// while: one row of exactly w columns, in as many words as fit.
func Silence(lasted time.Duration, w int) Line {
	span := timeLeft(lasted.Truncate(time.Second))
	text := ""
	for _, text = range []string{
		fmt.Sprintf(" NO ANSWER from the engine for %s: what is shown is old", span),
		fmt.Sprintf(" NO ANSWER for %s: what is shown is old", span),
		fmt.Sprintf(" NO ANSWER for %s: all is old", span),
		fmt.Sprintf(" NO ANSWER for %s", span),
		"NO ANSWER",
	} {
		if Width(text) <= w {
			break
		}
	}
	return Words(Alarm, Pad(text, w))
}

// SilentStatus is the status line of a silent engine: that it is silent, and the
// ledger's last count in the corner.
func SilentStatus(s *engine.Snapshot, lasted time.Duration, w int) Line {
	corner := Span{"LOST ? ", Dim}
	if s != nil {
		corner = lost(s)
	}
	room := w - Width(corner.Text) - 1
	if room < Width("NO ANSWER") {
		return Silence(lasted, w)
	}
	return cornered(Silence(lasted, room), corner, w)
}
