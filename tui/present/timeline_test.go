package present

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// TestTimelineIsInTime: what the driver tells late stands where it belongs.
func TestTimelineIsInTime(t *testing.T) {
	s := small()
	for i, after := range []int{1, 4, 2, 2, 5} {
		s.Cluster.Events = append(s.Cluster.Events, engine.Event{
			Seq: uint64(i + 1), At: s.At.Add(time.Duration(after) * time.Millisecond), Text: string(rune('a' + i)),
		})
	}
	for _, one := range []struct {
		h, back int
		want    string
	}{{5, 0, "acdbe"}, {3, 0, "dbe"}, {2, 1, "db"}, {2, 99, "ac"}} {
		var got strings.Builder
		for _, row := range TimelineRows(s, 60, one.h, one.back) {
			line := row.String()
			got.WriteString(line[len(line)-1:])
		}
		if got.String() != one.want {
			t.Errorf("%d rows, %d back: %s, want %s", one.h, one.back, &got, one.want)
		}
	}
	if s.Cluster.Events[1].Text != "b" {
		t.Error("the snapshot's events were moved")
	}
}

// TestInTimeIsOneOrder: a part of the events shows what the whole of them, in the
// order of time, has there.
func TestInTimeIsOneOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := make([]engine.Event, rapid.IntRange(0, 600).Draw(t, "events"))
		for i := range events {
			late := rapid.IntRange(0, lateness/2).Draw(t, "late")
			events[i] = engine.Event{Seq: uint64(i + 1), At: time.Unix(int64(i-late), 0)}
		}
		from := rapid.IntRange(0, len(events)).Draw(t, "from")
		to := rapid.IntRange(from, len(events)).Draw(t, "to")
		whole := slices.Clone(events)
		slices.SortStableFunc(whole, func(a, b engine.Event) int { return a.At.Compare(b.At) })
		got := inTime(events, from, to)
		if len(got) != to-from {
			t.Fatalf("%d events, want %d", len(got), to-from)
		}
		for i, e := range got {
			if e.Seq != whole[from+i].Seq {
				t.Fatalf("place %d holds event %d, want %d", from+i, e.Seq, whole[from+i].Seq)
			}
		}
	})
}

func TestEventWords(t *testing.T) {
	for _, one := range []struct {
		event engine.Event
		want  string
	}{
		{engine.Event{Actor: engine.ActorNode, Node: 5, Text: "Node 5: Started"}, "Started"},
		{engine.Event{Actor: engine.ActorNode, Node: 1, Text: "Node 5: Started"}, "Node 5: Started"},
		{engine.Event{Actor: engine.ActorNode, Node: 5, Text: "Node 55: Started"}, "Node 55: Started"},
		{engine.Event{Actor: engine.ActorYou, Node: 5, Text: "Node 5: kill"}, "Node 5: kill"},
	} {
		if got := eventWords(&one.event); got != one.want {
			t.Errorf("%+v: %q, want %q", one.event, got, one.want)
		}
	}
}
