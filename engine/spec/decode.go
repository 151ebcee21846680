package spec

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"

	"rondb-tui/engine"
)

// maxProblems bounds a report: whoever has more than that has another file.
const maxProblems = 50

// maxQuoted bounds, in characters, what a message repeats of the text.
const maxQuoted = 60

// decoder lays a syntax tree over a desired state. Empty lists and objects leave
// their field nil, so that a state has one form only.
type decoder struct {
	source   *Source
	problems engine.Problems
}

func decode(source *Source, root *hujson.Object) (engine.Spec, engine.Problems) {
	source.offsets = make(map[string]int)
	d := &decoder{source: source}
	spec := engine.DefaultSpec()
	d.fields("", root, reflect.ValueOf(&spec).Elem())
	return spec, d.problems
}

// value decodes one value of any kind that the vocabulary has.
func (d *decoder) value(path string, from *hujson.Value, into reflect.Value) {
	d.source.offsets[path] = from.StartOffset
	switch into.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		d.value(path, from, fresh.Elem())
		into.Set(fresh)
	case reflect.Struct:
		if object, ok := from.Value.(*hujson.Object); ok {
			d.fields(path, object, into)
			return
		}
		d.wrongType(path, from, '{')
	case reflect.Map:
		if object, ok := from.Value.(*hujson.Object); ok {
			d.entries(path, object, into)
			return
		}
		d.wrongType(path, from, '{')
	case reflect.Slice:
		if list, ok := from.Value.(*hujson.Array); ok {
			d.elements(path, list, into)
			return
		}
		d.wrongType(path, from, '[')
	default:
		d.scalar(path, from, into)
	}
}

// scalar decodes a string, a truth value or a whole number.
func (d *decoder) scalar(path string, from *hujson.Value, into reflect.Value) {
	literal, _ := from.Value.(hujson.Literal)
	kind := from.Value.Kind()
	switch into.Kind() {
	case reflect.String:
		if kind != '"' {
			d.wrongType(path, from, '"')
			return
		}
		into.SetString(literal.String())
	case reflect.Bool:
		if kind != 't' && kind != 'f' {
			d.wrongType(path, from, 't')
			return
		}
		into.SetBool(literal.Bool())
	default:
		if kind != '0' {
			d.wrongType(path, from, '0')
			return
		}
		number, err := strconv.ParseInt(string(literal), 10, into.Type().Bits())
		switch {
		case errors.Is(err, strconv.ErrRange):
			d.add(from.StartOffset, path, "number-out-of-range",
				fmt.Sprintf("%s is %s, which is too large a number.", path, shorten(string(literal))),
				"Write a smaller number.")
		case err != nil:
			d.wrongType(path, from, '0')
		default:
			into.SetInt(number)
		}
	}
}

// fields decodes the members of an object into the fields of a struct.
func (d *decoder) fields(path string, object *hujson.Object, into reflect.Value) {
	known := fieldsOf(into.Type())
	seen := make(map[string]int, len(object.Members))
	for i := range object.Members {
		if d.full() {
			return
		}
		member := &object.Members[i]
		name := nameOf(member)
		index := known.index(name)
		if index < 0 {
			d.unknown(path, member, known)
			continue
		}
		inner := name
		if path != "" {
			inner = path + "." + name
		}
		if d.repeated(seen, inner, member) {
			continue
		}
		d.value(inner, &member.Value, into.Field(index))
	}
}

// entries decodes the members of an object into a map from string to string.
func (d *decoder) entries(path string, object *hujson.Object, into reflect.Value) {
	if len(object.Members) == 0 {
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	seen := make(map[string]int, len(object.Members))
	for i := range object.Members {
		if d.full() {
			return
		}
		member := &object.Members[i]
		inner := fmt.Sprintf("%s[%q]", path, nameOf(member))
		if d.repeated(seen, inner, member) {
			continue
		}
		entry := reflect.New(into.Type().Elem()).Elem()
		d.value(inner, &member.Value, entry)
		into.SetMapIndex(reflect.ValueOf(nameOf(member)), entry)
	}
}

func (d *decoder) elements(path string, list *hujson.Array, into reflect.Value) {
	if len(list.Elements) == 0 {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list.Elements), len(list.Elements)))
	for i := range list.Elements {
		if d.full() {
			return
		}
		d.value(fmt.Sprintf("%s[%d]", path, i), &list.Elements[i], into.Index(i))
	}
}

// repeated reports a member whose name stood in the same object before.
func (d *decoder) repeated(seen map[string]int, path string, member *hujson.ObjectMember) bool {
	first, again := seen[path]
	if !again {
		seen[path] = member.Name.StartOffset
		return false
	}
	line, _ := d.source.position(first)
	d.add(member.Name.StartOffset, path, "duplicate-field",
		fmt.Sprintf("%s is set twice, first in line %d.", shorten(path), line),
		"Keep one of the two.")
	return true
}

func (d *decoder) unknown(path string, member *hujson.ObjectMember, known names) {
	name := nameOf(member)
	where := ""
	if path != "" {
		where = " in " + path
	}
	fix := "Remove it, or make it a comment."
	if near, found := known.nearest(name); found {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	d.add(member.Name.StartOffset, path, "unknown-field",
		fmt.Sprintf("There is no field %s%s.", shorten(strconv.Quote(name)), where), fix)
}

func (d *decoder) wrongType(path string, from *hujson.Value, want hujson.Kind) {
	found := kindWords(from.Value.Kind())
	if literal, ok := from.Value.(hujson.Literal); ok && literal.Kind() != 'n' {
		found += " (" + shorten(string(literal)) + ")"
	}
	fix := map[hujson.Kind]string{
		'{': "Write an object, between { and }.",
		'[': "Write a list, between [ and ].",
		'"': "Put the value in double quotes.",
		't': "Write true or false, without quotes.",
		'0': "Write digits only, without quotes, point or exponent.",
	}[want]
	if from.Value.Kind() == 'n' {
		fix = "Remove the field to take its default."
	}
	d.add(from.StartOffset, path, "wrong-type",
		fmt.Sprintf("%s must be %s, not %s.", shorten(path), kindWords(want), found), fix)
}

// full says that no further problem would be recorded: decoding ends, so that a
// hostile text costs no more than its first problems.
func (d *decoder) full() bool { return len(d.problems) > maxProblems }

// add records a problem; the one beyond the bound says that there are more.
func (d *decoder) add(offset int, path, rule, text, fix string) {
	if len(d.problems) == maxProblems {
		path, rule = "", "too-many-problems"
		text, fix = "There are more problems from here on.", "Mend the ones above first."
	}
	problem := d.source.problemAt(offset, rule, text, fix)
	problem.Path = path
	d.problems = append(d.problems, *problem)
}

// kindWords names a kind of JSON value as sentences do.
func kindWords(kind hujson.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case '0':
		return "a whole number"
	default:
		return "null"
	}
}

func nameOf(member *hujson.ObjectMember) string {
	literal, _ := member.Name.Value.(hujson.Literal)
	return literal.String()
}

// shorten bounds what a message repeats of the text.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= maxQuoted {
		return text
	}
	return strings.TrimSpace(string(runes[:maxQuoted])) + "…"
}
