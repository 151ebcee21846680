package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// patience bounds what a test waits for; nothing should come near it.
const patience = 10 * time.Second

func someEvents(from, to uint64) []engine.Event {
	var events []engine.Event
	for seq := from; seq <= to; seq++ {
		events = append(events, engine.Event{
			Seq: seq, At: enginegen.Now, Actor: engine.ActorNode, Node: 5, Severity: engine.SeverityAlert,
			Text: fmt.Sprintf("event %d \x1b[31mof node 5\u009b1m", seq),
		})
	}
	return events
}

func TestEvents(t *testing.T) {
	f := withFake(t)
	f.change(func(s *engine.Snapshot) { s.Cluster.Events = someEvents(91, 93) })
	o := expect(t, exitDone, "", "", "events", "demo")
	if strings.Count(o.stdout, "\n") != 3 || !strings.Contains(o.stdout, "    91  ") || !strings.Contains(o.stdout, "  ALERT    node    event 91 of node 5\n") {
		t.Errorf("got\n%s", o.stdout)
	}
	if o := expect(t, exitDone, "", "", "events", "--after", "92"); strings.Count(o.stdout, "\n") != 1 || o.stderr != "" {
		t.Errorf("after 92 there is one, and no gap: %+v", o)
	}
	expect(t, exitDone, "event 91", "events 5 to 90 are gone\n", "events", "--after", "4")
	expect(t, exitDone, "event 91", "event 90 is gone\n", "events", "--after", "89")
	o = expect(t, exitDone, "", "", "events", "-o", "json", "--after", "92")
	var event map[string]any
	if err := json.Unmarshal([]byte(o.stdout), &event); err != nil || event["seq"] != 93.0 || event["node"] != 5.0 {
		t.Errorf("not the event: %v %q", err, o.stdout)
	}
}

// TestEventsWithoutAnEngine prints what was recorded, and follows nothing.
func TestEventsWithoutAnEngine(t *testing.T) {
	roots := ownState(t)
	place, err := roots.Cluster("demo")
	if err == nil {
		err = place.Make()
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(place.Events)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range someEvents(7, 9) {
		err = errors.Join(err, json.NewEncoder(file).Encode(event))
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	o := expect(t, exitDone, "event 7 of node 5", "recorded", "events", "demo")
	if strings.Count(o.stdout, "\n") != 3 {
		t.Errorf("want three events:\n%s", o.stdout)
	}
	if o := expect(t, exitDone, "event 9", "", "events", "--after", "8"); strings.Contains(o.stdout, "event 8") {
		t.Errorf("only what is after 8:\n%s", o.stdout)
	}
	expect(t, exitDone, "event 7", "events 3 to 6 are gone", "events", "--after", "2")
	if o := expect(t, exitNotFound, "", "demo", "events", "-f"); o.stdout != "" {
		t.Errorf("there is nothing to follow: %q", o.stdout)
	}
}

// seenText is a writer that tells when a text has come by.
type seenText struct {
	want string
	seen chan struct{}

	mu   sync.Mutex
	text strings.Builder
}

func seeing(text string) *seenText { return &seenText{want: text, seen: make(chan struct{})} }

func (s *seenText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := strings.Contains(s.text.String(), s.want)
	s.text.Write(p)
	if !before && strings.Contains(s.text.String(), s.want) {
		close(s.seen)
	}
	return len(p), nil
}

func (s *seenText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// follow runs a command that goes on until it is interrupted or its engine ends.
func follow(t *testing.T, shows, says string, args ...string) (out, progress *seenText, interrupt func(), code <-chan int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out, progress = seeing(shows), seeing(says)
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, args, strings.NewReader(""), out, progress) }()
	return out, progress, cancel, ended
}

func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("%s never came", what)
	}
	panic("unreachable")
}

func TestEventsAreFollowed(t *testing.T) {
	f := newFakeEngine()
	f.snapshot.Cluster.Events = someEvents(1, 2)
	stop := serveFake(t, ownState(t), f)
	out, _, interrupt, code := follow(t, "event 2 ", "interrupted", "events", "-f")
	await(t, "the second event", out.seen)
	out2, progress, _, code2 := follow(t, "event 3 ", "has ended", "events", "-f", "--after", "2")
	f.change(func(s *engine.Snapshot) { s.Cluster.Events = someEvents(1, 3) })
	await(t, "the third event", out2.seen)
	interrupt()
	if got := await(t, "the end", code); got != exitInterrupted {
		t.Errorf("interrupted, it gives %d", got)
	}
	stop()
	if got := await(t, "the end", code2); got != exitDone || !strings.Contains(progress.String(), "the engine has ended") {
		t.Errorf("at the end of the engine it gives %d and says %q", got, progress)
	}
	if strings.Contains(out2.String(), "event 2 ") {
		t.Errorf("an event was given again:\n%s", out2)
	}
}

// someLog is a log with a line each second, beginning after a moment.
func someLog(node engine.NodeID, offset time.Duration) []engine.LogLine {
	var all []engine.LogLine
	for seq := uint64(1); seq <= 3; seq++ {
		at := enginegen.Now.Add(offset + time.Duration(seq)*time.Second)
		all = append(all, engine.LogLine{Seq: seq, At: at, Node: node, Text: fmt.Sprintf("line %d of %d\x1b[2J", seq, node)})
	}
	return all
}

func TestLogs(t *testing.T) {
	f := newFakeEngine()
	f.logs = map[engine.NodeID][]engine.LogLine{1: someLog(1, 0), 2: someLog(2, time.Millisecond)}
	stop := serveFake(t, ownState(t), f)
	if o := expect(t, exitDone, "line 3 of 1\n", "", "logs", "1", "--tail", "1"); strings.Count(o.stdout, "\n") != 1 || strings.Contains(o.stdout, "node") {
		t.Errorf("one line, without a node:\n%s", o.stdout)
	}
	o := expect(t, exitDone, "node   1  ", "data node 4 has no log\n", "logs", "demo", "1,2,4", "--tail", "2")
	var order []string
	for line := range strings.Lines(o.stdout) {
		order = append(order, line[strings.Index(line, "line "):len(line)-1])
	}
	if got := strings.Join(order, ", "); got != "line 2 of 1, line 2 of 2, line 3 of 1, line 3 of 2" {
		t.Errorf("not merged by time: %s", got)
	}
	o = expect(t, exitDone, `{"node":2,"seq":3,"time":"`, "", "logs", "2", "-o", "json", "--tail", "1")
	if !json.Valid([]byte(o.stdout)) {
		t.Errorf("not JSON: %s", o.stdout)
	}
	expect(t, exitNotFound, "", "has none", "logs", "4")
	expect(t, exitNotFound, "", "has none", "logs", "ng1")
	expect(t, exitNotFound, "", "99", "logs", "99")

	out, progress, _, code := follow(t, "line 3 of 2", "data node 4 has no log", "logs", "1,2,4", "-f")
	await(t, "the last line", out.seen)
	await(t, "the note", progress.seen)
	if !eventually(func() bool { return strings.Contains(out.String(), "line 3 of 1\n") }) {
		t.Error("the log of node 1 never came")
	}
	stop()
	if got := await(t, "the end", code); got != exitDone {
		t.Errorf("exit code %d, stderr %q", got, progress)
	}
	for _, want := range []string{"line 1 of 1\n", "line 3 of 1\n", "node   2  "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}
