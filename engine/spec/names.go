package spec

import (
	"reflect"
	"slices"
	"strings"
)

// names are the names of a struct's fields in JSON, in the order of the fields.
type names []string

func fieldsOf(t reflect.Type) names {
	known := make(names, t.NumField())
	for i := range known {
		field := t.Field(i)
		known[i], _, _ = strings.Cut(field.Tag.Get("json"), ",")
		if known[i] == "" {
			known[i] = field.Name
		}
	}
	return known
}

// index is the field with exactly this name, or -1.
func (n names) index(name string) int { return slices.Index(n, name) }

// nearest is the known name most like another, the first of several; none if
// more than a third of it would have to change. Case is not counted.
func (n names) nearest(name string) (near string, found bool) {
	wanted := strings.ToLower(name)
	best := max(len(wanted)/3, 1)
	for _, known := range n {
		if len(known)-len(wanted) > best || len(wanted)-len(known) > best {
			continue
		}
		if distance := editDistance(strings.ToLower(known), wanted); distance < best || distance == best && !found {
			near, found, best = known, true, distance
		}
	}
	return near, found
}

// editDistance counts the bytes to insert, delete or replace to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
