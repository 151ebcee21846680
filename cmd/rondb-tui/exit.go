package main

import (
	"errors"

	"rondb-tui/engine"
)

// Exit codes, as docs and scripts know them (peers-and-ux.md §4.8).
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitUsage       = 2
	exitTimeout     = 5
	exitRefused     = 7
	exitLost        = 11
	exitInterrupted = 130
)

// exitError is an error with the exit code it asks for.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func withCode(code int, err error) error { return &exitError{code: code, err: err} }

// exitCode finds the code of an error: what it carries itself, else what its
// kind means to a script.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	var coded *exitError
	if errors.As(err, &coded) {
		return coded.code
	}
	switch engine.KindOf(err) {
	case engine.KindInvalid:
		return exitUsage
	case engine.KindDenied, engine.KindConflict:
		return exitRefused
	case engine.KindInternal, engine.KindTransient, engine.KindTerminal, engine.KindNotFound, engine.KindUnsupported:
	}
	return exitUnexpected
}
