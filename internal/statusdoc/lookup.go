package statusdoc

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"rondb-tui/chaos"
	"rondb-tui/engine"
)

// lookUp finds the value of a field by its path in the JSON. That the path is one
// is checked before whether a node of it exists: a slip shows at once.
func lookUp(d Document, path string) (value, error) {
	at := reflect.ValueOf(d)
	var missing error
	parts := strings.Split(path, ".")
	for i, part := range parts {
		here := strings.Join(parts[:i], ".")
		switch {
		case at.Kind() == reflect.Struct:
			next, err := enterField(at, here, part)
			if err != nil {
				return value{}, err
			}
			at = next
		case isObjects(at):
			next, found, err := enterList(at, here, part)
			if err != nil {
				return value{}, err
			}
			if !found {
				missing = engine.Errorf(engine.KindNotFound, "look up", 0, "%s has no %s", here, part)
			}
			at = next
		default:
			return value{}, invalid("%s is a value, it has no field %q", here, part)
		}
	}
	if at.Kind() == reflect.Struct {
		return value{}, invalid("%s is an object; its fields are %s", path, strings.Join(fieldsOf(at.Type()), ", "))
	}
	if isObjects(at) {
		return value{}, invalid("%s is a list: name one by its id and then a field, as in %s.1.%s",
			path, path, fieldsOf(at.Type().Elem())[1])
	}
	if missing != nil {
		return value{}, missing
	}
	return read(at), nil
}

// isObjects says whether a value is a list of objects.
func isObjects(at reflect.Value) bool {
	return at.Kind() == reflect.Slice && at.Type().Elem().Kind() == reflect.Struct
}

// fieldsOf lists the names of an object's fields in the JSON.
func fieldsOf(t reflect.Type) []string {
	fields := make([]string, t.NumField())
	for i := range fields {
		fields[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return fields
}

func enterField(at reflect.Value, here, name string) (reflect.Value, error) {
	fields := fieldsOf(at.Type())
	for i, field := range fields {
		if field == name {
			return at.Field(i), nil
		}
	}
	of := ""
	if here != "" {
		of = " in " + here
	}
	if near, found := chaos.Nearest(fields, name); found {
		return at, invalid("there is no field %q%s, do you mean %q?", name, of, near)
	}
	return at, invalid("there is no field %q%s; there are %s", name, of, strings.Join(fields, ", "))
}

// enterList finds the object with an id; an empty one where there is none.
func enterList(at reflect.Value, here, name string) (next reflect.Value, found bool, err error) {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return at, false, invalid("%s is a list: %q is no id", here, name)
	}
	for i := range at.Len() {
		if at.Index(i).FieldByName("ID").Int() == id {
			return at.Index(i), true, nil
		}
	}
	return reflect.Zero(at.Type().Elem()), false, nil
}

// read gives a field as the JSON writes it, without quotes.
func read(at reflect.Value) value {
	kind := at.Type()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	v := value{shape: shapeNumber}
	switch kind.Kind() {
	case reflect.String, reflect.Slice:
		v.shape = shapeText
	case reflect.Bool:
		v.shape = shapeTruth
	default:
	}
	if at.Kind() == reflect.Pointer && at.IsNil() {
		v.null, v.text = true, wordNull
		return v
	}
	at = reflect.Indirect(at)
	switch at.Kind() {
	case reflect.Slice:
		texts := make([]string, at.Len())
		for i := range texts {
			texts[i] = fmt.Sprint(at.Index(i))
		}
		v.text = strings.Join(texts, ",")
	case reflect.Float64:
		v.text = strconv.FormatFloat(at.Float(), 'f', -1, 64)
	default:
		v.text = fmt.Sprint(at)
	}
	return v
}
