package present

import (
	"strings"

	"rondb-tui/engine"
)

// Glyphs are the characters a screen is drawn with. Meaning never rests on them
// alone: a word stands beside each.
type Glyphs struct {
	Started, Starting, Stopped, Dead, Paused, Isolated, Unknown string

	BarFull, BarEmpty string
	Levels            []string // of a plot, from nothing to full

	Horizontal, Vertical                         string
	TopLeft, TopRight, BottomLeft, BottomRight   string
	StepWaiting, StepRunning, StepDone, StepFail string
}

// Blocks are the glyphs for a terminal with Unicode block elements.
func Blocks() Glyphs {
	return Glyphs{
		Started: "●", Starting: "◐", Stopped: "○", Dead: "✖", Paused: "‖", Isolated: "⇄", Unknown: "?",
		BarFull: "▓", BarEmpty: "░",
		Levels:     []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		Horizontal: "─", Vertical: "│", TopLeft: "┌", TopRight: "┐", BottomLeft: "└", BottomRight: "┘",
		StepWaiting: "[ ]", StepRunning: "[>]", StepDone: "[x]", StepFail: "[!]",
	}
}

// ASCII are the glyphs for everything else.
func ASCII() Glyphs {
	return Glyphs{
		Started: "[*]", Starting: "[~]", Stopped: "[ ]", Dead: "[X]", Paused: "[=]", Isolated: "[/]", Unknown: "[?]",
		BarFull: "#", BarEmpty: ".",
		Levels:     []string{"_", ".", "-", "=", "+", "*", "%", "#"},
		Horizontal: "-", Vertical: "|", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
		StepWaiting: "[ ]", StepRunning: "[>]", StepDone: "[x]", StepFail: "[!]",
	}
}

// bar is a progress bar of w columns; share is 0..1.
func (g *Glyphs) bar(share float64, w int) string {
	full := int(min(max(share, 0), 1)*float64(w) + 0.5)
	return strings.Repeat(g.BarFull, full) + strings.Repeat(g.BarEmpty, w-full)
}

// Status gives a node's glyph, word and role.
func (g *Glyphs) Status(n *engine.NodeObservation) (glyph, word string, role Role) {
	if n.Isolated && n.Status.Running() {
		return g.Isolated, "isolated", Warn
	}
	switch n.Status {
	case engine.StatusStarted:
		return g.Started, "started", Good
	case engine.StatusStarting:
		return g.Starting, "starting", Info
	case engine.StatusStopping:
		return g.Starting, "stopping", Info
	case engine.StatusStopped:
		return g.Stopped, "stopped", Dim
	case engine.StatusAbsent:
		return g.Stopped, "absent", Dim
	case engine.StatusDead:
		return g.Dead, "dead", Bad
	case engine.StatusPaused:
		return g.Paused, "paused", Warn
	default:
		return g.Unknown, "unknown", Warn
	}
}

// step gives the mark and role of a step's state.
func (g *Glyphs) step(state engine.StepState) (string, Role) {
	switch state {
	case engine.StepDone:
		return g.StepDone, Good
	case engine.StepRunning:
		return g.StepRunning, Info
	case engine.StepFailed:
		return g.StepFail, Bad
	default:
		return g.StepWaiting, Dim
	}
}
