package present

import (
	"strings"
	"unicode/utf8"
)

// Role is what a piece of text means; the console gives each a look. Selected
// may be added to any role.
type Role uint8

// The roles.
const (
	Plain Role = iota
	Strong
	Dim
	Good
	Info
	Warn
	Bad
	Alarm // the worst: reversed where there is no colour

	Selected Role = 0x80
)

// Span is text with one role.
type Span struct {
	Text string
	Role Role
}

// Line is one row of the screen, drawn from the left.
type Line []Span

// Words makes a line of one span.
func Words(role Role, text string) Line { return Line{{text, role}} }

// Add appends a span.
func (l Line) Add(role Role, text string) Line { return append(l, Span{text, role}) }

// String is the line's text without roles.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Width is how many columns the line takes.
func (l Line) Width() int {
	w := 0
	for _, s := range l {
		w += Width(s.Text)
	}
	return w
}

// Between puts two lines at the two ends of a row of w columns. The right one is
// left out where both do not fit.
func Between(left, right Line, w int) Line {
	gap := w - left.Width() - right.Width()
	if gap < 1 {
		return left
	}
	row := append(Line{}, left...)
	row = row.Add(Plain, strings.Repeat(" ", gap))
	return append(row, right...)
}

// Width is how many columns cleaned text takes.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			w++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		w += RuneWidth(r)
		i += size
	}
	return w
}

// RuneWidth is how many columns a rune of cleaned text takes: two for the wide
// scripts of East Asia, else one. Clean leaves nothing else in.
func RuneWidth(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case r <= 0x115f, // Hangul leading consonants
		r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0x33ff, // CJK radicals, kana
		r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff, // ideographs
		r >= 0xa000 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, // Yi, Hangul
		r >= 0xf900 && r <= 0xfaff, r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6:
		return 2
	default:
		return 1
	}
}

// Clip cuts cleaned text to w columns, with "~" as the last where text was lost.
func Clip(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w <= 0 {
		return ""
	}
	used := 0
	for i, r := range s {
		if used+RuneWidth(r) > w-1 {
			return s[:i] + "~"
		}
		used += RuneWidth(r)
	}
	return s
}

// Pad cuts or fills cleaned text to exactly w columns.
func Pad(s string, w int) string {
	s = Clip(s, w)
	return s + strings.Repeat(" ", max(w-Width(s), 0))
}

// PadLeft is Pad with the text at the right end.
func PadLeft(s string, w int) string {
	s = Clip(s, w)
	return strings.Repeat(" ", max(w-Width(s), 0)) + s
}

// Wrap breaks cleaned text at spaces into rows of at most w columns. A word that
// is wider is cut.
func Wrap(s string, w int) []string {
	var rows []string
	row := ""
	for _, word := range strings.Fields(s) {
		word = Clip(word, w)
		switch {
		case row == "":
			row = word
		case Width(row)+1+Width(word) <= w:
			row += " " + word
		default:
			rows = append(rows, row)
			row = word
		}
	}
	if row != "" {
		rows = append(rows, row)
	}
	return rows
}

// Window picks the first of the shown rows so that row `at` of n is among the h
// shown, moving as little as possible from `first`.
func Window(first, at, n, h int) int {
	if at < first {
		first = at
	}
	if at >= first+h {
		first = at - h + 1
	}
	return max(min(first, n-h), 0)
}
