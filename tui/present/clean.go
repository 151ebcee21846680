package present

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxForeign is how much of one foreign text is kept, in runes: more than any
// screen is wide.
const maxForeign = 1000

// Clean makes foreign text safe to draw: escape sequences, control characters,
// invisible and direction-changing characters and combining marks go; tabs and
// line ends become spaces; what is not valid text or has no dependable width
// becomes "?". At most maxForeign runes are kept.
func Clean(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*maxForeign))
	for kept := 0; len(s) > 0 && kept < maxForeign; {
		if n := escapeLength(s); n > 0 {
			s = s[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if r = safeRune(r, size); r >= 0 {
			b.WriteRune(r)
			kept++
		}
	}
	return b.String()
}

func plainASCII(s string) bool {
	if len(s) > maxForeign {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// safeRune gives what is drawn for a rune, or -1 for nothing.
func safeRune(r rune, size int) rune {
	switch {
	case r == utf8.RuneError && size <= 1:
		return '?'
	case r == '\t', r == '\n', r == '\r', unicode.Is(unicode.Z, r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.IsMark(r):
		return -1
	case unevenlyWide(r), !unicode.IsGraphic(r):
		return '?'
	default:
		return r
	}
}

// unevenlyWide says whether terminals differ about the width of a character:
// symbols that some draw as pictures, joining Hangul, presentation forms, and all
// beyond the basic plane.
func unevenlyWide(r rune) bool {
	return r >= 0x1160 && r <= 0x11ff || r >= 0x2300 && r <= 0x23ff || r >= 0x25a0 && r <= 0x27bf ||
		r >= 0x2b00 && r <= 0x2bff || r >= 0x3200 && r <= 0x33ff || r >= 0x4dc0 && r <= 0x4dff ||
		r >= 0xa960 && r <= 0xa97f || r >= 0xfe10 && r <= 0xfe6f || r >= 0x10000
}

// escapeLength is the length of the terminal control sequence at the start of s,
// 0 if there is none. An unfinished sequence reaches to the end.
func escapeLength(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	rest := s[size:]
	kind := r
	switch {
	case r == 0x1b && rest != "":
		kind = rune(rest[0]) + 0x40 // ESC [ is the 7-bit form of U+009B, and so on
		size++
		rest = rest[1:]
	case r < 0x80 || r > 0x9f:
		return 0
	}
	switch kind {
	case 0x9b: // control sequence: up to its final byte
		if i := strings.IndexFunc(rest, func(r rune) bool { return r >= 0x40 && r <= 0x7e }); i >= 0 {
			return size + i + 1
		}
		return size + len(rest)
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f: // strings: up to BEL or the string terminator
		end := len(rest)
		for _, terminator := range []string{"\a", "\x1b\\", "\u009c"} {
			if i := strings.Index(rest, terminator); i >= 0 {
				end = min(end, i+len(terminator))
			}
		}
		return size + end
	default:
		return size
	}
}
