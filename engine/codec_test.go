package engine_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// allActions has one value of each action, allIntents of each intent.
// TestEveryActionAndIntentHasAName fails if one is missing.
func allActions() []engine.Action {
	return []engine.Action{
		engine.WriteConfig{}, engine.CreateNode{}, engine.RemoveNode{}, engine.StartNode{}, engine.StopNode{},
		engine.StopAllDataNodes{}, engine.ActivateNode{}, engine.DeactivateNode{}, engine.AwaitStarted{},
		engine.AwaitDown{}, engine.AwaitFailureHandled{}, engine.AwaitArbitration{},
	}
}

func allIntents() []engine.Intent {
	return []engine.Intent{
		engine.SetSpec{}, engine.Scale{}, engine.RestartNode{}, engine.KillNode{}, engine.PauseNode{}, engine.ResumeNode{},
		engine.IsolateNode{}, engine.HealFaults{}, engine.Undo{}, engine.RetryNow{}, engine.SetLoad{}, engine.AuditLoad{},
	}
}

// sealedSet lists the types of this package that have the method which seals a
// set, as its sources say.
func sealedSet(t *testing.T, method string) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, file := range files {
		if name := file.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == method {
				types = append(types, fn.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(types)
	return types
}

func typeNames[T any](values []T) []string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = reflect.TypeOf(value).Name()
	}
	slices.Sort(names)
	return names
}

func TestEveryActionAndIntentHasAName(t *testing.T) {
	actions := slices.DeleteFunc(sealedSet(t, "appendText"), func(name string) bool { return name == "Slot" })
	if got := typeNames(allActions()); !slices.Equal(got, actions) {
		t.Errorf("the tests know the actions %v, the package has %v", got, actions)
	}
	if got, want := typeNames(allIntents()), sealedSet(t, "isIntent"); !slices.Equal(got, want) {
		t.Errorf("the tests know the intents %v, the package has %v", got, want)
	}
	seen := map[string]bool{}
	for _, action := range allActions() {
		seen[tag(t, engine.Step{ID: 1, Action: action}, "Do")] = true
	}
	for _, intent := range allIntents() {
		seen[tag(t, engine.Request{Intent: intent}, "Intent")] = true
	}
	if len(seen) != len(allActions())+len(allIntents()) {
		t.Errorf("two of them have the same name: %v", seen)
	}
}

// tag round-trips a value and gives its name on the wire.
func tag[T any](t *testing.T, value T, field string) string {
	t.Helper()
	text := roundTrip(t, value)
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return fields[field].(string)
}

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// roundTrip fails unless a value comes back as it was sent; it gives the JSON.
func roundTrip[T any](t tester, sent T) []byte {
	t.Helper()
	text, err := json.Marshal(sent)
	if err != nil {
		t.Fatalf("marshal %#v: %v", sent, err)
	}
	var got T
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("unmarshal %s: %v", text, err)
	}
	if !reflect.DeepEqual(got, sent) {
		t.Fatalf("sent\n%#v\ngot\n%#v\nby\n%s", sent, got, text)
	}
	return text
}

func TestWhatIsNotKnownIsRefusedWithItsName(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		into       any
		want       string // in the error
	}{
		{"intent", `{"Intent":"explode"}`, &engine.Request{}, `unknown intent "explode"`},
		{"no intent", `{"By":"cli"}`, &engine.Request{}, `unknown intent ""`},
		{"null", `null`, &engine.Request{}, `unknown intent ""`},
		{"not an object", `[1]`, &engine.Request{}, `array`},
		{"field of a request", `{"Intent":"undo","Aproved":"ab"}`, &engine.Request{}, `"Aproved"`},
		{"argument", `{"Intent":"kill_node","Arguments":{"Targets":[1],"Gently":true}}`, &engine.Request{}, `"Gently"`},
		{"argument of another type", `{"Intent":"scale","Arguments":{"Delta":"1"}}`, &engine.Request{}, `Delta`},
		{"number too large", `{"Intent":"scale","Arguments":{"Delta":1e99}}`, &engine.Request{}, `Delta`},
		{"spec field", `{"Intent":"set_spec","Arguments":{"Spec":{"NumGroups":1}}}`, &engine.Request{}, `"NumGroups"`},
		{"action", `{"ID":1,"Do":"dance","Cause":"x"}`, &engine.Step{}, `unknown action "dance"`},
		{"no action", `{"ID":1,"Cause":"x"}`, &engine.Step{}, `unknown action ""`},
		{"action in a snapshot", `{"Cluster":{"Run":{"Plan":{"Steps":[{"ID":1,"Do":"dance"}]}}}}`, &engine.Snapshot{}, `unknown action "dance"`},
		{"requirement", `{"Kind":"luck"}`, &engine.Requirement{}, `unknown requirement "luck"`},
		{"severity", `{"Severity":"FATAL"}`, &engine.Event{}, `unknown severity "FATAL"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := json.Unmarshal([]byte(tc.text), tc.into)
			if err == nil || engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v of kind %s, want one of kind invalid with %s", err, engine.KindOf(err), tc.want)
			}
		})
	}
}

func TestWhatHasNoNameIsNotWritten(t *testing.T) {
	for name, value := range map[string]any{
		"no intent":            engine.Request{},
		"pointer to an intent": engine.Request{Intent: &engine.Undo{}},
		"no action":            engine.Step{ID: 1},
		"pointer to an action": engine.Step{ID: 1, Action: &engine.StartNode{}},
	} {
		if text, err := json.Marshal(value); err == nil || engine.KindOf(err) != engine.KindInvalid {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}

// A field that a newer engine adds to what it tells must not blind an older
// console; what it is asked to do is another matter.
func TestUnknownFieldsOfAnswersAreLeftOut(t *testing.T) {
	var step engine.Step
	err := json.Unmarshal([]byte(`{"ID":1,"Do":"start_node","Action":{"Slot":{"ID":2,"Kind":"ndbmtd"},"Warm":true},"Cost":3}`), &step)
	want := engine.Step{ID: 1, Action: engine.StartNode{Slot: engine.Slot{ID: 2, Kind: engine.KindData}}}
	if err != nil || !reflect.DeepEqual(step, want) {
		t.Errorf("%+v, %v", step, err)
	}
}

func TestNumbersThatJSONCannotWriteDoNotStopASnapshot(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		sent := engine.Snapshot{
			Cluster: engine.ClusterView{Observed: engine.Observed{Nodes: []engine.NodeObservation{{Slot: engine.Slot{ID: 1}, Progress: bad, Rows: 7}}}},
			Load:    engine.LoadView{OpsPerSecond: bad, Rate: 200, Servers: []engine.ServerLoad{{Node: 67, OpsPerSecond: bad}}},
		}
		text, err := json.Marshal(&sent)
		if err != nil {
			t.Fatalf("%g: %v", bad, err)
		}
		var got engine.Snapshot
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if n := got.Cluster.Observed.Nodes[0]; n.ID != 1 || n.Progress != 0 || n.Rows != 7 {
			t.Errorf("%g: the node came back as %+v", bad, n)
		}
		if l := got.Load; l.OpsPerSecond != 0 || l.Rate != 200 || len(l.Servers) != 1 || l.Servers[0] != (engine.ServerLoad{Node: 67}) {
			t.Errorf("%g: the load came back as %+v", bad, l)
		}
	}
}

func TestErrorKindsSurviveInWords(t *testing.T) {
	for kind := engine.KindInternal; kind <= engine.KindInvalid; kind++ {
		text, err := kind.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got := engine.ErrorKind(255)
		if err := got.UnmarshalText(text); err != nil || got != kind {
			t.Errorf("%s came back as %s, %v", kind, got, err)
		}
	}
	kind := engine.KindDenied
	if err := kind.UnmarshalText([]byte("peculiar")); engine.KindOf(err) != engine.KindInvalid || kind != engine.KindDenied {
		t.Errorf("an unknown kind gives %s, %v", kind, err)
	}
}
