package spec

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rondb-tui/engine"
)

// Source remembers where in a text each value of a desired state stands. The
// zero Source is that of a state with no text: it knows no positions.
type Source struct {
	name    string
	text    []byte
	offsets map[string]int // path in the desired state → offset of its value
}

// Name is the file's name, as it was given.
func (s Source) Name() string { return s.name }

// Locate returns the problems with the positions of their paths. A path that
// the text does not name takes the position of what encloses it; a field of the
// top level that is not there keeps line 0. Positions already known stay.
func (s Source) Locate(problems engine.Problems) engine.Problems {
	located := slices.Clone(problems)
	for i := range located {
		if located[i].Line > 0 {
			continue
		}
		if offset, found := s.find(located[i].Path); found {
			located[i].Line, located[i].Column = s.position(offset)
		}
	}
	return located
}

// Format writes the problems as text, one line each, with no line end after the
// last: "desired.jsonc:12:5: what is wrong. how to mend it. [rule]".
func (s Source) Format(problems engine.Problems) string {
	lines := make([]string, len(problems))
	for i, p := range s.Locate(problems) {
		where := s.name
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d:%d", s.name, p.Line, p.Column)
		}
		if where != "" {
			where += ": "
		}
		lines[i] = fmt.Sprintf("%s%s %s [%s]", where, p.Text, p.Fix, p.Rule)
	}
	return strings.Join(lines, "\n")
}

// Refuse makes the error for a desired state that is well formed but not legal:
// nil if there are no problems, else of KindDenied, with the problems and their
// positions inside.
func (s Source) Refuse(problems engine.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	return s.fail(engine.KindDenied, "accept the desired state", problems)
}

func (s Source) fail(kind engine.ErrorKind, op string, problems engine.Problems) error {
	return &engine.Error{Kind: kind, Op: op, Err: &located{source: s, problems: s.Locate(problems)}}
}

// located is engine.Problems whose text names the file.
type located struct {
	source   Source
	problems engine.Problems
}

func (l *located) Error() string { return l.source.Format(l.problems) }

func (l *located) Unwrap() error { return l.problems }

// find looks a path up, then what encloses it.
func (s Source) find(path string) (offset int, found bool) {
	for path != "" {
		if offset, found = s.offsets[path]; found {
			return offset, true
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0, false
}

// position turns an offset into a line and a column, counted in characters from
// 1. It is worked out on demand: only problems need it.
func (s Source) position(offset int) (line, column int) {
	before := s.text[:min(offset, len(s.text))]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, column
}
