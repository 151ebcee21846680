package mgm

import (
	"strconv"
	"strings"
	"time"
)

// Event is something that happened in the cluster, as one node saw it.
type Event struct {
	Type   EventType
	Source NodeID    // which node tells
	At     time.Time // when it came here; the server's own time is always 0
	Body   Body      // never nil; *Raw where we do not know better
}

// Body is what an event says. Each type of event has one kind of body, see
// newBody; a body is not changed once it was made.
type Body interface {
	// values reads or writes what the body says, in the order of the wire.
	values(v *values)
}

// Token is a line of an event: a name and its value as they came.
type Token struct{ Name, Value string }

// Raw is the body of an event of a type, or of a shape, that we do not know.
type Raw struct{ Tokens []Token }

func (*Raw) values(*values) {}

// Words is the body of an event that has no names for its values.
type Words struct{ Data []uint32 }

func (b *Words) values(v *values) { v.words(&b.Data) }

const (
	eventHeader = "log event reply"
	dataToken   = "data"
)

// parseEvent reads the lines of an event below its header. An event of another
// shape than its type's is kept raw, so that one of a newer version does no harm.
func parseEvent(lines []string) (Event, error) {
	tokens := make([]Token, 0, len(lines))
	for _, line := range lines {
		name, value, ok := strings.Cut(line, "=")
		if !ok || name == "" {
			return Event{}, protocolErrorf("%.80q is not a line of an event", line)
		}
		tokens = append(tokens, Token{name, value})
	}
	if len(tokens) < 3 || tokens[0].Name != "type" || tokens[1].Name != "time" || tokens[2].Name != "source_nodeid" {
		return Event{}, protocolErrorf("an event without type, time and source")
	}
	number, err := strconv.Atoi(tokens[0].Value)
	if err != nil || number < 0 || number > maxEventType {
		return Event{}, protocolErrorf("%.20q is not a type of event", tokens[0].Value)
	}
	source, err := strconv.Atoi(tokens[2].Value)
	if err != nil || source < 0 || source > MaxNodes {
		return Event{}, protocolErrorf("%.20q is not the source of an event", tokens[2].Value)
	}
	e := Event{Type: EventType(number), Source: NodeID(source)}
	e.Body = parseBody(e.Type, tokens[3:])
	return e, nil
}

func parseBody(t EventType, tokens []Token) Body {
	if body := newBody(t); body != nil {
		v := &values{tokens: tokens}
		if body.values(v); !v.wrong {
			return body
		}
	}
	return &Raw{Tokens: tokens}
}

// AppendEvent writes an event as a server does.
func AppendEvent(dst []byte, e Event) []byte {
	dst = append(dst, eventHeader+"\ntype="+strconv.Itoa(int(e.Type))+"\ntime=0\nsource_nodeid="+strconv.Itoa(int(e.Source))+"\n"...)
	v := &values{writing: true, out: dst}
	if raw, ok := e.Body.(*Raw); ok {
		for _, t := range raw.Tokens {
			v.put(t.Name, t.Value)
		}
	} else if e.Body != nil {
		e.Body.values(v)
	}
	return append(v.out, '\n')
}

// values goes through the values of an event, either reading them from its lines
// or writing them, so that each body is described once.
type values struct {
	writing bool
	out     []byte  // what was written
	tokens  []Token // what is read
	wrong   bool    // one is missing or is no number
}

func (v *values) put(name, value string) { v.out = append(v.out, name+"="+value+"\n"...) }

func (v *values) take(name string) string {
	for _, t := range v.tokens {
		if t.Name == name {
			return t.Value
		}
	}
	v.wrong = true
	return ""
}

// u32 is a number without a sign, which servers print with one.
func (v *values) u32(name string, n *uint32) {
	if v.writing {
		v.put(name, strconv.Itoa(int(int32(*n)))) //nolint:gosec // as the server does
		return
	}
	got, err := masked(v.take(name))
	v.wrong = v.wrong || err != nil
	*n = got
}

func (v *values) i32(name string, n *int32) {
	number := uint32(*n) //nolint:gosec // the same bits
	v.u32(name, &number)
	*n = int32(number) //nolint:gosec // the same bits
}

func (v *values) node(name string, id *NodeID) {
	number := uint32(*id) //nolint:gosec // small
	v.u32(name, &number)
	*id = NodeID(number)
}

// low and high are the halves of a number of 64 bits.
func (v *values) low(name string, n *uint64) {
	half := uint32(*n & 0xffffffff)
	v.u32(name, &half)
	*n = *n&^0xffffffff | uint64(half)
}

func (v *values) high(name string, n *uint64) {
	half := uint32(*n >> 32)
	v.u32(name, &half)
	*n = *n&0xffffffff | uint64(half)<<32
}

// words are values without names, on one line.
func (v *values) words(all *[]uint32) {
	if v.writing {
		line := make([]byte, 0, 11*len(*all))
		for _, n := range *all {
			line = append(strconv.AppendUint(line, uint64(n), 10), ' ')
		}
		v.put(dataToken, string(line))
		return
	}
	*all = nil
	for word := range strings.FieldsSeq(v.take(dataToken)) {
		n, err := masked(word)
		v.wrong = v.wrong || err != nil
		*all = append(*all, n)
	}
}
