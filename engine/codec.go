package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// The engine's types travel as JSON: over the control socket, and into files.
// Only what encoding/json cannot do by itself is here. What comes back is the
// value that was sent, with three exceptions: times lose their monotonic reading
// and the name of their zone, text that is not UTF-8 gets U+FFFD where it was
// wrong, and the optional lists and maps of a Spec come back nil if they were
// empty. Zero values are left out, so read into a fresh value: what is left out
// stays as it was. codec_values.go has the single values.

// named is one member of a sealed set, with its name in JSON.
type named[T any] struct {
	name string
	zero T
}

// actionNames is the table of all actions.
func actionNames() []named[Action] {
	return []named[Action]{
		{"write_config", WriteConfig{}},
		{"create_node", CreateNode{}},
		{"remove_node", RemoveNode{}},
		{"start_node", StartNode{}},
		{"stop_node", StopNode{}},
		{"stop_all_data_nodes", StopAllDataNodes{}},
		{"activate_node", ActivateNode{}},
		{"deactivate_node", DeactivateNode{}},
		{"await_started", AwaitStarted{}},
		{"await_down", AwaitDown{}},
		{"await_failure_handled", AwaitFailureHandled{}},
		{"await_arbitration", AwaitArbitration{}},
	}
}

// intentNames is the table of all intents.
func intentNames() []named[Intent] {
	return []named[Intent]{
		{"set_spec", SetSpec{}},
		{"scale", Scale{}},
		{"restart_node", RestartNode{}},
		{"kill_node", KillNode{}},
		{"pause_node", PauseNode{}},
		{"resume_node", ResumeNode{}},
		{"isolate_node", IsolateNode{}},
		{"heal_faults", HealFaults{}},
		{"undo", Undo{}},
		{"retry_now", RetryNow{}},
		{"set_load", SetLoad{}},
		{"audit_load", AuditLoad{}},
	}
}

// encodeNamed gives the name of a value and its fields as JSON: nil for none.
func encodeNamed[T any](table []named[T], what string, value T) (name string, fields json.RawMessage, err error) {
	const op = "write JSON"
	for _, entry := range table {
		if reflect.TypeOf(entry.zero) != reflect.TypeOf(value) {
			continue
		}
		fields, err := json.Marshal(value)
		if err != nil {
			return "", nil, Errorf(KindInternal, op, 0, "%w", err)
		}
		if string(fields) == "{}" {
			fields = nil
		}
		return entry.name, fields, nil
	}
	return "", nil, Errorf(KindInvalid, op, 0, "unknown %s of type %T", what, value)
}

// decodeNamed makes the value that encodeNamed wrote.
func decodeNamed[T any](table []named[T], what, name string, fields []byte, read func([]byte, any) error) (T, error) {
	const op = "read JSON"
	var none T
	for _, entry := range table {
		if entry.name != name {
			continue
		}
		into := reflect.New(reflect.TypeOf(entry.zero))
		if len(fields) > 0 {
			if err := read(fields, into.Interface()); err != nil {
				return none, Errorf(KindInvalid, op, 0, "%s %q: %w", what, name, err)
			}
		}
		value, ok := into.Elem().Interface().(T)
		if !ok {
			return none, Errorf(KindInternal, op, 0, "the table of names has a wrong entry for %s %q", what, name)
		}
		return value, nil
	}
	return none, Errorf(KindInvalid, op, 0, "unknown %s %q", what, name)
}

// stepJSON is a Step on the wire: "Do" names the action, whose fields are apart.
type stepJSON struct {
	ID      StepID
	Do      string
	Action  json.RawMessage `json:",omitzero"`
	After   []StepID        `json:",omitzero"`
	Cause   string
	Require []Requirement `json:",omitzero"`
}

// MarshalJSON implements json.Marshaler. A step without a known action is an
// error.
func (s Step) MarshalJSON() ([]byte, error) {
	name, fields, err := encodeNamed(actionNames(), "action", s.Action)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stepJSON{ID: s.ID, Do: name, Action: fields, After: s.After, Cause: s.Cause, Require: s.Require})
}

// UnmarshalJSON implements json.Unmarshaler. Errors have KindInvalid; one names
// an action that is not known.
func (s *Step) UnmarshalJSON(text []byte) error {
	var wire stepJSON
	if err := json.Unmarshal(text, &wire); err != nil {
		return Errorf(KindInvalid, "read step", 0, "%w", err)
	}
	action, err := decodeNamed(actionNames(), "action", wire.Do, wire.Action, json.Unmarshal)
	if err != nil {
		return err
	}
	*s = Step{ID: wire.ID, Action: action, After: wire.After, Cause: wire.Cause, Require: wire.Require}
	return nil
}

// requestJSON is a Request on the wire: "Intent" is its name, whose fields are
// apart.
type requestJSON struct {
	Intent    string
	Arguments json.RawMessage `json:",omitzero"`
	By        string          `json:",omitzero"`
	Base      Revision        `json:",omitzero"`
	Approved  Fingerprint     `json:",omitzero"`
}

// MarshalJSON implements json.Marshaler. A request without a known intent is an
// error.
func (r Request) MarshalJSON() ([]byte, error) {
	name, arguments, err := encodeNamed(intentNames(), "intent", r.Intent)
	if err != nil {
		return nil, err
	}
	return json.Marshal(requestJSON{Intent: name, Arguments: arguments, By: r.By, Base: r.Base, Approved: r.Approved})
}

// UnmarshalJSON implements json.Unmarshaler. Errors have KindInvalid. A field
// that is not known is one of them: what it says must not be left out silently
// when something is to be done.
func (r *Request) UnmarshalJSON(text []byte) error {
	var wire requestJSON
	if err := strictJSON(text, &wire); err != nil {
		return Errorf(KindInvalid, "read request", 0, "%w", err)
	}
	intent, err := decodeNamed(intentNames(), "intent", wire.Intent, wire.Arguments, strictJSON)
	if err != nil {
		return err
	}
	*r = Request{Intent: intent, By: wire.By, Base: wire.Base, Approved: wire.Approved}
	return nil
}

// strictJSON reads exactly one value and refuses fields it does not know.
func strictJSON(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one value")
	}
	return nil
}
