package statusdoc

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// documented is one row of a table of docs/status-schema.md.
type documented struct {
	kind string
	null bool
}

// readSchema reads the tables of the page: for each heading, its fields.
func readSchema(t *testing.T) map[string]map[string]documented {
	t.Helper()
	page, err := os.ReadFile("../../docs/status-schema.md")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile("^\\| `([a-z0-9_]+)` \\| ([a-z ]+) \\| (yes|no) \\| .+ \\|$")
	tables := map[string]map[string]documented{}
	heading := ""
	for _, line := range strings.Split(string(page), "\n") {
		if title, found := strings.CutPrefix(line, "## "); found {
			heading = title
			continue
		}
		row := field.FindStringSubmatch(line)
		if row == nil {
			if heading != "Assertions" && strings.HasPrefix(line, "| `") {
				t.Errorf("the page has a row I cannot read: %s", line)
			}
			continue
		}
		if tables[heading] == nil {
			tables[heading] = map[string]documented{}
		}
		tables[heading][row[1]] = documented{kind: row[2], null: row[3] == "yes"}
	}
	return tables
}

// TestTheDocumentIsWhatThePageSays compares them both ways: fields, types, and
// where null may stand.
func TestTheDocumentIsWhatThePageSays(t *testing.T) {
	tables := readSchema(t)
	event := engine.Event{Seq: 1, At: seen(), Actor: engine.ActorNode, Node: 5, Text: "x"}
	line, err := EventLine(event)
	if err != nil {
		t.Fatal(err)
	}
	event.Node = 0
	bare, err := EventLine(event)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]map[string]any{"Event": {decode(t, line), decode(t, bare)}}
	for _, s := range []*engine.Snapshot{fullSnapshot(), {}} {
		text, err := From(s).JSON()
		if err != nil {
			t.Fatal(err)
		}
		gather(t, "Document", decode(t, text), found)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(tables)), slices.Sorted(maps.Keys(found))) {
		t.Errorf("the page describes %v, the document has %v", slices.Sorted(maps.Keys(tables)), slices.Sorted(maps.Keys(found)))
	}
	for heading, objects := range found {
		compare(t, heading, tables[heading], objects)
	}
}

func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		t.Fatal(err)
	}
	return object
}

// gather sorts the objects of a document by the heading of their table.
func gather(t *testing.T, heading string, object map[string]any, found map[string][]map[string]any) {
	t.Helper()
	found[heading] = append(found[heading], object)
	for name, content := range object {
		switch v := content.(type) {
		case map[string]any:
			gather(t, name, v, found)
		case []any:
			for _, one := range v {
				if inner, ok := one.(map[string]any); ok {
					gather(t, name, inner, found)
				}
			}
		}
	}
}

func compare(t *testing.T, heading string, fields map[string]documented, objects []map[string]any) {
	t.Helper()
	for name := range fields {
		wasNull, wasSet := false, false
		for _, object := range objects {
			content, there := object[name]
			if !there {
				t.Errorf("%s: %s is documented, but missing", heading, name)
				continue
			}
			wasNull, wasSet = wasNull || content == nil, wasSet || content != nil
			if content != nil && !fits(fields[name].kind, content) {
				t.Errorf("%s: %s is %v, documented as %s", heading, name, content, fields[name].kind)
			}
		}
		if wasNull != fields[name].null {
			t.Errorf("%s: %s: null is documented %t, seen %t", heading, name, fields[name].null, wasNull)
		}
		if !wasSet {
			t.Errorf("%s: %s: no test gives it a value", heading, name)
		}
	}
	for _, object := range objects {
		for name := range object {
			if _, known := fields[name]; !known {
				t.Errorf("%s: %s is not documented", heading, name)
			}
		}
	}
}

// fits says whether a value is of a documented type.
func fits(kind string, content any) bool {
	if of, list := strings.CutPrefix(kind, "list of "); list {
		all, ok := content.([]any)
		return ok && !slices.ContainsFunc(all, func(one any) bool { return !fits(strings.TrimSuffix(of, "s"), one) })
	}
	switch v := content.(type) {
	case json.Number:
		_, err := v.Int64()
		return kind == "number" || kind == "integer" && err == nil
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	default:
		_, object := content.(map[string]any)
		return kind == "object" && object
	}
}
