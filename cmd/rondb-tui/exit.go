package main

import (
	"errors"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/owner"
)

// Exit codes, as docs and scripts know them (docs/exit-codes.md).
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitPreflight   = 4
	exitTimeout     = 5
	exitOwned       = 6
	exitRefused     = 7
	exitNotEmpty    = 8
	exitAtRisk      = 9
	exitAssert      = 10
	exitLost        = 11
	exitUnsure      = 12
	exitLeftovers   = 14
	exitDown        = 19
	exitInterrupted = 130
)

// exitError is an error with the exit code it asks for.
type exitError struct {
	code int
	err  error // nil: the code alone is the answer, there is nothing to say
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

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
	var held *owner.HeldError
	if errors.As(err, &held) {
		return exitOwned
	}
	if errors.Is(err, control.ErrLost) {
		return exitNotFound
	}
	switch engine.KindOf(err) {
	case engine.KindInvalid:
		return exitUsage
	case engine.KindNotFound:
		return exitNotFound
	case engine.KindDenied, engine.KindConflict:
		return exitRefused
	case engine.KindTransient:
		return exitTimeout
	case engine.KindInternal, engine.KindTerminal, engine.KindUnsupported:
	}
	return exitUnexpected
}
