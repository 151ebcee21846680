package spec_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
)

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wantSame fails unless a state without empty lists or maps survives being
// written and read.
func wantSame(t tester, s engine.Spec) {
	t.Helper()
	var text bytes.Buffer
	if err := spec.Write(&text, s); err != nil {
		t.Fatalf("write: %v", err)
	}
	written := text.String()
	got, _, err := spec.Read(&text, "written")
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Fatalf("%+v\nwas written as\n%s\nand read as\n%+v (%v)", s, written, got, err)
	}
}

// drawSpec fills every field by its type, so that a new field is drawn as well.
func drawSpec(t *rapid.T) engine.Spec {
	s := engine.DefaultSpec()
	fields := reflect.ValueOf(&s).Elem()
	for i := range fields.NumField() {
		field, label := fields.Field(i), fields.Type().Field(i).Name
		switch field.Interface().(type) {
		case string:
			field.SetString(rapid.String().Draw(t, label))
		case bool:
			field.SetBool(rapid.Bool().Draw(t, label))
		case int, engine.Revision:
			field.SetInt(rapid.Int64().Draw(t, label))
		case []string:
			field.Set(reflect.ValueOf(atLeastOne(rapid.SliceOf(rapid.String()).Draw(t, label))))
		case map[string]string:
			field.Set(reflect.ValueOf(drawMap(t, label)))
		case []engine.BackupSpec:
			field.Set(reflect.ValueOf(atLeastOne(rapid.SliceOfN(rapid.Custom(drawBackup), 0, 3).Draw(t, label))))
		case *engine.BackupSpec:
			if rapid.Bool().Draw(t, label) {
				backup := rapid.Custom(drawBackup).Draw(t, label)
				field.Set(reflect.ValueOf(&backup))
			}
		default:
			t.Fatalf("no generator for %s %s", label, field.Type())
		}
	}
	return s
}

func drawBackup(t *rapid.T) engine.BackupSpec {
	return engine.BackupSpec{
		ID:             rapid.Int64().Draw(t, "Id"),
		SinkType:       rapid.String().Draw(t, "SinkType"),
		SinkParameters: drawMap(t, "SinkParameters"),
	}
}

func drawMap(t *rapid.T, label string) map[string]string {
	m := rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, label)
	if len(m) == 0 {
		return nil
	}
	return m
}

func atLeastOne[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { wantSame(t, drawSpec(t)) })
}

func TestCanonicalForm(t *testing.T) {
	s := engine.Spec{
		RonDBVersion:    "24.10.0",
		Image:           "rondb:<24&25>",
		OnDemandBackups: []engine.BackupSpec{{ID: 1}},
		Parameters:      map[string]string{"b": "2", "a": "1"},
	}
	var text bytes.Buffer
	if err := spec.Write(&text, s); err != nil {
		t.Fatal(err)
	}
	want := `{
    "RonDBRunning": false,
    "RonDBVersion": "24.10.0",
    "Image": "rondb:<24&25>",
    "OnDemandBackups": [
        {
            "Id": 1,
            "SinkParameters": {}
        }
    ],
    "Parameters": {
        "a": "1",
        "b": "2"
    },
    "TotalMemoryConfig": "",
    "ActiveReplicationFactor": 0,
    "MaxReplicationFactor": 0,
    "NumNodeGroups": 0,
    "NumTotalMysqldSlots": 0,
    "NumTotalApiSlots": 0,
    "NumMysqldSlotsPerVm": 0,
    "NumApiSlotsPerVm": 0,
    "AllowRequestingTemporaryVms": false,
    "NumManagedMgmdVms": 0,
    "NumManagedMysqldVms": 0,
    "NumManagedApiVms": 0,
    "DefaultMgmdPort": 0,
    "DefaultNdbdPort": 0,
    "DefaultMysqldPort": 0
}
`
	if text.String() != want {
		t.Errorf("written as\n%s", text.String())
	}
	if s.OnDemandBackups[0].SinkParameters != nil {
		t.Error("Write changed its argument")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteFails(t *testing.T) {
	if err := spec.Write(full{}, engine.DefaultSpec()); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("got %v", err)
	}
}

func BenchmarkReadOwnFile(b *testing.B) {
	for b.Loop() {
		if _, _, err := spec.ReadFile(ownFile); err != nil {
			b.Fatal(err)
		}
	}
}
