package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// recorder is a file of events whose log is kept.
type recorder struct {
	*eventFile
	said *bytes.Buffer
}

// record opens the file of events at path until the test ends.
func record(t *testing.T, path string) recorder {
	t.Helper()
	said := &bytes.Buffer{}
	return recorder{openEvents(path, slog.New(slog.NewTextHandler(said, nil))), said}
}

func (r recorder) warnings() int { return strings.Count(r.said.String(), "level=WARN") }

func (r recorder) end(t *testing.T) {
	t.Helper()
	if err := r.close(); err != nil {
		t.Error(err)
	}
}

// numbered makes events from first to last.
func numbered(first, last uint64) []engine.Event {
	var all []engine.Event
	for seq := first; seq <= last; seq++ {
		all = append(all, engine.Event{Seq: seq, Actor: engine.ActorNode, Text: fmt.Sprint("event ", seq)})
	}
	return all
}

// wantRecorded checks which events can be read.
func wantRecorded(t *testing.T, path string, want ...uint64) {
	t.Helper()
	events, err := ReadEvents(path)
	if err != nil {
		t.Error(err)
	}
	if got := seqsOf(events); !slices.Equal(got, want) {
		t.Errorf("recorded are %v, want %v", got, want)
	}
}

func seqsOf(events []engine.Event) []uint64 {
	var all []uint64
	for i := range events {
		all = append(all, events[i].Seq)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNumberingGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	for round := range uint64(3) {
		r := record(t, path)
		if r.last != 4*round {
			t.Errorf("round %d: it goes on after %d", round, r.last)
		}
		r.append(numbered(1, r.last+2))
		r.append(numbered(r.last-1, r.last+2)) // again, and two new ones
		r.end(t)
	}
	wantRecorded(t, path, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
}

func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	r := record(t, path)
	large := func(seq uint64) engine.Event {
		return engine.Event{Seq: seq, Text: strings.Repeat("x", maxEventLine/2)}
	}
	last := uint64(0)
	for files := 0; files < 3; { // so that the first was put aside and then dropped
		last++
		before := r.size
		r.append([]engine.Event{large(last)})
		if r.size < before {
			files++
		}
	}
	r.end(t)
	for _, one := range []string{path, path + ".1"} {
		if info, err := os.Stat(one); err != nil || info.Size() > maxEventFile+maxEventLine {
			t.Errorf("%s: %v, %v", one, info, err)
		}
	}
	events, err := ReadEvents(path)
	got := seqsOf(events)
	if err != nil || len(got) < 8 || got[0] == 1 || got[len(got)-1] != last || got[0] != last-uint64(len(got))+1 {
		t.Errorf("recorded are %v of %d, %v", got, last, err)
	}
	again := record(t, path)
	if again.last != last || r.warnings() > 0 {
		t.Errorf("it goes on after %d, want %d; %s", again.last, last, r.said)
	}
	again.end(t)
}

func TestATornLineTakesNoOtherWithIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	write(t, path, `{"Seq":1,"Text":"a"}`+"\n"+`{"Seq":2,"Te`)
	r := record(t, path)
	if r.last != 1 {
		t.Errorf("it goes on after %d", r.last)
	}
	r.append(numbered(2, 3))
	r.end(t)
	wantRecorded(t, path, 1, 2, 3)

	write(t, path, `{"Seq":4,"Text":"whole, but for its end"}`)
	r = record(t, path)
	r.append(numbered(5, 5))
	r.end(t)
	wantRecorded(t, path, 4, 5)
}

func TestALongLineIsPassedOver(t *testing.T) {
	for name, tc := range map[string]struct {
		tail string
		want []uint64
	}{
		"in the middle": {"\n" + `{"Seq":7,"Text":"b"}` + "\n", []uint64{5, 7}},
		"at the end":    {"", []uint64{5}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "events.jsonl")
			write(t, path, `{"Seq":5,"Text":"a"}`+"\n"+`{"Seq":6,"Text":"`+strings.Repeat("x", 3*maxEventLine)+`"}`+tc.tail)
			wantRecorded(t, path, tc.want...)
			r := record(t, path)
			if last := tc.want[len(tc.want)-1]; r.last != last || r.warnings() > 0 {
				t.Errorf("it goes on after %d; said: %s", r.last, r.said)
			}
			r.append(numbered(8, 8))
			r.end(t)
			wantRecorded(t, path, append(tc.want, 8)...)
		})
	}
}

// A file that grew beyond all measure costs its beginning, not its end.
func TestTheEndOfAHugeFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	filler := strings.Repeat("x", 1<<10) + "\n"
	write(t, path, `{"Seq":1}`+"\n"+strings.Repeat(filler, maxEventRead/len(filler)+1)+`{"Seq":9}`+"\n")
	wantRecorded(t, path, 9)
}

func TestWithoutHistoryTheEngineGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	r := record(t, path)
	r.append(numbered(1, 3))
	r.end(t)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil { // also root cannot read this one
		t.Fatal(err)
	}
	r = record(t, path)
	if r.last != 3 { // numbers are not given again all the same
		t.Errorf("it goes on after %d", r.last)
	}
	r.append(numbered(4, 5))
	r.append(numbered(4, 6))
	if r.warnings() != 2 { // not read, not recorded: once each
		t.Errorf("said: %s", r.said)
	}
	if err := os.Remove(path); err != nil { // somebody mends it
		t.Fatal(err)
	}
	r.append(numbered(4, 7))
	r.end(t)
	wantRecorded(t, path, 4, 5, 6, 7)
}

// An engine that could not read the history began anew: its numbers count.
func TestNumbersRise(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	write(t, path+".1", `{"Seq":1}`+"\n"+`{"Seq":2}`+"\n"+`{"Seq":2}`+"\n"+`{"Seq":3}`+"\n"+`{"Seq":4}`+"\n")
	write(t, path, `{"Seq":3,"Text":"anew"}`+"\n")
	wantRecorded(t, path, 1, 2, 3)
}

// fullDisk takes so many bytes more.
type fullDisk struct {
	io.WriteCloser
	room int
}

var errFull = errors.New("no space left")

func (d *fullDisk) Write(b []byte) (int, error) {
	take := min(len(b), d.room)
	d.room -= take
	n, err := d.WriteCloser.Write(b[:take])
	if err == nil && take < len(b) {
		err = errFull
	}
	return n, err
}

// However far a write comes before the disk is full, no event is lost once there
// is room again, and none is there twice.
func TestAFullDisk(t *testing.T) {
	for room := range 400 { // the lines of five events
		path := filepath.Join(t.TempDir(), "events.jsonl")
		r := record(t, path)
		r.append(numbered(1, 1))
		disk := &fullDisk{WriteCloser: r.file, room: room}
		r.file = disk
		r.append(numbered(1, 5))
		r.append(numbered(1, 5)) // still full
		full := r.warnings()
		disk.room = 1 << 20
		r.append(numbered(1, 6))
		r.append(numbered(1, 7))
		r.end(t)
		wantRecorded(t, path, 1, 2, 3, 4, 5, 6, 7)
		if r.warnings() != full || full > 1 || full == 0 && room < 100 {
			t.Errorf("room for %d: said %s", room, r.said)
		}
		if t.Failed() {
			t.Fatalf("with room for %d bytes", room)
		}
	}
}

// Events that never got into the file had numbers too, and somebody may have seen
// them: the next engine does not give those again, however this one ended.
func TestNumbersOfEventsThatAreNotRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	r := record(t, path)
	r.append(numbered(1, 2))
	r.file = &fullDisk{WriteCloser: r.file, room: 10}
	r.append(numbered(1, 5))
	if r.last != 2 {
		t.Errorf("%d counts as written", r.last)
	}
	next := record(t, path) // as after kill -9: nothing was closed
	if next.last != 5 {
		t.Errorf("the next engine goes on after %d", next.last)
	}
	next.append(numbered(6, 6))
	next.end(t)
	r.end(t)
	wantRecorded(t, path, 1, 2, 6)
}
