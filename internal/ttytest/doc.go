// Package ttytest drives the real binary in real terminals: windows of a private
// tmux server, whose screens are read as text.
//
// A Server and its Terminals belong to one test, which ends them; nothing sleeps,
// every wait polls with a deadline. Only tests use it. They need Linux, whose
// /proc tells which processes a test has left behind.
package ttytest
