package main

import (
	"errors"
	"strings"
)

// splitSQL takes a text apart at the semicolons between its statements. Quoted
// text and comments are passed over, as MySQL reads them; a statement that is
// nothing but comments is left out.
func splitSQL(text string) ([]string, error) {
	var statements []string
	begin, content := 0, false // whether the statement has more than comments
	end := func(at int) {
		if content {
			statements = append(statements, strings.TrimSpace(text[begin:at]))
		}
		begin, content = at+1, false
	}
	for i := 0; i < len(text); {
		rest := text[i:]
		switch comment := commentLength(rest); {
		case comment > 0:
			content = content || strings.HasPrefix(rest, "/*!") // MySQL runs what is in it
			i += comment
		case strings.ContainsRune("'\"`", rune(rest[0])):
			quoted := quotedLength(rest)
			if quoted == 0 {
				return nil, errors.New("a quote in the statements is not closed: " + shortened(rest))
			}
			content = true
			i += quoted
		case rest[0] == ';':
			end(i)
			i++
		default:
			content = content || !strings.ContainsRune(" \t\r\n", rune(rest[0]))
			i++
		}
	}
	end(len(text))
	return statements, nil
}

// commentLength is the length of the comment that a text begins with, 0 if none.
func commentLength(text string) int {
	begin, end := 1, "\n"
	switch {
	case strings.HasPrefix(text, "/*"):
		begin, end = 2, "*/"
	case strings.HasPrefix(text, "#"), text == "--":
	case strings.HasPrefix(text, "--") && strings.ContainsRune(" \t\r\n", rune(text[2])):
	default:
		return 0
	}
	if at := strings.Index(text[begin:], end); at >= 0 {
		return begin + at + len(end)
	}
	return len(text)
}

// quotedLength is the length of the quoted text at the beginning, 0 if it has no
// end. A doubled quote is one of the text; so is what a backslash comes before,
// but not in names.
func quotedLength(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote != '`':
			i++
		case text[i] != quote:
		case i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			return i + 1
		}
	}
	return 0
}

// shortened gives the beginning of a text, in one line.
func shortened(text string) string {
	const most = 40
	text, _, _ = strings.Cut(text, "\n")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
