package present

import (
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// minute is a load with a second's sample for each of the last sixty, and a fault
// so many seconds ago.
func minute(faults ...int) *engine.LoadView {
	now := time.Unix(1000, 0)
	l := &engine.LoadView{}
	for i := range 60 {
		l.Samples = append(l.Samples, engine.LoadSample{At: now.Add(time.Duration(i-59) * time.Second), Ops: i, P99: time.Duration(i) * time.Millisecond})
	}
	for _, ago := range faults {
		l.Incidents = append(l.Incidents, engine.Incident{At: now.Add(-time.Duration(ago) * time.Second), Nodes: []engine.NodeID{5, 67}})
	}
	return l
}

func TestFaultMarks(t *testing.T) {
	for _, one := range []struct {
		name   string
		faults []int
		want   string // dots for spaces
	}{
		{"none", nil, "...................."},
		{"in the middle", []int{9}, "..........^5,67....."},
		{"just now: the mark stays below its second", []int{0}, "...............5,67^"},
		{"out of sight", []int{20, 59}, "...................."},
		{"not sampled yet", []int{-1}, "...................."},
		{"at the left end", []int{19}, "^5,67..............."},
	} {
		if got := strings.ReplaceAll(faultMarks(minute(one.faults...), 20), " ", "."); got != one.want {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
	crowd := minute(3)
	for id := range engine.NodeID(144) {
		crowd.Incidents[0].Nodes = append(crowd.Incidents[0].Nodes, id)
	}
	if got := faultMarks(crowd, 28); Width(got) != 28 || strings.Index(got, "^") != 24 {
		t.Errorf("144 nodes: %q", got)
	}
}

func TestTimeAxis(t *testing.T) {
	for _, one := range []struct {
		name   string
		p      plot
		faults []int
		want   string
	}{
		{"axes", plot{width: 30, gutter: 4, axes: true}, nil, "    26 s ago               now"},
		{"a fault over the right end", plot{width: 30, gutter: 4, axes: true}, []int{0}, "    26 s ago             5,67^"},
		{"a fault beside the left end", plot{width: 30, gutter: 4, axes: true}, []int{17}, "            ^5,67          now"},
		{"faults only", plot{width: 20}, []int{9}, "          ^5,67     "},
	} {
		if got := one.p.timeAxis(minute(one.faults...)).String(); got != one.want {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
}

// TestPlotsHaveAxesWhereThereIsRoom: the scale at both ends of each plot.
func TestPlotsHaveAxesWhereThereIsRoom(t *testing.T) {
	s := small()
	v := &View{Now: s.At, Glyphs: ASCII()}
	s.Load = *minute(3)
	s.Load.Workload, s.Load.Running = "bank", true
	rows := LoadRows(s, v, 60, 20)
	got := text(rows)
	for _, say := range []string{"\n   59 ", "\n    0 ", "\n 59ms ", "54 s ago", " 5,67^ "} {
		if !strings.Contains(got, say) {
			t.Errorf("a large plot does not say %q:\n%s", say, got)
		}
	}
	for _, row := range rows[1:3] {
		if row.Width() != 60 {
			t.Errorf("a row of the plot is %d wide: %q", row.Width(), row)
		}
	}
	if got = text(LoadRows(s, v, 28, 8)); strings.Contains(got, "ago") {
		t.Errorf("a small plot has axes:\n%s", got)
	}
}
