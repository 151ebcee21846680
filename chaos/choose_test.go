package chaos

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// TestChoicesByTheRules has worlds in which exactly one answer, or none, is right.
func TestChoicesByTheRules(t *testing.T) {
	dead := func(n *engine.NodeObservation) { n.Status = engine.StatusDead }
	paused := func(n *engine.NodeObservation) { n.Status = engine.StatusPaused }
	isolated := func(n *engine.NodeObservation) { n.Isolated = true }
	tests := []struct {
		name, text, want string
		setUp            func(t *testing.T, c *engine.ClusterView)
	}{
		{"one left to choose", "one,-1,-2,-4", "[5]", nil},
		{"the last of a group is not chosen", "one,-4", "[5]", func(t *testing.T, c *engine.ClusterView) { change(t, c, 2, dead) }},
		{"each group on its last replica", "one", "denied", func(t *testing.T, c *engine.ClusterView) { change(t, c, 2, dead); change(t, c, 4, dead) }},
		{"a paused peer is not counted on", "one,-5", "[4]", func(t *testing.T, c *engine.ClusterView) { change(t, c, 2, paused) }},
		{"an isolated peer is not counted on", "one,-5", "[4]", func(t *testing.T, c *engine.ClusterView) { change(t, c, 2, isolated) }},
		{"nobody to choose from", "one,-ndbmtd", "denied", nil},
		{"one of each, of two", "one-per-group,-1,-4", "[2 5]", nil},
		{"one of each other group", "one-per-group,-ng1,-1", "[2]", nil},
		{"half needs an arbitrator", "one-per-group", "denied", func(_ *testing.T, c *engine.ClusterView) { c.Observed.ArbitrationReady = false }},
		{"a group has only one", "one-per-group", "denied", func(t *testing.T, c *engine.ClusterView) { change(t, c, 5, dead) }},
		{"safe is half with an arbitrator", "safe,-1,-5", "[2 4]", nil},
		{"a quarter without", "safe,-1,-2,-5", "[4]", func(_ *testing.T, c *engine.ClusterView) { c.Observed.ArbitrationReady = false }},
		{"nothing is safe", "safe", "denied", func(t *testing.T, c *engine.ClusterView) { change(t, c, 1, dead); change(t, c, 5, dead) }},
		{"not serving", "safe", "denied", func(_ *testing.T, c *engine.ClusterView) { c.Observed.Serving = false }},
		{"no cluster", "one", "denied", func(_ *testing.T, c *engine.ClusterView) { *c = engine.ClusterView{} }},
		{"together with others", "mysqld,one,-1,-2,-4", "[5 67 68]", nil},
	}
	for _, test := range tests {
		c := twoByTwo()
		if test.setUp != nil {
			test.setUp(t, &c)
		}
		for seed := range uint64(8) {
			ids, err := resolve(t, &c, test.text, seed)
			got := fmt.Sprint(ids)
			if err != nil {
				got = engine.KindOf(err).String()
			}
			if got != test.want {
				t.Errorf("%s: %q with seed %d gives %v, %v; want %s", test.name, test.text, seed, ids, err, test.want)
			}
		}
	}
}

// TestASeedRepeatsAChoice and other seeds reach every choice there is.
func TestASeedRepeatsAChoice(t *testing.T) {
	c := twoByTwo()
	for text, choices := range map[string]int{"one": 4, "one-per-group": 4, "safe": 4} {
		seen := map[string]bool{}
		for seed := range uint64(200) {
			first, err := resolve(t, &c, text, seed)
			if err != nil {
				t.Fatal(err)
			}
			again, err := resolve(t, &c, text, seed)
			if err != nil || !slices.Equal(first, again) {
				t.Fatalf("%q with seed %d gives %v, then %v, %v", text, seed, first, again, err)
			}
			seen[fmt.Sprint(first)] = true
		}
		if len(seen) != choices {
			t.Errorf("%q reaches %d choices, want %d: %v", text, len(seen), choices, seen)
		}
	}
}

// TestSafeKeepsAGroupWholeWhereThatGivesMore: of 8 data nodes (3, 3, 2) without
// an arbitrator, 3 may go if all groups suffer, and 4 if the last stays whole.
func TestSafeKeepsAGroupWholeWhereThatGivesMore(t *testing.T) {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor = 3, 3
	c := engine.ClusterView{Observed: enginegen.Settled(spec)}
	c.Observed.ArbitrationReady = false
	change(t, &c, 9, func(n *engine.NodeObservation) { n.Status = engine.StatusDead })
	for seed := range uint64(50) {
		if ids, err := resolve(t, &c, "safe", seed); len(ids) != 4 || err != nil {
			t.Fatalf("seed %d: %v, %v", seed, ids, err)
		}
	}
}

// TestChoicesAreSoundAndComplete: in any world, what is chosen can be lost, and a
// choice is refused only where trying every set finds none.
func TestChoicesAreSoundAndComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := enginegen.Spec().Draw(t, "spec")
		o := enginegen.World(spec, true).Draw(t, "world")
		c := engine.ClusterView{Spec: spec, Observed: o}
		seed := rapid.Uint64().Draw(t, "seed")
		best, groups, perGroup := everySet(&o)
		want := map[string]int{wordOne: min(best, 1), wordSafe: best, wordOnePerGroup: 0}
		if perGroup {
			want[wordOnePerGroup] = groups
		}
		for word, count := range want {
			s, err := ParseSelector(word)
			if err != nil {
				t.Fatal(err)
			}
			ids, err := s.Resolve(&c, source(seed))
			switch {
			case count == 0 && engine.KindOf(err) != engine.KindDenied:
				t.Fatalf("%s gives %v, %v where there is no choice", word, ids, err)
			case count > 0 && (err != nil || len(ids) != count):
				t.Fatalf("%s gives %v, %v; want %d nodes", word, ids, err, count)
			case count > 0:
				sound(t, &o, word, ids)
			}
		}
	})
}

// sound checks a choice with the engine's own rules alone.
func sound(t *rapid.T, o *engine.Observed, word string, ids []engine.NodeID) {
	lost := map[engine.NodeID]bool{}
	groups := make(map[engine.GroupID]bool)
	for _, id := range ids {
		n, known := o.Node(id)
		if !known || n.Kind != engine.KindData || n.Status != engine.StatusStarted {
			t.Fatalf("%s chose %d, which is no started data node", word, id)
		}
		lost[id] = true
		if word == wordOnePerGroup && groups[n.Group] {
			t.Fatalf("%s chose two nodes of node group %d", word, n.Group)
		}
		groups[n.Group] = true
	}
	if verdict := engine.Survive(o.Members(), lost, o.Config.NodeGroups, o.ArbitrationReady); !verdict.Survives {
		t.Fatalf("%s chose %v: %s", word, ids, verdict.Why)
	}
}

// everySet tries each set of data nodes: the size of the largest that can be
// lost; and for how many groups one node of each could be, and whether.
func everySet(o *engine.Observed) (best, groups int, perGroup bool) {
	if o.Config == nil || !o.Serving {
		return 0, 0, false
	}
	f := survey(o, set{})
	for _, m := range f.candidates {
		if !slices.ContainsFunc(f.candidates, func(c engine.Member) bool { return c.Group == m.Group && c.ID < m.ID }) {
			groups++
		}
	}
	for bits := 1; bits < 1<<len(f.candidates); bits++ {
		lost, touched := set{}, make(map[engine.GroupID]bool)
		for i, m := range f.candidates {
			if bits>>i&1 == 1 {
				lost[m.ID], touched[m.Group] = true, true
			}
		}
		if f.survives(lost).Survives {
			best = max(best, len(lost))
			perGroup = perGroup || len(lost) == groups && len(touched) == groups
		}
	}
	return best, groups, perGroup
}
