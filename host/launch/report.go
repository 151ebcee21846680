package launch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
)

// maxLine bounds the line, in bytes; a refusal lists every problem of a desired
// state.
const maxLine = 4 << 20

// message is the line. One of the two is there.
type message struct {
	Ready json.RawMessage `json:"ready,omitempty"`
	Error *failure        `json:"error,omitempty"`
}

// failure is an error on its way to the parent.
type failure struct {
	Kind     string          `json:"kind"`
	Op       string          `json:"op"`
	Node     engine.NodeID   `json:"node,omitempty"`
	Text     string          `json:"text"`
	Problems engine.Problems `json:"problems,omitempty"`
	Owner    *owner.Owner    `json:"owner,omitempty"`
}

// Report is the child's side: it writes the line, that the child is ready with
// what ready marshals to or else err, and closes the file. The file is what
// ReadyFile gave; nil, as no parent waits, is fine. An error says that the parent
// did not get the line: it is gone, which a child that is ready can ignore.
func Report(file *os.File, ready any, err error) error {
	const op = "report to the parent"
	if file == nil {
		return nil
	}
	var m message
	var broken error
	if err != nil {
		m.Error = failureOf(err)
	} else {
		m.Ready, broken = json.Marshal(ready)
	}
	if broken == nil {
		broken = json.NewEncoder(file).Encode(m) // one write, one line
	}
	if broken = errors.Join(broken, file.Close()); broken != nil {
		return engine.Errorf(engine.KindTransient, op, 0, "%w", broken)
	}
	return nil
}

func failureOf(err error) *failure {
	f := &failure{Kind: engine.KindOf(err).String(), Op: op, Text: err.Error()}
	if e, ok := err.(*engine.Error); ok { //nolint:errorlint // only the outermost: the text of one inside lacks what is around it
		f.Op, f.Node, f.Text = e.Op, e.Node, e.Err.Error()
	}
	var held *owner.HeldError
	if errors.As(err, &held) {
		f.Owner = &held.Owner
	}
	_ = errors.As(err, &f.Problems)
	return f
}

// restore gives the parent the error that the child had.
func (f *failure) restore() error {
	r := &reported{text: f.Text}
	if f.Owner != nil {
		r.causes = append(r.causes, &owner.HeldError{Owner: *f.Owner})
	}
	if len(f.Problems) > 0 {
		r.causes = append(r.causes, f.Problems)
	}
	return &engine.Error{Kind: kindNamed(f.Kind), Op: f.Op, Node: f.Node, Err: r}
}

// kindNamed finds a kind by its name; KindInternal if there is none.
func kindNamed(name string) engine.ErrorKind {
	for k := engine.KindInternal; k <= engine.KindInvalid; k++ {
		if k.String() == name {
			return k
		}
	}
	return engine.KindInternal
}

// reported reads as the child worded it, and has the causes that callers look for.
type reported struct { //nolint:errname // never looked for itself
	text   string
	causes []error
}

func (r *reported) Error() string   { return r.text }
func (r *reported) Unwrap() []error { return r.causes }

// reading is a line, or why there is none.
type reading struct {
	message message
	err     error
}

// readLine reads the one line.
func readLine(from io.Reader) reading {
	text, err := bufio.NewReader(io.LimitReader(from, maxLine)).ReadBytes('\n')
	switch {
	case errors.Is(err, io.EOF) && len(text) == 0:
		return reading{err: errors.New("it reported nothing")}
	case errors.Is(err, io.EOF):
		return reading{err: fmt.Errorf("its report was cut off after %d bytes", len(text))}
	case err != nil:
		return reading{err: err}
	}
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return reading{err: fmt.Errorf("its report makes no sense: %w", err)}
	}
	if m.Ready == nil && m.Error == nil {
		return reading{err: errors.New("its report says neither ready nor why not")}
	}
	return reading{message: m}
}
