package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"rondb-tui/engine"
)

// maxDepth bounds how deep objects and lists may nest. The vocabulary needs 4;
// the bound keeps a hostile text from exhausting the stack of the parser.
const maxDepth = 16

// ReadFile reads a desired state from a file. See Read.
func ReadFile(path string) (engine.Spec, Source, error) {
	source := Source{name: path}
	file, err := os.Open(path)
	if err != nil {
		return engine.Spec{}, source, source.malformed(unreadable(err))
	}
	defer func() { _ = file.Close() }() // only read from
	info, err := file.Stat()
	if err != nil {
		return engine.Spec{}, source, source.malformed(unreadable(err))
	}
	if info.IsDir() {
		return engine.Spec{}, source, source.malformed(engine.Problem{
			Rule: "not-a-file",
			Text: "This is a directory, not a file.",
			Fix:  "Name the desired state's file inside it.",
		})
	}
	return Read(file, path)
}

// Read reads a desired state; name is what errors call the text. It starts from
// engine.DefaultSpec. The error is an engine.Error of KindInvalid that wraps
// engine.Problems; the Source can be used in either case.
func Read(r io.Reader, name string) (engine.Spec, Source, error) {
	source := Source{name: name}
	text, err := io.ReadAll(io.LimitReader(r, engine.MaxSpecBytes+1))
	if err != nil {
		return engine.Spec{}, source, source.malformed(unreadable(err))
	}
	if len(text) > engine.MaxSpecBytes {
		return engine.Spec{}, source, source.malformed(engine.Problem{
			Rule: "file-too-large",
			Text: fmt.Sprintf("The file is larger than %d KiB.", engine.MaxSpecBytes>>10),
			Fix:  "Check that this is the desired state's file.",
		})
	}
	source.text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	tree, problem := parse(&source)
	if problem != nil {
		return engine.Spec{}, source, source.malformed(*problem)
	}
	spec, problems := decode(&source, tree)
	if len(problems) > 0 {
		return engine.Spec{}, source, source.malformed(problems...)
	}
	return spec, source, nil
}

func (s Source) malformed(problems ...engine.Problem) error {
	return s.fail(engine.KindInvalid, "read the desired state", problems)
}

func unreadable(err error) engine.Problem {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Problem{
			Rule: "file-missing",
			Text: "There is no such file.",
			Fix:  "Check the path.",
		}
	}
	return engine.Problem{
		Rule: "file-unreadable",
		Text: fmt.Sprintf("The file cannot be read: %v.", err),
		Fix:  "Check its permissions.",
	}
}

// parse turns the text into a syntax tree whose root is an object.
func parse(source *Source) (*hujson.Object, *engine.Problem) {
	if problem := unparsable(source); problem != nil {
		return nil, problem
	}
	// The line end lets the last line be a comment: without one, hujson would take
	// the comment for unfinished.
	root, err := hujson.Parse(append(bytes.Clone(source.text), '\n'))
	if err != nil {
		return nil, source.syntaxProblem(err)
	}
	object, ok := root.Value.(*hujson.Object)
	if !ok {
		return nil, source.problemAt(root.StartOffset, "not-an-object",
			"A desired state is an object, not "+kindWords(root.Value.Kind())+".",
			"Write its fields between { and }.")
	}
	return object, nil
}

// unparsable finds what must not or need not reach the parser.
func unparsable(source *Source) *engine.Problem {
	text := source.text
	if len(bytes.TrimSpace(text)) == 0 {
		return &engine.Problem{
			Rule: "file-empty",
			Text: "The file is empty.",
			Fix:  "Write at least {}, which is the default cluster.",
		}
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return source.problemAt(at, "file-binary",
			"The file is binary: it contains a zero byte.",
			"Check that this is the desired state's file.")
	}
	if at := invalidUTF8(text); at >= 0 {
		return source.problemAt(at, "file-not-utf8",
			fmt.Sprintf("The byte 0x%02x is not UTF-8 here.", text[at]),
			"Save the file as UTF-8.")
	}
	if at := tooDeep(text); at >= 0 {
		return source.problemAt(at, "nesting-limit",
			fmt.Sprintf("Objects and lists nest deeper than %d here.", maxDepth),
			"No field of a desired state needs that depth: check the brackets.")
	}
	return nil
}

// invalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
	return -1
}

// tooDeep is the offset of the first bracket beyond maxDepth, or -1. It skips
// strings and comments exactly as the parser does, up to the first syntax error,
// and the parser does not get further than that.
func tooDeep(text []byte) int {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{', '[':
			if depth++; depth > maxDepth {
				return at
			}
		case '}', ']':
			depth--
		case '"':
			at += stringLength(text[at:]) - 1
		case '/':
			at += max(commentLength(text[at:]), 1) - 1
		}
	}
	return -1
}

// stringLength is the length of the quoted string that text starts with, or of
// the text if it does not end.
func stringLength(text []byte) int {
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(text)
}

// commentLength is the length of the comment that text starts with, 0 if it is
// none, or the length of the text if it does not end.
func commentLength(text []byte) int {
	end := "\n"
	switch {
	case bytes.HasPrefix(text, []byte("/*")):
		end = "*/"
	case !bytes.HasPrefix(text, []byte("//")):
		return 0
	}
	if at := bytes.Index(text[2:], []byte(end)); at >= 0 {
		return 2 + at + len(end)
	}
	return len(text)
}

// syntaxProblem says what the parser found, in our words where there is a better
// one. The parser gives the position in its message only.
func (s Source) syntaxProblem(err error) *engine.Problem {
	var line, column int
	if _, scanErr := fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column); scanErr != nil {
		line, column = 1, 1
	}
	problem := s.problemAt(s.offset(line, column), "syntax", "", "")
	cause := errors.Unwrap(err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		problem.Text = "The text ends before the desired state does."
		problem.Fix = "Close every brace, bracket, quotation mark and comment."
	case cause != nil && strings.HasSuffix(cause.Error(), "after top-level value"):
		problem.Rule = "trailing-text"
		problem.Text = "There is text after the end of the desired state."
		problem.Fix = "Remove it, or check where its object was closed."
	default:
		problem.Text = fmt.Sprintf("The syntax is wrong: %v.", shorten(fmt.Sprint(cause)))
		problem.Fix = "Write JSON; comments and trailing commas are allowed."
	}
	return problem
}

// offset finds a line and a column that counts bytes. Beyond the text, as in the
// line end that was added to it, it is the end of the text.
func (s Source) offset(line, column int) int {
	at := 0
	for range line - 1 {
		end := bytes.IndexByte(s.text[at:], '\n')
		if end < 0 {
			return len(s.text)
		}
		at += end + 1
	}
	return min(at+column-1, len(s.text))
}

func (s Source) problemAt(offset int, rule, text, fix string) *engine.Problem {
	line, column := s.position(offset)
	return &engine.Problem{Rule: rule, Text: text, Fix: fix, Line: line, Column: column}
}
