package loop

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rondb-tui/engine"
)

// place names a slot, a data node's with its node group.
func place(slot engine.Slot) string {
	if slot.Kind == engine.KindData {
		return fmt.Sprintf("%s (node group %d)", slot, slot.Group)
	}
	return slot.String()
}

// count writes a number of things: "1 MySQL server", "2 MySQL servers".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// describe puts the desired state of a new cluster in words.
func describe(s *engine.Spec) string {
	return fmt.Sprintf("revision %d: %s with %s, %s, %s, %s", s.ID,
		count(s.NumNodeGroups, "node group"), count(s.ActiveReplicationFactor, "replica"),
		count(s.NumManagedMgmdVms, engine.KindManagement.Words()),
		count(s.NumManagedMysqldVms, engine.KindMySQL.Words()),
		count(s.NumManagedApiVms, engine.KindAPI.Words()))
}

// fieldWords gives the words for the fields that people change most; the others
// go by their names.
func fieldWords(field string) string {
	switch field {
	case "ActiveReplicationFactor":
		return "replicas"
	case "NumNodeGroups":
		return "node groups"
	case "NumManagedMgmdVms":
		return "management servers"
	case "NumManagedMysqldVms":
		return "MySQL servers"
	case "NumManagedApiVms":
		return "API nodes"
	case "RonDBRunning":
		return "running"
	case "RonDBVersion":
		return "version"
	default:
		return field
	}
}

// difference lists what changed between two desired states: "replicas 2 → 3".
// Values that are not one word are not written out.
func difference(old, next *engine.Spec) string {
	before, after := fields(old), fields(next)
	names := maps.Clone(before)
	maps.Copy(names, after)
	delete(names, "Id")
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		from, to := string(before[name]), string(after[name])
		switch {
		case from == to:
		case len(from) > maxValue || len(to) > maxValue || strings.ContainsAny(from+to, "{["):
			changes = append(changes, fieldWords(name)+" changed")
		default:
			changes = append(changes, fmt.Sprintf("%s %s → %s", fieldWords(name), value(from), value(to)))
		}
	}
	if len(changes) == 0 {
		return nothingNew
	}
	return strings.Join(changes, ", ")
}

// nothingNew is the difference between two desired states with the same content.
const nothingNew = "nothing new"

// maxValue is the longest value, in bytes, that an event writes out.
const maxValue = 40

func value(text string) string {
	if text == "" {
		return "none"
	}
	return strings.Trim(text, `"`)
}

// fields splits a desired state by its field names. A Spec consists of numbers,
// texts, lists and maps of texts only, which always have a JSON form.
func fields(s *engine.Spec) map[string]json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil {
		panic("loop: a desired state has no JSON form: " + err.Error())
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		panic("loop: a desired state cannot be read back: " + err.Error())
	}
	return all
}

// describePlan says why a plan is begun: its size, its first step and the first
// few causes.
func describePlan(p *engine.Plan) string {
	var causes []string
	more := false
	for i := range p.Steps {
		cause := p.Steps[i].Cause
		if slices.Contains(causes, cause) {
			continue
		}
		if more = len(causes) == maxCauses; more {
			break
		}
		causes = append(causes, cause)
	}
	text := strings.Join(causes, "; ")
	if more {
		text += "; …"
	}
	return fmt.Sprintf("plan of %s, first %s, %s", count(len(p.Steps), "step"), p.Steps[0].Action, text)
}

// waiting gives a sentence for an await that runs, with what the node is at.
func waiting(action engine.Action, seen *engine.Observed) string {
	text := "waiting" + strings.TrimPrefix(action.String(), "wait")
	node, found := seen.Node(action.Node())
	if !found || node.Status != engine.StatusStarting {
		return text
	}
	if node.Kind == engine.KindData {
		text += fmt.Sprintf(" (start phase %d", node.StartPhase)
		if node.Doing != "" {
			text += ", " + node.Doing
		}
		return text + ")"
	}
	if node.Doing != "" {
		text += " (" + node.Doing + ")"
	}
	return text
}
