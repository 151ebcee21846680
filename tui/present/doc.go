// Package present turns a snapshot into rows of words: what the console says,
// without where it stands on the screen.
//
// Every function is pure: same snapshot, width and moment, same rows. Nothing
// here blocks, keeps state or knows a terminal. Text that others wrote (event
// texts, errors, names) passes through Clean here, once; a Line holds only text
// that is safe to draw. A snapshot may be absent fields of any kind: presenters
// say what is not known instead of guessing.
package present
