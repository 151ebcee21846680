package engine

import (
	"errors"
	"fmt"
)

// ErrorKind selects what a caller does about an error.
type ErrorKind uint8

// The kinds of errors.
const (
	KindInternal    ErrorKind = iota // a bug of ours: show it, do not retry
	KindTransient                    // try again after a pause
	KindTerminal                     // trying again cannot help
	KindConflict                     // the world or the revision moved: look again
	KindNotFound                     // what was named is not there
	KindUnsupported                  // this driver or version cannot do it
	KindDenied                       // refused as unsafe, or not allowed
	KindInvalid                      // the request itself is wrong
)

func (k ErrorKind) String() string {
	names := [...]string{"internal", "transient", "terminal", "conflict", "not found", "unsupported", "denied", "invalid"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("error kind(%d)", uint8(k))
}

// Error is an error with its kind and the sub-operation that met it.
type Error struct {
	Kind ErrorKind
	Op   string // the sub-operation, as a verb phrase: "start data node"
	Node NodeID // 0 where no node is concerned
	Err  error
}

func (e *Error) Error() string {
	if e.Node != 0 {
		return fmt.Sprintf("%s %d: %v", e.Op, e.Node, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Op, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind. The format follows fmt.Errorf, %w included.
func Errorf(kind ErrorKind, op string, node NodeID, format string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Node: node, Err: fmt.Errorf(format, args...)}
}

// KindOf finds the kind of the first Error in the chain; KindInternal if none.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}
