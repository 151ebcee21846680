package mgm

import (
	"slices"
	"strconv"
	"strings"
)

// field is a line of a reply: a name and its value.
type field struct{ name, value string }

// block is the body of a reply, in its order.
type block []field

func (b block) get(name string) (string, bool) {
	for _, f := range b {
		if f.name == name {
			return f.value, true
		}
	}
	return "", false
}

// number reads a number that must be there.
func (b block) number(name string) (int64, error) {
	text, ok := b.get(name)
	if !ok {
		return 0, protocolErrorf("the reply has no %q", name)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, protocolErrorf("%q is %.80q, not a number", name, text)
	}
	return n, nil
}

// count reads a number that is 0 where it is missing.
func (b block) count(name string) (int, error) {
	if _, ok := b.get(name); !ok {
		return 0, nil
	}
	n, err := b.number(name)
	if err != nil {
		return 0, err
	}
	if n < 0 || n > 1<<31 {
		return 0, protocolErrorf("%q is %d, which is no count", name, n)
	}
	return int(n), nil
}

// result is nil if the server carried the request out.
func (b block) result() error {
	text, ok := b.get("result")
	switch {
	case !ok:
		return protocolErrorf("the reply has no result")
	case strings.EqualFold(text, "ok"):
		return nil
	case text == "":
		return protocolErrorf("the result is empty")
	}
	return refusal(text)
}

// request is a command and its arguments.
type request struct {
	command   string
	arguments block
}

func newRequest(command string) request { return request{command: command} }

func (r request) with(name, value string) request {
	r.arguments = append(slices.Clip(r.arguments), field{name, value})
	return r
}

func (r request) number(name string, value int64) request {
	return r.with(name, strconv.FormatInt(value, 10))
}

func (r request) flag(name string, on bool) request {
	if on {
		return r.number(name, 1)
	}
	return r.number(name, 0)
}

func (r request) nodes(name string, ids []NodeID) request { return r.with(name, joinIDs(ids)) }

// check holds that the request can be sent: a value ends with its line, and the
// server takes blanks and a pair of quotes away.
func (r request) check() *Error {
	for _, f := range r.arguments {
		switch {
		case len(f.value) > MaxValue:
			return &Error{Kind: KindInvalid, Text: "the value of " + f.name + " is too long"}
		case strings.ContainsAny(f.value, "\r\n\x00") || strings.TrimSpace(f.value) != f.value || strings.HasPrefix(f.value, `"`):
			return &Error{Kind: KindInvalid, Text: "the value of " + f.name + " cannot be sent: " + strconv.Quote(f.value)}
		}
	}
	return nil
}

func (r request) wire() []byte {
	var b []byte
	b = append(b, r.command...)
	b = append(b, '\n')
	for _, f := range r.arguments {
		b = append(b, f.name+": "+f.value+"\n"...)
	}
	return append(b, '\n')
}

func joinIDs(ids []NodeID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.Itoa(int(id))
	}
	return strings.Join(words, " ")
}

// parseIDs reads ids that blanks part.
func parseIDs(text string) ([]NodeID, error) {
	words := strings.Fields(text)
	if len(words) > MaxNodes {
		return nil, protocolErrorf("a list names %d nodes", len(words))
	}
	ids := make([]NodeID, 0, len(words))
	for _, word := range words {
		id, err := parseID(word)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func parseID(text string) (NodeID, error) {
	id, err := strconv.Atoi(text)
	if err != nil || id < 1 || id > MaxNodes {
		return 0, protocolErrorf("%.20q is not a node id", text)
	}
	return NodeID(id), nil
}
