package regex

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Regex is the contract go-mysql-server programs against. Positions and
// occurrences count characters from 1, as SQL does.
type Regex interface {
	SetRegexString(ctx context.Context, regexStr string, flags RegexFlags) error
	SetMatchString(ctx context.Context, matchStr string) error
	IndexOf(ctx context.Context, start int, occurrence int, endIndex bool) (int, error)
	Matches(ctx context.Context, start int, occurrence int) (bool, error)
	Replace(ctx context.Context, replacementStr string, position int, occurrence int) (string, error)
	Substring(ctx context.Context, start int, occurrence int) (string, bool, error)
	StringBufferSize() uint32
	Close() error
}

// RegexFlags has the bit values of ICU's URegexpFlag.
type RegexFlags uint32

// The flags that SQL can ask for, with ICU's values.
const (
	RegexFlags_None                     RegexFlags = 0
	RegexFlags_Unix_Lines               RegexFlags = 1
	RegexFlags_Case_Insensitive         RegexFlags = 2
	RegexFlags_Comments                 RegexFlags = 4
	RegexFlags_Multiline                RegexFlags = 8
	RegexFlags_Literal                  RegexFlags = 16
	RegexFlags_Dot_All                  RegexFlags = 32
	RegexFlags_Unicode_Word             RegexFlags = 256
	RegexFlags_Error_On_Unknown_Escapes RegexFlags = 512
)

var (
	errNoRegex = errors.New("the pattern has to be set before it is used")
	errNoMatch = errors.New("the text to match has to be set before it is used")
)

// ShouldPanic exists for callers of the original; nothing here can leak.
var ShouldPanic = false

// SetRegexLeakHandler exists for callers of the original; nothing here can leak.
func SetRegexLeakHandler(func()) {}

// CreateRegex returns an empty expression. The buffer size is of no use here.
func CreateRegex(uint32) Regex { return &goRegex{} }

type goRegex struct {
	re      *regexp.Regexp
	text    string
	hasText bool
}

func (g *goRegex) SetRegexString(_ context.Context, pattern string, flags RegexFlags) error {
	if flags&RegexFlags_Literal != 0 {
		pattern = regexp.QuoteMeta(pattern)
	}
	var inline strings.Builder
	for _, f := range []struct {
		bit    RegexFlags
		letter byte
	}{{RegexFlags_Case_Insensitive, 'i'}, {RegexFlags_Multiline, 'm'}, {RegexFlags_Dot_All, 's'}} {
		if flags&f.bit != 0 {
			inline.WriteByte(f.letter)
		}
	}
	if inline.Len() > 0 {
		pattern = "(?" + inline.String() + ")" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("the given regular expression is invalid: %w", err)
	}
	g.re, g.hasText = re, false
	return nil
}

func (g *goRegex) SetMatchString(_ context.Context, text string) error {
	if g.re == nil {
		return errNoRegex
	}
	g.text, g.hasText = text, true
	return nil
}

func (g *goRegex) IndexOf(_ context.Context, start, occurrence int, endIndex bool) (int, error) {
	loc, err := g.find(start, occurrence)
	if err != nil || loc == nil {
		return 0, err
	}
	at := loc[0]
	if endIndex {
		at = loc[1]
	}
	return utf8.RuneCountInString(g.text[:at]) + 1, nil
}

func (g *goRegex) Matches(_ context.Context, start, occurrence int) (bool, error) {
	loc, err := g.find(start+1, occurrence)
	return loc != nil, err
}

func (g *goRegex) Replace(_ context.Context, replacement string, position, occurrence int) (string, error) {
	if err := g.ready(); err != nil {
		return "", err
	}
	from, ok := byteOffset(g.text, position)
	if !ok {
		return g.text, nil
	}
	var out strings.Builder
	last := 0
	for i, loc := range g.matchesFrom(from) {
		if occurrence > 0 && i+1 != occurrence {
			continue
		}
		out.WriteString(g.text[last:loc[0]])
		out.Write(g.re.ExpandString(nil, replacement, g.text, loc))
		last = loc[1]
	}
	out.WriteString(g.text[last:])
	return out.String(), nil
}

func (g *goRegex) Substring(_ context.Context, start, occurrence int) (string, bool, error) {
	loc, err := g.find(start, occurrence)
	if err != nil || loc == nil {
		return "", false, err
	}
	return g.text[loc[0]:loc[1]], true, nil
}

func (*goRegex) StringBufferSize() uint32 { return 0 }

func (*goRegex) Close() error { return nil }

func (g *goRegex) ready() error {
	switch {
	case g.re == nil:
		return errNoRegex
	case !g.hasText:
		return errNoMatch
	}
	return nil
}

// find returns the byte offsets of the given match at or after character start,
// or nil where there is none.
func (g *goRegex) find(start, occurrence int) ([]int, error) {
	if err := g.ready(); err != nil {
		return nil, err
	}
	from, ok := byteOffset(g.text, start)
	if !ok {
		return nil, nil
	}
	matches := g.matchesFrom(from)
	occurrence = max(occurrence, 1)
	if occurrence > len(matches) {
		return nil, nil
	}
	return matches[occurrence-1], nil
}

// matchesFrom searches the whole text, so that ^ and \b keep their meaning, and
// keeps the matches that begin at or after the offset.
func (g *goRegex) matchesFrom(from int) [][]int {
	var kept [][]int
	for _, loc := range g.re.FindAllStringSubmatchIndex(g.text, -1) {
		if loc[0] >= from {
			kept = append(kept, loc)
		}
	}
	return kept
}

// byteOffset turns a character position counted from 1 into a byte offset.
func byteOffset(text string, position int) (int, bool) {
	position = max(position, 1)
	for i := range text {
		if position--; position == 0 {
			return i, true
		}
	}
	return len(text), position == 1
}
