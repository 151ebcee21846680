package spec_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
)

func read(text string) (engine.Spec, spec.Source, error) {
	return spec.Read(strings.NewReader(text), "f.jsonc")
}

// A file names what differs from the default state; the rest stays.
func TestMissingFieldsKeepTheirDefault(t *testing.T) {
	for text, edit := range map[string]func(*engine.Spec){
		`{}`:                               func(*engine.Spec) {},
		"\uFEFF{}\r\n":                     func(*engine.Spec) {},
		`{"NumNodeGroups": 3}`:             func(s *engine.Spec) { s.NumNodeGroups = 3 },
		`{"RonDBRunning": false}`:          func(s *engine.Spec) { s.RonDBRunning = false },
		`{"NumManagedMysqldVms": -0,}`:     func(s *engine.Spec) { s.NumManagedMysqldVms = 0 },
		`{"OnDemandBackups": []}`:          func(*engine.Spec) {},
		`{"Parameters": {/* none */}}`:     func(*engine.Spec) {},
		`{"RestoreFromBackup": {"Id": 1}}`: func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 1} },
		`{"Parameters": {"a\"]": "\u00e5"}} // end`: func(s *engine.Spec) {
			s.Parameters = map[string]string{`a"]`: "å"}
		},
	} {
		want := engine.DefaultSpec()
		edit(&want)
		got, _, err := read(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v", text, err, got)
		}
	}
}

// Each text is malformed in one way. The position is that of its only ▸, which is
// taken out before reading; without one, no position is known.
var malformed = []struct {
	name string
	text string
	rule string
	says string // part of the sentence or of the fix
}{
	{"nothing", "", "file-empty", "empty"},
	{"only white space", " \n\t", "file-empty", "empty"},
	{"only a comment", "// no state\n▸", "syntax", "ends before"},
	{"zero byte", "{\n\"Id\": ▸\x00}", "file-binary", "binary"},
	{"program", "\x7fELF\x02\x01\x01▸\x00\x00", "file-binary", "binary"},
	{"Latin-1", "{\"Region\": \"▸\xe5land\"}", "file-not-utf8", "0xe5"},
	{"cut rune", "{} // ▸\xe2\x82", "file-not-utf8", "0xe2"},
	{"a list", "▸[]", "not-an-object", "not a list"},
	{"a number", " ▸3", "not-an-object", "not a whole number"},
	{"unclosed object", "{\"Id\": 1▸", "syntax", "Close every"},
	{"unclosed comment", "{} ▸/* and", "syntax", "Close every"},
	{"no quotes", "{▸Id: 1}", "syntax", "JSON"},
	{"no comma", "{\"Id\": 1 ▸\"Region\": \"a\"}", "syntax", "expecting"},
	{"capital word", "{\"RonDBRunning\": ▸True}", "syntax", "True"},
	{"bad escape after å", "{\"Region\": \"å\", \"Image\": ▸\"\\q\"}", "syntax", `\q`},
	{"text after the end", "{}\n▸{}", "trailing-text", "after the end"},
	{"deep nesting", "{\"Id\": // [[[ \"\n" + strings.Repeat("[", 15) + "▸" + strings.Repeat("[", 100_000), "nesting-limit", "deeper"},
	{"unknown field", "{\n  ▸\"NumNodeGroup\": 1}", "unknown-field", `Did you mean "NumNodeGroups"?`},
	{"unknown case", "{▸\"id\": 1}", "unknown-field", `Did you mean "Id"?`},
	{"unknown and far", "{▸\"Sharding\": 1}", "unknown-field", "Remove it"},
	{"unknown in a backup", "{\"OnDemandBackups\": [{\"Id\": 1, ▸\"SinkTyp\": \"\"}]}", "unknown-field", `in OnDemandBackups[0]. Did you mean "SinkType"?`},
	{"text for a number", "{\"NumNodeGroups\": ▸\"2\"}", "wrong-type", `must be a whole number, not a string ("2")`},
	{"fraction", "{\"NumNodeGroups\": ▸2.5}", "wrong-type", "without quotes, point or exponent"},
	{"exponent", "{\"NumNodeGroups\": ▸1e3}", "wrong-type", "1e3"},
	{"number for text", "{\"RonDBVersion\": ▸24.10}", "wrong-type", "double quotes"},
	{"number for truth", "{\"RonDBRunning\": ▸1}", "wrong-type", "must be true or false"},
	{"text for a list", "{\"AvailabilityZones\": ▸\"a\"}", "wrong-type", "must be a list"},
	{"list for an object", "{\"RestoreFromBackup\": ▸[]}", "wrong-type", "must be an object, not a list"},
	{"text for an object", "{\"Parameters\": ▸\"a\"}", "wrong-type", "must be an object"},
	{"number in a map", "{\"Parameters\": {\"DataMemory\": ▸1}}", "wrong-type", `Parameters["DataMemory"]`},
	{"null", "{\"Id\": ▸null}", "wrong-type", "take its default"},
	{"number of 64 bits and more", "{\"Id\": ▸9223372036854775808}", "number-out-of-range", "too large"},
	{"number of 30 digits", "{\"DefaultMgmdPort\": ▸-100000000000000000000000000000}", "number-out-of-range", "-1000"},
	{"twice", "{\"Id\": 1,\n▸\"Id\": 1}", "duplicate-field", "first in line 1"},
	{"twice in a map", "{\"Parameters\": {\"a\": \"\", ▸\"\\u0061\": \"\"}}", "duplicate-field", "first in line 1"},
}

func TestMalformed(t *testing.T) {
	for _, test := range malformed {
		t.Run(test.name, func(t *testing.T) {
			before, _, marked := strings.Cut(test.text, "▸")
			_, _, err := read(strings.Replace(test.text, "▸", "", 1))
			problem := wantOne(t, err, test.rule)
			if !strings.Contains(problem.Text+" "+problem.Fix, test.says) {
				t.Errorf("%q and %q do not say %q", problem.Text, problem.Fix, test.says)
			}
			line, column := 0, 0
			if marked {
				line = 1 + strings.Count(before, "\n")
				column = 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:]))
			}
			if problem.Line != line || problem.Column != column {
				t.Errorf("at %d:%d, want %d:%d", problem.Line, problem.Column, line, column)
			}
			want := "read the desired state: f.jsonc: "
			if marked {
				want = fmt.Sprintf("read the desired state: f.jsonc:%d:%d: ", line, column)
			}
			if !strings.HasPrefix(err.Error(), want) {
				t.Errorf("the error is %q, want it to start with %q", err, want)
			}
		})
	}
}

// wantOne fails unless the error is of KindInvalid with exactly one problem, of the
// rule.
func wantOne(t *testing.T, err error, rule string) engine.Problem {
	t.Helper()
	var problems engine.Problems
	if !errors.As(err, &problems) || engine.KindOf(err) != engine.KindInvalid || len(problems) != 1 || problems[0].Rule != rule {
		t.Fatalf("want only %s of kind %v, got %v of kind %v", rule, engine.KindInvalid, err, engine.KindOf(err))
	}
	return problems[0]
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, _, err := read("{\n\"NumNodeGroup\": 1,\n\"Id\": \"1\",\n\"Region\": \"\", \"Region\": \"\"}")
	want := `read the desired state: ` +
		`f.jsonc:2:1: There is no field "NumNodeGroup". Did you mean "NumNodeGroups"? [unknown-field]
f.jsonc:3:7: Id must be a whole number, not a string ("1"). Write digits only, without quotes, point or exponent. [wrong-type]
f.jsonc:4:15: Region is set twice, first in line 4. Keep one of the two. [duplicate-field]`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A text with endless problems gets a report of bounded size.
func TestProblemsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, text := range map[string]string{
		"unknown":    "{" + strings.Repeat(`"`+long+`": 1,`, 1000) + "}",
		"duplicate":  "{" + strings.Repeat(`"Id": 1,`, 100_000) + "}",
		"wrong type": `{"AvailabilityZones": [` + strings.Repeat("1,", 400_000) + "]}",
	} {
		_, _, err := read(text)
		var problems engine.Problems
		if !errors.As(err, &problems) || len(problems) != 51 || problems[50].Rule != "too-many-problems" {
			t.Errorf("%s: %d problems", name, len(problems))
		}
		if size := len(err.Error()); size > 20_000 {
			t.Errorf("%s: the message has %d bytes", name, size)
		}
	}
}

// endless is a reader without an end that counts what was taken from it.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.taken += len(p)
	return len(p), nil
}

func TestTooLarge(t *testing.T) {
	reader := &endless{}
	_, _, err := spec.Read(reader, "f.jsonc")
	wantOne(t, err, "file-too-large")
	if reader.taken > engine.MaxSpecBytes+1 {
		t.Errorf("%d bytes were read", reader.taken)
	}
	if _, _, err := read("{}" + strings.Repeat(" ", engine.MaxSpecBytes-2)); err != nil {
		t.Errorf("a file of the largest size: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	_, _, err := spec.ReadFile(filepath.Join(dir, "absent.jsonc"))
	wantOne(t, err, "file-missing")
	if want := filepath.Join(dir, "absent.jsonc") + ": There is no such file."; !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	_, _, err = spec.ReadFile(dir)
	wantOne(t, err, "not-a-file")
	huge := filepath.Join(dir, "huge.jsonc")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 100<<20); err != nil {
		t.Fatal(err)
	}
	_, _, err = spec.ReadFile(huge)
	wantOne(t, err, "file-too-large")
	_, _, err = spec.Read(io.MultiReader(strings.NewReader("{"), failing{}), "f.jsonc")
	wantOne(t, err, "file-unreadable")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is on fire") }

func FuzzRead(f *testing.F) {
	for _, test := range malformed {
		f.Add(strings.Replace(test.text, "▸", "", 1))
	}
	own, err := os.ReadFile(ownFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(own))
	f.Fuzz(func(t *testing.T, text string) {
		s, source, err := read(text)
		var problems engine.Problems
		switch {
		case err == nil:
			wantSame(t, s)
		case !errors.As(err, &problems) || len(problems) == 0 || engine.KindOf(err) != engine.KindInvalid:
			t.Fatalf("not a report: %v", err)
		case len(source.Format(problems)) > 100_000:
			t.Fatalf("a report of %d bytes", len(source.Format(problems)))
		}
	})
}
