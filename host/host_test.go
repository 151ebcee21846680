package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"rondb-tui/engine"
)

// running is a host that runs until the test ends.
type running struct {
	*Host
	t *testing.T
}

func start(t *testing.T, o Options) running {
	t.Helper()
	o.Name = "test"
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Errorf("the engine ended with %v", err)
		}
	})
	return running{h, t}
}

// until waits for a snapshot that satisfies the condition.
func (r running) until(what string, holds func(*engine.Snapshot) bool) *engine.Snapshot {
	r.t.Helper()
	limit := time.After(30 * time.Second)
	bell, stop := r.Listen()
	defer stop()
	for {
		s := r.Latest()
		if holds(s) {
			return s
		}
		select {
		case <-bell:
		case <-limit:
			r.t.Fatalf("waited in vain until %s: %s, %s, %s, %q; ledger %+v", what, s.Cluster.State, s.Cluster.Health, s.Cluster.Reason, s.Cluster.Waiting, s.Load.Ledger)
		}
	}
}

func (r running) submit(intent engine.Intent) {
	r.t.Helper()
	if err := r.Submit(r.t.Context(), engine.Request{Intent: intent, By: engine.ActorYou}); err != nil {
		r.t.Fatal(err)
	}
}

func restored(s *engine.Snapshot) bool {
	return s.Cluster.State == engine.AtDesiredState && s.Cluster.Health == engine.Healthy
}

// TestKillsThroughSocketsLoseNothing is the ledger's whole way, through MySQL
// servers on sockets: the kill of a data node, of a MySQL server, and of a whole
// node group.
func TestKillsThroughSocketsLoseNothing(t *testing.T) {
	r := start(t, Options{Seed: 11, Workload: "bank", Rate: 100, Clients: 4})
	r.until("writes are verified", func(s *engine.Snapshot) bool { return restored(s) && s.Load.Ledger.Verified > 50 })
	for _, tc := range []struct {
		name     string
		targets  []engine.NodeID
		restarts int
	}{
		{"a data node", []engine.NodeID{2}, 0},
		{"a MySQL server", []engine.NodeID{67}, 0},
		{"a whole node group", []engine.NodeID{4, 5}, 1},
	} {
		acked := r.Latest().Load.Ledger.Acked
		r.submit(engine.KillNode{Targets: tc.targets, LastCopy: true})
		r.until("it is noticed: "+tc.name, func(s *engine.Snapshot) bool { return !restored(s) })
		r.until("the cluster is whole and writes go on after "+tc.name, func(s *engine.Snapshot) bool {
			return restored(s) && s.Load.Ledger.Acked > acked+100 && s.Cluster.Observed.SystemRestarts == tc.restarts
		})
	}
	last := r.FinalAudit(t.Context())
	l := last.Load.Ledger
	if l.Lost != 0 || l.Torn != 0 || l.Duplicated != 0 || l.Resurrected != 0 || l.Total != l.TotalWanted {
		t.Errorf("the ledger: %+v", l)
	}
	if l.Audits == 0 || l.Verdict != engine.VerdictPass {
		t.Errorf("%d audits, verdict %s", l.Audits, l.Verdict)
	}
	if n := len(last.Load.Incidents); n != 3 {
		t.Errorf("%d incidents, want one for each kill", n)
	}
}

// TestSystemRestartsAtOtherSpeeds: the durability line fits the clock of the load
// whatever the speed of simulated time, also when a group is killed twice.
func TestSystemRestartsAtOtherSpeeds(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{0.5, 4} {
		t.Run(fmt.Sprint(speed), func(t *testing.T) {
			t.Parallel()
			r := start(t, Options{Seed: 5, Workload: "bank", Rate: 100, Clients: 4, Speed: speed})
			r.until("writes are verified", func(s *engine.Snapshot) bool { return restored(s) && s.Load.Ledger.Verified > 100 })
			for restarts := 1; restarts <= 2; restarts++ {
				acked := r.Latest().Load.Ledger.Acked
				r.submit(engine.KillNode{Targets: []engine.NodeID{4, 5}, LastCopy: true})
				r.until("writes go on", func(s *engine.Snapshot) bool {
					return s.Cluster.Observed.SystemRestarts == restarts && s.Cluster.Observed.Serving && s.Load.Ledger.Acked > acked+20
				})
			}
			r.until("the cluster is whole", restored)
			if l := r.FinalAudit(t.Context()).Load.Ledger; l.Lost != 0 || l.Torn != 0 || l.Total != l.TotalWanted {
				t.Errorf("the ledger: %+v", l)
			}
		})
	}
}

// TestScaleAndRefusals goes through the port as the console does: preview, then
// the approved plan; and what cannot be is refused with its reasons.
func TestScaleAndRefusals(t *testing.T) {
	r := start(t, Options{Seed: 12, Workload: "none"})
	r.until("it is up", func(s *engine.Snapshot) bool { return restored(s) && r.Latest().Load.Ready })

	intent := engine.Scale{Target: engine.ScaleReplicas, Delta: 1}
	preview, err := r.Preview(t.Context(), engine.Request{Intent: intent})
	if err != nil || preview.Plan.Empty() || len(preview.Problems) > 0 {
		t.Fatalf("preview: %v, %v\n%s", err, preview.Problems, preview.Plan.String())
	}
	stale := engine.Request{Intent: intent, Base: preview.Base, Approved: "another plan"}
	if err := r.Submit(t.Context(), stale); engine.KindOf(err) != engine.KindConflict {
		t.Errorf("consent to another plan: got %v", err)
	}
	if err := r.Submit(t.Context(), engine.Request{Intent: intent, Base: preview.Base, Approved: preview.Plan.Fingerprint}); err != nil {
		t.Fatal(err)
	}
	s := r.until("three replicas are started", func(s *engine.Snapshot) bool {
		return restored(s) && s.Cluster.Groups[0].Started == 3 && s.Cluster.Groups[1].Started == 3
	})

	changed := s.Cluster.Spec.Clone()
	changed.MaxReplicationFactor = 2
	changed.DefaultMysqldPort = 3307
	err = r.Submit(t.Context(), engine.Request{Intent: engine.SetSpec{Spec: changed, Source: "test"}})
	var problems engine.Problems
	if engine.KindOf(err) != engine.KindDenied || !errors.As(err, &problems) || len(problems) < 2 {
		t.Errorf("two immutable fields changed: got %v", err)
	}
	for _, refused := range []engine.Intent{
		engine.Scale{Target: engine.ScaleReplicas, Delta: 1},
		engine.Scale{Target: engine.ScaleGroups, Delta: -1},
		engine.SetLoad{}, engine.AuditLoad{}, engine.KillNode{Targets: []engine.NodeID{3, 9}},
	} {
		if err := r.Submit(t.Context(), engine.Request{Intent: refused}); err == nil {
			t.Errorf("%T %+v was accepted", refused, refused)
		}
	}
}

// TestNothingIsLeftBehind: after Run no goroutine and no open port of ours.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	var address string
	t.Run("engine", func(t *testing.T) {
		r := start(t, Options{Seed: 13, Workload: "kv", Rate: 50, Clients: 2})
		s := r.until("it is up", func(s *engine.Snapshot) bool { return s.Load.Ledger.Verified > 10 })
		n, _ := s.Cluster.Observed.Node(67)
		address = n.Address
	})
	if conn, err := net.Dial("tcp", address); err == nil {
		_ = conn.Close()
		t.Errorf("something still listens at %s", address)
	}
	for limit := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(limit) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}
