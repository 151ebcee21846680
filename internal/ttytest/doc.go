// Package ttytest drives the real binary in a real terminal: a private tmux
// server with one window, whose screen is read as text.
//
// A Terminal belongs to one test, which ends it; nothing sleeps, every wait
// polls for a marker on the screen with a deadline. Only tests use it.
package ttytest
