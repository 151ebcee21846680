package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// twoByTwo is a settled cluster: data nodes 1, 2 | 4, 5 (3 and 6 are empty
// slots), management server 65, MySQL servers 67 and 68, API node 195.
func twoByTwo() engine.ClusterView {
	spec := engine.DefaultSpec()
	spec.NumManagedApiVms = 1
	return engine.ClusterView{Spec: spec, Observed: enginegen.Settled(spec)}
}

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func change(t *testing.T, c *engine.ClusterView, id engine.NodeID, do func(n *engine.NodeObservation)) {
	t.Helper()
	n, known := c.Observed.Node(id)
	if !known {
		t.Fatalf("no node %d", id)
	}
	do(n)
}

func resolve(t *testing.T, c *engine.ClusterView, text string, seed uint64) ([]engine.NodeID, error) {
	t.Helper()
	s, err := ParseSelector(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s.Resolve(c, source(seed))
}

func TestFixedSelectors(t *testing.T) {
	c := twoByTwo()
	change(t, &c, 2, func(n *engine.NodeObservation) { n.Status = engine.StatusStopped })
	tests := []struct{ text, want string }{
		{"5", "[5]"},
		{"2-4", "[2 4]"},
		{"ng1", "[4 5]"},
		{"NG0", "[1 2]"},
		{"ndbmtd", "[1 2 4 5]"},
		{"mysqld", "[67 68]"},
		{"ndb_mgmd", "[65]"},
		{"api", "[195]"},
		{"president", "[1]"},
		{"arbitrator", "[65]"},
		{"all", "[1 2 4 5 65 67 68 195]"},
		{"ALL,-5", "[1 2 4 65 67 68 195]"},
		{"-5,all", "[1 2 4 65 67 68 195]"},
		{"ng0,-president", "[2]"},
		{" 68 , 5,5 ", "[5 68]"},
		{"ndbmtd,-1-4", "[5]"},
		{"all, - ndbmtd, -api", "[65 67 68]"},
	}
	for _, test := range tests {
		s, err := ParseSelector(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		ids, err := s.Resolve(&c, nil) // draws nothing
		if got := fmt.Sprint(ids); got != test.want || err != nil {
			t.Errorf("%q gives %s, %v; want %s", test.text, got, err, test.want)
		}
		if s.String() != test.text {
			t.Errorf("%q is written %q", test.text, s)
		}
	}
}

func TestWhatIsNoSelector(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "empty"},
		{"5,,6", "empty"},
		{"-", "empty"},
		{"-5", "all,-5"},
		{"4-2", "ends before it begins"},
		{"presidnet", `do you mean "president"?`},
		{"mysql", `do you mean "mysqld"?`},
		{"one-per-grup", `do you mean "one-per-group"?`},
		{"ngx", "is not known"},
		{"99999999999999999999", "is not known"},
		{"5-", "is not known"},
		{"--5", "is not known"},
		{"²", "is not known"},
		{"all,-one", "cannot be taken away"},
		{strings.Repeat("5,", 600), "at most"},
	}
	for _, test := range tests {
		_, err := ParseSelector(test.text)
		if err == nil || engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q gives %v, want %q", test.text, err, test.want)
		}
	}
	_, err := ParseSelector("zebra")
	for _, word := range append(words(), "5", "2-4", "ng1") {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not name %q: %v", word, err)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	empty := engine.ClusterView{}
	settled := twoByTwo()
	settled.Observed.President = 0
	tests := []struct {
		c    *engine.ClusterView
		text string
		node engine.NodeID
	}{
		{&settled, "99", 99},
		{&settled, "3", 3}, // an empty slot
		{&settled, "0", 0},
		{&settled, "all,-3", 3},
		{&settled, "ng2", 0},
		{&settled, "20-30", 0},
		{&settled, "president", 0},
		{&settled, "5,-ndbmtd", 0},
		{&empty, "all", 0},
		{&empty, "ng0", 0},
	}
	for _, test := range tests {
		_, err := resolve(t, test.c, test.text, 1)
		if err == nil || engine.KindOf(err) != engine.KindNotFound {
			t.Errorf("%q gives %v, want KindNotFound", test.text, err)
			continue
		}
		if wrong, ok := err.(*engine.Error); !ok || wrong.Node != test.node { //nolint:errorlint // it is not wrapped
			t.Errorf("%q names node %v, want %d", test.text, err, test.node)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"safe", "mysqld", "one"}
	for word, want := range map[string]string{"safe": "safe", "saef": "", "msqld": "mysqld", "mysqldd": "mysqld", "on": "one", "zebra": "", "": ""} {
		if got, _ := Nearest(known, word); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
