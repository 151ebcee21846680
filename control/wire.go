package control

import (
	"context"
	"encoding/json"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Protocol is the version of the control socket's contract. Every call carries it
// as the metadata ProtocolKey; both sides must have the same.
const (
	Protocol    = 1
	ProtocolKey = "rondb-tui-protocol"
)

// The largest messages, in bytes.
const (
	MaxRequest = 8 << 20  // to the engine
	MaxReply   = 16 << 20 // from the engine
)

// FailureOf puts an error on the wire, nil if there is none.
func FailureOf(err error) *agentproto.Failure {
	if err == nil {
		return nil
	}
	kind, failure := engine.KindInternal, &agentproto.Failure{Text: err.Error()}
	var known *engine.Error
	switch {
	case errors.As(err, &known):
		kind, failure.Node = known.Kind, int32(known.Node) //nolint:gosec // at most engine.MaxNodeID
		if known == err {                                  //nolint:errorlint // only the outermost error's words can be split
			failure.Op, failure.Text = known.Op, known.Err.Error()
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		kind = engine.KindTransient
	}
	failure.Kind = kind.String()
	var problems engine.Problems
	if errors.As(err, &problems) {
		if body, err := json.Marshal(problems); err == nil {
			failure.Problems = body
		}
	}
	return failure
}

// ErrorOf takes an error from the wire, nil if there is none. An error that names
// no sub-operation gets op.
func ErrorOf(failure *agentproto.Failure, op string) error {
	if failure == nil {
		return nil
	}
	e := &engine.Error{Kind: kindOf(failure.GetKind()), Op: failure.GetOp(), Node: engine.NodeID(failure.GetNode())}
	if e.Op == "" {
		e.Op = op
	}
	var problems engine.Problems
	if len(failure.GetProblems()) == 0 || json.Unmarshal(failure.GetProblems(), &problems) != nil {
		e.Err = errors.New(failure.GetText())
		return e
	}
	e.Err = &refusal{text: failure.GetText(), problems: problems}
	return e
}

// StatusOf is how an error ends a call that has no place for it in its reply.
func StatusOf(code codes.Code, err error) error {
	told := status.New(code, err.Error())
	if detailed, failed := told.WithDetails(FailureOf(err)); failed == nil {
		told = detailed
	}
	return told.Err()
}

// refusal is an error with the problems behind it.
type refusal struct {
	text     string
	problems engine.Problems
}

func (r *refusal) Error() string { return r.text }

func (r *refusal) Unwrap() error { return r.problems }

// kindOf reads a kind; a word that we do not know is a newer engine's.
func kindOf(word string) engine.ErrorKind {
	var kind engine.ErrorKind
	if kind.UnmarshalText([]byte(word)) != nil {
		return engine.KindInternal
	}
	return kind
}
