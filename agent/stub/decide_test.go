package stub

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
)

// cast reads data nodes of groups of two: "w" waits without data, "W" with it, "s"
// starts with others, "n" restarts, "S" is started, "x" stops, "-" is down, "i" an
// inactive slot, "o" waits outside of any group.
func cast(text string) []member {
	var all []member
	for i, c := range text {
		m := member{id: i + 1, group: i / 2, active: c != 'i'}
		switch c {
		case 'w', 'W':
			m.state, m.data = stateWaiting, c == 'W'
		case 's':
			m.state, m.how = stateStarting, howSystem
		case 'n':
			m.state, m.how = stateStarting, howNode
		case 'S':
			m.state, m.data = stateStarted, true
		case 'x':
			m.state, m.data = stateStopping, true
		case 'o':
			m.state, m.group = stateWaiting, mgm.NoGroup
		}
		all = append(all, m)
	}
	return all
}

func said(all []decision) string {
	var words []string
	for _, d := range all {
		what := d.order.How
		if d.order.Do == doFail {
			what = fmt.Sprint(d.order.Error)
		}
		words = append(words, fmt.Sprintf("%d %s", d.node, what))
	}
	return strings.Join(words, ", ")
}

func TestDecisionsAreNDBs(t *testing.T) {
	for _, tc := range []struct {
		name, cast string
		unchanged  time.Duration
		want       string
	}{
		{"an initial start waits for all", "www-", time.Hour, ""},
		{"and begins with all", "wwww", 0, "1 initial, 2 initial, 3 initial, 4 initial"},
		{"but not for inactive slots", "wiwi", 0, "1 initial, 3 initial"},
		{"a system restart waits for all", "WWW-", 0, ""},
		{"for a while, if more than half are there", "WWW-", partialTime, "1 system, 2 system, 3 system"},
		{"for ever with half", "W-W-", time.Hour, ""},
		{"or with less", "W---", time.Hour, ""},
		{"and for the data of each group", "WWww", time.Hour, ""},
		{"who has no data joins later", "WWWw", 0, "1 system, 2 system, 3 system"},
		{"a node restart has a peer", "SWSS", 0, "2 node"},
		{"without data it copies all", "SwSS", 0, "2 initial node"},
		{"one of each group at a time", "SWSW", 0, "2 node, 4 node"},
		{"nobody joins a start in progress", "ssWs", 0, ""},
		{"a node without a group joins", "SSo", 0, "3 initial node"},
		{"a lost group ends the others", "--SS", 0, "3 2305, 4 2305"},
		{"also those that restart", "--Sn", 0, "3 2305, 4 2305"},
		{"but not while a stop is under way", "-xSS", 0, ""},
		{"a stop of all ends nobody", "xx-x", 0, ""},
		{"a restart is lost with its peers", "-n--", 0, "2 2308"},
		{"a broken whole start ends", "--ss", 0, "3 2308, 4 2308"},
	} {
		if got := said(decide(cast(tc.cast), tc.unchanged)); got != tc.want {
			t.Errorf("%s (%s): %q, want %q", tc.name, tc.cast, got, tc.want)
		}
	}
	three := []member{{id: 1, state: stateStarted, active: true}, {id: 2, state: stateStarting, active: true, how: howNode}, {id: 3, state: stateWaiting, active: true}}
	if got := said(decide(three, 0)); got != "" {
		t.Errorf("two of a group restart at once: %q", got)
	}
}
