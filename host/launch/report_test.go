//go:build linux || darwin

package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// through sends a report through a pipe.
func through(t *testing.T, ready any, failure error) (reading, error) {
	t.Helper()
	ours, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ours.Close() }()
	sent := make(chan error, 1)
	go func() { sent <- Report(theirs, ready, failure) }()
	got := readLine(ours)
	_ = ours.Close() // lets go of a report that is too long to be read
	return got, <-sent
}

func TestReportKeepsEachKind(t *testing.T) {
	for kind := engine.KindInternal; kind <= engine.KindInvalid; kind++ {
		want := engine.Errorf(kind, "do", 3, "it broke: %d", kind)
		got, err := through(t, nil, want)
		if err != nil || got.err != nil {
			t.Fatal(err, got.err)
		}
		if back := got.message.Error.restore(); engine.KindOf(back) != kind || back.Error() != want.Error() {
			t.Errorf("%v came back as %v: %v", kind, engine.KindOf(back), back)
		}
	}
	if got := kindNamed("of a later version"); got != engine.KindInternal {
		t.Error(got)
	}
}

func TestReportKeepsWhatIsAroundAnError(t *testing.T) {
	got, err := through(t, nil, fmt.Errorf("outside: %w", engine.Errorf(engine.KindDenied, "do", 0, "inside")))
	if err != nil || got.err != nil {
		t.Fatal(err, got.err)
	}
	if back := got.message.Error.restore(); engine.KindOf(back) != engine.KindDenied || !strings.Contains(back.Error(), "outside: do: inside") {
		t.Errorf("%v: %v", engine.KindOf(back), back)
	}
}

func TestReportsThatCannotBe(t *testing.T) {
	if err := Report(nil, "ready", nil); err != nil {
		t.Errorf("without a parent: %v", err)
	}
	got, err := through(t, make(chan int), nil)
	wantKind(t, err, engine.KindTransient)
	if got.err == nil {
		t.Errorf("the parent reads %+v", got)
	}
	got, err = through(t, strings.Repeat("x", 2*maxLine), nil)
	wantKind(t, err, engine.KindTransient) // the parent stopped reading
	if got.err == nil || !strings.Contains(got.err.Error(), "cut off") {
		t.Errorf("the parent reads %v", got.err)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	err = Report(theirs, "ready", nil)
	wantKind(t, err, engine.KindTransient)
	if _, err := theirs.Write(nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file is not closed: %v", err)
	}
}

func TestWhatNoChildOfOursWrites(t *testing.T) {
	for text, part := range map[string]string{
		"":                     "nothing",
		`{"ready":1`:           "cut off",
		"{}\n":                 "neither",
		`{"ready":null}`:       "cut off",
		"null\n":               "neither",
		"[]\n":                 "no sense",
		`{"error":"x"}` + "\n": "no sense",
	} {
		if got := readLine(strings.NewReader(text)); got.err == nil || !strings.Contains(got.err.Error(), part) {
			t.Errorf("%q: %v", text, got.err)
		}
	}
	if got := readLine(strings.NewReader(`{"ready":{"a":1}}` + "\nand more")); got.err != nil || !json.Valid(got.message.Ready) {
		t.Errorf("%+v", got)
	}
}
