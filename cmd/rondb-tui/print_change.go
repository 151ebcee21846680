package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
	"rondb-tui/tui/present"
)

// printLines prints lines that may hold foreign text.
func (p *program) printLines(lines []string) {
	for _, line := range lines {
		p.print("%s", present.Clean(line))
	}
}

// printPlan prints a plan's canonical text.
func (p *program) printPlan(plan *engine.Plan) {
	p.printLines(strings.Split(strings.TrimSuffix(plan.String(), "\n"), "\n"))
}

func (p *program) sayWaiting(waiting []string) {
	for _, why := range waiting {
		p.say("waits: %s", present.Clean(why))
	}
}

// specChanges lists the fields in which two desired states differ, in the order
// of the vocabulary: "ActiveReplicationFactor: 2 → 3". The revision is none.
func specChanges(from, to *engine.Spec) ([]string, error) {
	before, err := specFields(from)
	if err != nil {
		return nil, err
	}
	after, err := specFields(to)
	if err != nil {
		return nil, err
	}
	var changes []string
	for _, name := range specNames() {
		switch name {
		case "Id":
		case "Parameters":
			changes = append(changes, parameterChanges(from.Parameters, to.Parameters)...)
		default:
			if old, now := before[name], after[name]; old != now {
				changes = append(changes, fmt.Sprintf("%s: %s → %s", name, orUnset(old), orUnset(now)))
			}
		}
	}
	return changes, nil
}

// specFields gives the fields of a desired state as their canonical JSON; one
// that is not set is missing.
func specFields(s *engine.Spec) (map[string]string, error) {
	var canonical bytes.Buffer
	if err := spec.Write(&canonical, *s); err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(canonical.Bytes(), &raw); err != nil {
		return nil, engine.Errorf(engine.KindInternal, "compare desired states", 0, "%w", err)
	}
	fields := map[string]string{}
	for name, value := range raw {
		var line bytes.Buffer
		if err := json.Compact(&line, value); err != nil {
			return nil, engine.Errorf(engine.KindInternal, "compare desired states", 0, "%w", err)
		}
		fields[name] = line.String()
	}
	return fields, nil
}

// specNames lists the fields of the vocabulary in its order.
func specNames() []string {
	kind := reflect.TypeFor[engine.Spec]()
	names := make([]string, kind.NumField())
	for i := range names {
		field := kind.Field(i)
		names[i], _, _ = strings.Cut(field.Tag.Get("json"), ",")
		if names[i] == "" {
			names[i] = field.Name
		}
	}
	return names
}

// parameterChanges lists the parameters that differ, by their names.
func parameterChanges(from, to map[string]string) []string {
	all := maps.Clone(to)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, from)
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		old, had := from[name]
		now, has := to[name]
		if had != has || old != now {
			changes = append(changes, fmt.Sprintf("Parameters[%q]: %s → %s", name, quotedIf(had, old), quotedIf(has, now)))
		}
	}
	return changes
}

// unset is how a difference writes a field that is not set.
const unset = "(not set)"

func orUnset(text string) string {
	if text == "" {
		return unset
	}
	return text
}

func quotedIf(set bool, text string) string {
	if !set {
		return unset
	}
	return fmt.Sprintf("%q", text)
}
