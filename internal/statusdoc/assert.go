package statusdoc

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

const opAssert = "read assertion"

// maxAssertBytes bounds the text of an assertion.
const maxAssertBytes = 1000

// wordNull is how an assertion writes a value that is not known.
const wordNull = "null"

// AssertError says that an assertion does not hold. It is an engine.Error of
// KindDenied as well.
type AssertError struct {
	Field  string // "workload.lost"
	Op     string // "=="
	Wanted string // as the assertion has it
	Found  string // "null" if it is not known
}

func (e *AssertError) Error() string {
	return fmt.Sprintf("assertion failed: %s %s %s, found %s", e.Field, e.Op, e.Wanted, e.Found)
}

// Unwrap gives the refusal, for whoever asks for the kind only.
func (e *AssertError) Unwrap() error {
	return engine.Errorf(engine.KindDenied, "assert", 0, "%s is %s", e.Field, e.Found)
}

// Assert checks one field of the document: a path, an operator (== != < <= > >=)
// and a value, as in "workload.lost==0", "nodes.5.status==started" or
// "versions==24.10.0". A list of objects is entered by id; a list of values
// compares as its values with commas between. Null equals only the word null,
// and no other comparison with it holds. It returns an AssertError if the
// assertion does not hold, KindInvalid if it makes no sense for the field, and
// KindNotFound if there is no such node or node group.
func Assert(d Document, expr string) error {
	if len(expr) > maxAssertBytes {
		return invalid("it has %d bytes, at most %d", len(expr), maxAssertBytes)
	}
	field, op, wanted, err := split(expr)
	if err != nil {
		return err
	}
	found, err := lookUp(d, field)
	if err != nil {
		return err
	}
	holds, err := found.compare(op, wanted)
	if err != nil {
		return invalid("%s %s", field, err)
	}
	if !holds {
		return &AssertError{Field: field, Op: op, Wanted: wanted, Found: found.text}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return engine.Errorf(engine.KindInvalid, opAssert, 0, format, args...)
}

// split takes an assertion apart at its operator.
func split(expr string) (field, op, wanted string, err error) {
	i := strings.IndexAny(expr, "=!<>")
	if i < 0 {
		return "", "", "", invalid("%q has no operator: write field==value, or with != < <= > >=", expr)
	}
	field, wanted = strings.TrimSpace(expr[:i]), expr[i:]
	for _, known := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if rest, found := strings.CutPrefix(wanted, known); found {
			op, wanted = known, strings.TrimSpace(rest)
			break
		}
	}
	switch {
	case op == "" || strings.HasPrefix(wanted, "="):
		return "", "", "", invalid("%q has no operator I know: there are == != < <= > >=", expr)
	case field == "" || wanted == "":
		return "", "", "", invalid("%q needs a field, an operator and a value, as in workload.lost==0", expr)
	}
	return field, op, wanted, nil
}

// shape is what a value can be compared with.
type shape uint8

const (
	shapeText shape = iota
	shapeTruth
	shapeNumber
)

// value is what a field of the document holds.
type value struct {
	text  string // as the JSON has it, without quotes
	shape shape
	null  bool
}

func (v value) compare(op, wanted string) (bool, error) {
	equality := op == "==" || op == "!="
	if wanted == wordNull {
		if !equality {
			return false, fmt.Errorf("cannot be compared with null by %s", op)
		}
		return v.null == (op == "=="), nil
	}
	switch v.shape {
	case shapeNumber:
		limit, err := strconv.ParseFloat(wanted, 64)
		if err != nil || math.IsNaN(limit) {
			return false, fmt.Errorf("is a number, %q is none", wanted)
		}
		number, err := strconv.ParseFloat(v.text, 64)
		return err == nil && order(op, number, limit), nil // null is no number
	case shapeTruth:
		if wanted != "true" && wanted != "false" {
			return false, fmt.Errorf("is true or false, not %q", wanted)
		}
	case shapeText:
	}
	if !equality {
		return false, fmt.Errorf("is no number: compare it with == or !=")
	}
	return !v.null && (v.text == wanted) == (op == "=="), nil
}

func order(op string, a, b float64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	default:
		return a >= b
	}
}
