package main

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

func TestFaults(t *testing.T) {
	f := withFake(t)
	f.change(func(s *engine.Snapshot) { // what resume and heal end
		for _, id := range []engine.NodeID{1, 67} {
			n, _ := s.Cluster.Observed.Node(id)
			n.Lease = &engine.Lease{Fault: "pause"}
		}
	})
	nodes := func(ids ...engine.NodeID) []engine.NodeID { return ids }
	for _, tc := range []struct {
		args   []string
		stdout string
		intent engine.Intent
	}{
		{[]string{"kill", "5"}, "killed data node 5 (node group 1)\n", engine.KillNode{Targets: nodes(5)}},
		{[]string{"kill", "demo", "ng0", "--force"}, "killed data node 1 (node group 0)\nkilled data node 2 (node group 0)\n", engine.KillNode{Targets: nodes(1, 2), LastCopy: true}},
		{[]string{"kill", "mysqld"}, "killed MySQL server 67\nkilled MySQL server 68\n", engine.KillNode{Targets: nodes(67, 68)}},
		{[]string{"pause", "president"}, "paused data node 1 (node group 0) for 1m0s\n", engine.PauseNode{Targets: nodes(1), Lease: time.Minute}},
		{[]string{"isolate", "demo", "65", "--lease", "20s"}, "isolated management server 65 for 20s\n", engine.IsolateNode{Targets: nodes(65), Lease: 20 * time.Second}},
		{[]string{"resume", "1"}, "resumed data node 1 (node group 0)\n", engine.ResumeNode{Targets: nodes(1)}},
		{[]string{"heal"}, "healed all faults\n", engine.HealFaults{}},
		{[]string{"heal", "67"}, "healed MySQL server 67\n", engine.HealFaults{Targets: nodes(67)}},
	} {
		before := len(f.asked())
		if o := expect(t, exitDone, "", "", tc.args...); o.stdout != tc.stdout || o.stderr != "" {
			t.Errorf("%v says %q and %q, want %q", tc.args, o.stdout, o.stderr, tc.stdout)
		}
		asked := f.asked()
		if len(asked) != before+1 || !reflect.DeepEqual(normal(asked[before].Intent), tc.intent) {
			t.Errorf("%v submitted %+v, want %+v", tc.args, asked[before:], tc.intent)
		}
	}
}

// normal makes an empty list of nodes none, as JSON may give either.
func normal(intent engine.Intent) engine.Intent {
	if heal, ok := intent.(engine.HealFaults); ok && len(heal.Targets) == 0 {
		return engine.HealFaults{}
	}
	return intent
}

// TestSeedOfAChoice: a drawn seed is told, and repeats the choice.
func TestSeedOfAChoice(t *testing.T) {
	f := withFake(t)
	drawn := regexp.MustCompile(`^seed (\d+): data node (\d)\n$`)
	o := expect(t, exitDone, "killed data node", "seed ", "kill", "one")
	told := drawn.FindStringSubmatch(o.stderr)
	if told == nil || !strings.HasPrefix(o.stdout, "killed data node "+told[2]+" ") {
		t.Fatalf("the seed or the choice is not told: %q, %q", o.stderr, o.stdout)
	}
	for range 3 {
		if again := expect(t, exitDone, o.stdout, o.stderr, "kill", "one", "--seed", told[1]); again != o {
			t.Errorf("the seed gave %+v, then %+v", o, again)
		}
	}
	seen := map[string]bool{}
	for _, seed := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		seen[expect(t, exitDone, "", "seed "+seed, "kill", "one", "--seed", seed).stdout] = true
	}
	if len(seen) < 2 {
		t.Errorf("every seed chooses the same: %v", seen)
	}
	if got := len(f.asked()); got != 12 {
		t.Errorf("%d faults, want 12", got)
	}
}

func TestFaultsThatAreRefused(t *testing.T) {
	f := newFakeEngine()
	f.refuse = func(r engine.Request) error {
		if kill, ok := r.Intent.(engine.KillNode); ok && !kill.LastCopy {
			return engine.Errorf(engine.KindDenied, "kill node", 0, "the last copy of node group 0; --force")
		}
		return nil
	}
	serveFake(t, ownState(t), f)
	if o := expect(t, exitRefused, "", "--force", "kill", "ng0"); o.stdout != "" {
		t.Errorf("said to be done: %q", o.stdout)
	}
	expect(t, exitDone, "killed data node 1", "", "kill", "ng0", "--force")
	submitted := len(f.asked())
	expect(t, exitNotFound, "", "99", "kill", "99")
	expect(t, exitNotFound, "", "no node is meant", "kill", "api")
	expect(t, exitNotFound, "", "node group 7", "pause", "ng7")
	f.change(func(s *engine.Snapshot) { s.Cluster.Observed.Serving = false })
	expect(t, exitRefused, "", "serves", "kill", "one")
	if got := len(f.asked()); got != submitted {
		t.Errorf("%d requests went to the engine though no node was meant", got-submitted)
	}
}
