package simdrv

import (
	"testing"
	"time"

	"rondb-tui/engine"
)

func TestAClusterStartsInTheDemoTime(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	if now := w.Now(); now > 2*time.Second {
		t.Errorf("the first start took %s", now)
	}
	o := w.Observe()
	if !o.Formed || !o.Serving || !o.ArbitrationReady || o.Arbitrator != 65 || o.President == 0 {
		t.Errorf("formed %v, serving %v, arbitrator %d ready %v, president %d", o.Formed, o.Serving, o.Arbitrator, o.ArbitrationReady, o.President)
	}
	if n := look(w, 3); n.Active || n.Status != engine.StatusAbsent {
		t.Errorf("the third replica is %s, active %v", n.Status, n.Active)
	}
	if _, ok := w.NextEventAt(); ok {
		w.Advance(w.Now() + time.Minute)
	}
	if at, ok := w.NextEventAt(); ok {
		t.Errorf("an idle cluster has an event at %s", at)
	}
}

// TestTheLargestClusterStarts with 48 node groups of three.
func TestTheLargestClusterStarts(t *testing.T) {
	s := shape{groups: 48, replicas: 3, active: 3, management: 1, mysql: 2}
	w := boot(t, s, Config{Seed: 2})
	if o := w.Observe(); len(o.Members()) != engine.MaxDataNodes || !o.Serving {
		t.Errorf("%d members", len(o.Members()))
	}
	restart(t, w, 100)
}

// TestTheProfilesKeepTheirTimes: what the audience sees and what was measured.
func TestTheProfilesKeepTheirTimes(t *testing.T) {
	for _, tc := range []struct {
		profile                                                       Profile
		firstLeast, firstMost, nodeLeast, nodeMost, sysLeast, sysMost time.Duration
	}{
		{DemoProfile(), 800 * time.Millisecond, 1200 * time.Millisecond, 2 * time.Second, 3 * time.Second, time.Second, 2 * time.Second},
		{MeasuredProfile(), 5 * time.Second, 8 * time.Second, 10 * time.Second, 14 * time.Second, 9 * time.Second, 13 * time.Second},
	} {
		t.Run(tc.profile.Name, func(t *testing.T) {
			s := oneByTwo
			s.mysql = 0
			w := boot(t, s, Config{Seed: 3, Profile: tc.profile})
			if at := w.node(1).startedAt; at-tc.profile.ManagementStart < tc.firstLeast || at-tc.profile.ManagementStart > tc.firstMost {
				t.Errorf("the initial start took %s", at-tc.profile.ManagementStart)
			}
			began := w.Now()
			restart(t, w, 2)
			if took := w.Now() - began; took < tc.nodeLeast || took > tc.nodeMost {
				t.Errorf("a node restart took %s", took)
			}
			if err := w.Kill(1, 2); err != nil {
				t.Fatal(err)
			}
			w.Advance(w.Now() + time.Second)
			began = w.Now()
			startData(t, w, 1, 2)
			if took := w.Now() - began; took < tc.sysLeast || took > tc.sysMost {
				t.Errorf("a system restart took %s", took)
			}
		})
	}
}

// TestStartPhasesAreSeen: every phase of a node restart is there to look at, in
// order, with a progress that does not go back.
func TestStartPhasesAreSeen(t *testing.T) {
	w := boot(t, oneByTwo, Config{Seed: 4})
	if err := w.Kill(2); err != nil {
		t.Fatal(err)
	}
	until(t, w, engine.AwaitFailureHandled{Slot: slot(w, 2)})
	order(t, w, engine.StartNode{Slot: slot(w, 2)})
	phase, progress := 0, 0.0
	for n := look(w, 2); n.Status == engine.StatusStarting; n = look(w, 2) {
		if n.StartPhase < phase || n.StartPhase > phase+1 || n.Progress < progress || n.Progress > 1 || n.Doing == "" {
			t.Errorf("phase %d after %d, progress %f after %f, doing %q", n.StartPhase, phase, n.Progress, progress, n.Doing)
		}
		phase, progress = n.StartPhase, n.Progress
		w.Advance(w.Now() + 20*time.Millisecond)
	}
	if phase != engine.LastStartPhase || progress < 0.9 {
		t.Errorf("the last look found phase %d, progress %f", phase, progress)
	}
}
