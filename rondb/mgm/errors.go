package mgm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrorKind says what became of a call that failed.
type ErrorKind uint8

// The kinds of errors.
const (
	KindLost        ErrorKind = iota // not connected, or the connection broke
	KindTimeout                      // no complete answer in time
	KindCancelled                    // the caller gave up
	KindProtocol                     // the answer is not the management protocol's
	KindRefused                      // the server, or the cluster behind it, said no
	KindUnsupported                  // this server does not know the request
	KindInvalid                      // the arguments cannot be sent, or were not understood
	KindClosed                       // the client or the stream was closed
)

func (k ErrorKind) String() string {
	names := [...]string{"lost", "timeout", "cancelled", "protocol", "refused", "unsupported", "invalid", "closed"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("error kind(%d)", uint8(k))
}

// Codes of refusals that callers tell apart.
const (
	CodeNoContact         = 5000 // with the process
	CodeWrongType         = 5002 // an API node cannot be stopped
	CodeSendFailed        = 5005
	CodeNodeStopping      = 5026
	CodeSystemStopping    = 5027
	CodeWouldCrash        = 5028 // the rest could not serve
	CodeNoDataNodes       = 5030 // no contact with any data node
	CodeMultiNodeStop     = 5031
	CodeNotAPINode        = 5062
	CodeStartStop         = 5063 // not while nodes are starting or stopping
	CodeBackupRunning     = 1302
	CodeBackupIDUsed      = 1350
	CodeSingleUser        = 299
	CodeGroupSize         = 320 // not as many nodes as replicas
	CodeGroupNodes        = 322 // no such nodes, or in a group already
	CodeGroupNoneStarted  = 324
	CodeMixedVersions     = 763
	CodeSchemaOperation   = 701 // one is running
	CodeNotMasterOfBackup = 1301
)

// Error is why a call failed.
type Error struct {
	Kind ErrorKind
	Op   string // what was asked for: "stop node 2"
	Code int    // of a refusal, 0 where none is known
	Text string // of a refusal, in the server's words
	Sent bool   // the server may have got the request, and carried it out
	Err  error  // the cause where it is not the server's word
}

func (e *Error) Error() string {
	switch {
	case e.Text != "" && e.Code != 0 && !strings.Contains(e.Text, strconv.Itoa(e.Code)):
		return fmt.Sprintf("%s: %s (%d)", e.Op, e.Text, e.Code)
	case e.Text != "":
		return e.Op + ": " + e.Text
	default:
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the kind of the first Error in the chain; false if there is none.
func KindOf(err error) (ErrorKind, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return 0, false
}

// CodeOf finds the code of the first Error in the chain; 0 if there is none.
func CodeOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// protocolErrorf is an answer that cannot be understood.
func protocolErrorf(format string, args ...any) *Error {
	return &Error{Kind: KindProtocol, Err: fmt.Errorf(format, args...)}
}

// lostError is an error of the connection.
func lostError(err error) *Error {
	return &Error{Kind: KindLost, Err: fmt.Errorf("the connection to the management server was lost: %w", err)}
}

// refusal is a result that is not Ok.
func refusal(text string) *Error {
	return &Error{Kind: KindRefused, Code: codeOf(text), Text: text}
}

// codeOf finds the code of a result: "322-Invalid…", "error: -2", or by its words.
func codeOf(text string) int {
	if number, _, found := strings.Cut(text, "-"); found {
		if code, err := strconv.Atoi(number); err == nil {
			return code
		}
	}
	if number, found := strings.CutPrefix(text, "error: "); found {
		if code, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
			return code
		}
	}
	for _, known := range refusals() {
		if strings.HasPrefix(text, known.text) {
			return known.code
		}
	}
	return 0
}

type refusalText struct {
	code int
	text string
}

// refusals are the results that come without their code.
func refusals() []refusalText {
	return []refusalText{
		{CodeNoContact, "No contact with the process"},
		{CodeWrongType, "The process has wrong type"},
		{CodeSendFailed, "Send to process or receive failed"},
		{CodeNodeStopping, "Node shutdown in progress"},
		{CodeSystemStopping, "System shutdown in progress"},
		{CodeWouldCrash, "Node shutdown would cause system crash"},
		{CodeNoDataNodes, "No contact with database nodes"},
		{CodeNoDataNodes, "No contact with DB nodes"},
		{CodeMultiNodeStop, "Unsupported multi node shutdown"},
		{CodeNotAPINode, "The specified node is not an API node"},
		{CodeStartStop, "Operation not allowed while nodes are starting or stopping"},
	}
}

// explain turns what a call met into its error. asked is the caller's context,
// limited the same with our own patience.
func explain(asked, limited context.Context, op string, sent bool, err error) *Error {
	known := &Error{Kind: KindLost, Err: err}
	_ = errors.As(err, &known) // else it stays what the line above made it
	out := *known
	out.Op, out.Sent = op, sent && out.Kind != KindUnsupported
	if out.Kind != KindLost {
		return &out
	}
	switch {
	case errors.Is(asked.Err(), context.Canceled):
		out.Kind, out.Err = KindCancelled, asked.Err()
	case limited.Err() != nil:
		out.Kind, out.Err = KindTimeout, fmt.Errorf("the management server gave no answer in time: %w", limited.Err())
	}
	return &out
}
