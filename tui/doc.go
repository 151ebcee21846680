// Package tui is the console: one Bubble Tea model that shows the engine's
// latest snapshot and turns keys into requests.
//
// Run owns the terminal until the person leaves or the context ends. The model
// is used by Bubble Tea's event loop alone; everything slow (Submit, Preview,
// waiting for the next snapshot) happens in commands, which are bounded by the
// context and a time limit, carry values and never the model. Snapshots are read
// and never changed; an engine that gives no sign of life is said to be silent,
// and what it was asked then is said to be unknown. How the console was left is
// only reported: it stops and destroys nothing. The frame is a pure function of (snapshot, user interface
// state, size, second) and is cached under them. What things are called and how
// they are worded is package present's business; where they stand is this one's.
package tui
