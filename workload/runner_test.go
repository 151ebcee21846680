package workload

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func twoServers() []Server { return []Server{{ID: 67}, {ID: 68}} }

// inBubble runs a load on a fake cluster in virtual time.
func inBubble(t *testing.T, cfg Config, f *fakeCluster, test func(t *testing.T, r *Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Servers == nil {
			cfg.Servers = twoServers()
		}
		if cfg.Kind == "" {
			cfg.Kind = Bank
		}
		cfg.Connector = f
		r, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		test(t, r)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func finalAudit(t *testing.T, r *Runner) AuditReport {
	t.Helper()
	report, err := r.FinalAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestTheLyingClusterIsNamed(t *testing.T) {
	clean := func(s LedgerStats) LedgerStats {
		return LedgerStats{
			Unknown: s.Unknown, UnknownPresent: s.UnknownPresent, UnknownAbsent: s.UnknownAbsent,
			Lost: s.Lost, RolledBack: s.RolledBack, Duplicated: s.Duplicated, Torn: s.Torn,
			Resurrected: s.Resurrected, Late: s.Late, Verdict: s.Verdict, Failed: s.Failed,
		}
	}
	cases := []struct {
		lie       lie
		want      LedgerStats
		name      Name
		keepsPace bool // the total stays what it was
	}{
		{lie: honest, want: LedgerStats{Verdict: Pass}, keepsPace: true},
		{lie: dropped, want: LedgerStats{Lost: 1, Verdict: Fail}, name: Lost, keepsPace: true},
		{lie: appliedTwice, want: LedgerStats{Duplicated: 1, Verdict: Fail}, name: Duplicated, keepsPace: true},
		{lie: tornApart, want: LedgerStats{Torn: 1, Verdict: Fail}, name: Torn},
		{lie: late, want: LedgerStats{Late: 1, Verdict: Pass}, name: Late, keepsPace: true},
		{lie: refusedOnce, want: LedgerStats{Failed: 1, Verdict: Pass}, keepsPace: true},
		{lie: unreceipted, want: LedgerStats{Lost: 1, Torn: 1, Verdict: Fail}, name: Lost, keepsPace: true},
		{lie: zombie, want: LedgerStats{Failed: 1, Resurrected: 1, Verdict: Fail}, name: Resurrected, keepsPace: true},
		{lie: garbled, want: LedgerStats{Torn: 1, Verdict: Fail}, name: Torn, keepsPace: true},
		{lie: lostApplied, want: LedgerStats{Unknown: 1, UnknownPresent: 1, Verdict: Pass}, keepsPace: true},
		{lie: lostUnapplied, want: LedgerStats{Unknown: 1, UnknownAbsent: 1, Verdict: Pass}, keepsPace: true},
	}
	for _, c := range cases {
		f := newFakeCluster()
		f.lies[100] = c.lie
		inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
			time.Sleep(3 * time.Second)
			report := finalAudit(t, r)
			if got := clean(report.Ledger); got != c.want {
				t.Errorf("lie %d: ledger %+v, want %+v; of %+v", c.lie, got, c.want, report.Ledger)
			}
			if (report.Total == report.TotalWanted) != c.keepsPace {
				t.Errorf("lie %d: total %d, wanted %d", c.lie, report.Total, report.TotalWanted)
			}
			wantFailed := uint64(0)
			if c.lie == lostApplied || c.lie == lostUnapplied { // all others succeed, at the latest when retried
				wantFailed = 1
			}
			if failed := r.Stats().OpsFailed; failed != wantFailed {
				t.Errorf("lie %d: %d operations failed", c.lie, failed)
			}
			findings := r.Stats().Findings
			if (c.name == "") != (len(findings) == 0) || c.name != "" && findings[0].Name != c.name {
				t.Errorf("lie %d: findings %v, want %q", c.lie, findings, c.name)
			}
			if acked, verified := report.Ledger.Acked, report.Ledger.Verified+report.Ledger.Lost; acked < 500 || acked != verified {
				t.Errorf("lie %d: %d acknowledged, %d verified or lost", c.lie, acked, verified)
			}
			again, err := r.Audit(t.Context())
			if err != nil || len(again.Findings) != 0 {
				t.Errorf("lie %d: a second audit named it again: %v, %v", c.lie, again.Findings, err)
			}
		})
	}
}

// TestNoHonestFaultIsCalledALoss: connections lost around COMMIT, refusals, dead
// servers and stalls, at random, leave nothing but a clean ledger.
func TestNoHonestFaultIsCalledALoss(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 0))
		f := newFakeCluster()
		for commit := range 2000 {
			if rng.IntN(20) == 0 {
				f.lies[commit] = []lie{lostApplied, lostUnapplied, refusedOnce}[rng.IntN(3)]
			}
		}
		cfg := Config{Seed: seed, Servers: []Server{{ID: 67}, {ID: 68}, {ID: 69}}}
		inBubble(t, cfg, f, func(t *testing.T, r *Runner) {
			time.Sleep(time.Second)
			for range 5 {
				victim := 67 + rng.IntN(3)
				f.with(func() { f.down[victim] = true })
				time.Sleep(time.Duration(rng.Int64N(int64(time.Second))))
				f.with(func() {
					f.down[victim] = false
					f.stalled = time.Now().Add(time.Duration(rng.Int64N(int64(500 * time.Millisecond))))
				})
				time.Sleep(time.Duration(rng.Int64N(int64(time.Second))))
			}
			time.Sleep(time.Second)
			report := finalAudit(t, r)
			got := report.Ledger
			if got.Verdict != Pass || got.Late != 0 || report.Total != report.TotalWanted {
				t.Errorf("seed %d: %+v, %v", seed, got, r.Stats().Findings)
			}
			if got.Acked != got.Verified || got.Unknown == 0 || got.Unknown != got.UnknownPresent+got.UnknownAbsent {
				t.Errorf("seed %d: something is unresolved: %+v", seed, got)
			}
		})
	}
}

func TestKVIsAuditedLikeTheBank(t *testing.T) {
	for _, tc := range []struct {
		lie  lie
		want LedgerStats
	}{
		{honest, LedgerStats{}},
		{dropped, LedgerStats{Lost: 1}},
		{appliedTwice, LedgerStats{Duplicated: 1}},
		{tornApart, LedgerStats{Torn: 1}},
	} {
		l, want := tc.lie, tc.want
		f := newFakeCluster()
		f.lies[50] = l
		inBubble(t, Config{Kind: KV}, f, func(t *testing.T, r *Runner) {
			time.Sleep(3 * time.Second)
			got := finalAudit(t, r).Ledger
			if got.Lost != want.Lost || got.Duplicated != want.Duplicated || got.Torn != want.Torn || got.Acked < 200 {
				t.Errorf("lie %d: %+v, want %+v", l, got, want)
			}
		})
	}
}

func TestServersThatDieAreLeftAndReturnedTo(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(2 * time.Second)
		r.BeginIncident("kill MySQL server 68", []int{68}, time.Now())
		f.with(func() { f.down[68] = true })
		time.Sleep(3 * time.Second)
		s := r.Stats()
		if s.Servers[0].OpsPerSecond < 190 || s.Servers[1].OpsPerSecond != 0 || s.Servers[1].Up {
			t.Errorf("while 68 is down: %+v", s.Servers)
		}
		f.with(func() { f.down[68] = false })
		time.Sleep(8 * time.Second)
		s = r.Stats()
		if s.Servers[0].OpsPerSecond > 150 || s.Servers[1].OpsPerSecond < 50 || !s.Servers[1].Up {
			t.Errorf("after 68 came back: %+v", s.Servers)
		}
		card := s.Incidents[0]
		if card.Brownout < 3*time.Second || card.Brownout > 3100*time.Millisecond || card.Blackout > 20*time.Millisecond {
			t.Errorf("brownout %v, blackout %v", card.Brownout, card.Blackout)
		}
		if card.Open || card.Acked < 1000 || s.OpsFailed > 8 {
			t.Errorf("card %+v, failed operations %d", card, s.OpsFailed)
		}
		if got := finalAudit(t, r).Ledger; got.Verdict != Pass || got.Lost != 0 || got.UnknownPresent+got.UnknownAbsent != got.Unknown {
			t.Errorf("ledger %+v", got)
		}
	})
}

func TestBlackoutIsMeasuredToTenMilliseconds(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(2 * time.Second)
		if id := r.BeginIncident("kill data node 2", []int{2}, time.Now()); id != 1 {
			t.Errorf("the first incident has number %d", id)
		}
		refusal := &Failure{Class: Temporary, Op: "statement", Err: errors.New("1297")}
		f.with(func() { f.failing = refusal })
		time.Sleep(740 * time.Millisecond)
		f.with(func() { f.failing = nil })
		time.Sleep(10 * time.Second)
		s := r.Stats()
		card := s.Incidents[0]
		if off := card.Blackout - 740*time.Millisecond; off < 0 || off > 10*time.Millisecond {
			t.Errorf("blackout %v, want 740 ms", card.Blackout)
		}
		if card.Brownout < card.Blackout || card.Errors.Temporary == 0 || card.Open || !card.Measured {
			t.Errorf("card %+v", card)
		}
		if s.LastBlackout != card.Blackout {
			t.Errorf("last blackout %v", s.LastBlackout)
		}
	})
}

func TestLatencyCountsFromTheIntendedTime(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(5 * time.Second)
		if p99 := r.Stats().P99; p99 > 20*time.Millisecond {
			t.Errorf("p99 %v before the stall", p99)
		}
		f.with(func() { f.stalled = time.Now().Add(time.Second) })
		time.Sleep(3 * time.Second)
		s := r.Stats()
		// The 200 operations of the stalled second waited half of it on average.
		if s.P99 < 900*time.Millisecond || s.P95 < 500*time.Millisecond || s.Max < 990*time.Millisecond {
			t.Errorf("p95 %v, p99 %v, max %v after a stall of one second", s.P95, s.P99, s.Max)
		}
		ops := 0
		for _, sample := range s.Samples {
			ops += sample.Ops
		}
		time.Sleep(windowLength * time.Second)
		if p99 := r.Stats().P99; p99 > 20*time.Millisecond {
			t.Errorf("p99 %v when the stall is long over", p99)
		}
		if want := 200 * (len(s.Samples) - 1); ops < want-20 {
			t.Errorf("%d operations in %d samples: the stall swallowed some", ops, len(s.Samples))
		}
	})
}

func TestOperationsThatComeTooLateAreNotSent(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(time.Second)
		f.with(func() { f.down[67], f.down[68] = true, true })
		time.Sleep(20 * time.Second)
		s := r.Stats()
		if s.Reason != "no MySQL server can be reached" {
			t.Errorf("reason %q", s.Reason)
		}
		if s.Ledger.NotSent < 2500 || s.Ledger.NotSent > 3800 {
			t.Errorf("%d not sent in 20 s at 200/s, of which 5 s may still be waiting", s.Ledger.NotSent)
		}
		f.with(func() { clear(f.down) })
		time.Sleep(2 * time.Second)
		if got := finalAudit(t, r).Ledger; got.Verdict != Pass {
			t.Errorf("ledger %+v", got)
		}
	})
}

func TestSettingsChangeWhileItRuns(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{Rate: 100, Clients: 2}, f, func(t *testing.T, r *Runner) {
		opsIn := func(d time.Duration) int {
			before := len(r.Stats().Samples)
			time.Sleep(d + 10*time.Millisecond)
			ops := 0
			for _, s := range r.Stats().Samples[before:] {
				ops += s.Ops
			}
			return ops
		}
		time.Sleep(2500 * time.Millisecond)
		if err := errors.Join(r.SetRate(1000), r.SetClients(20)); err != nil {
			t.Fatal(err)
		}
		opsIn(time.Second)
		if ops := opsIn(time.Second); ops < 950 || ops > 1050 {
			t.Errorf("%d operations in a second at a rate of 1000", ops)
		}
		if err := errors.Join(r.SetClients(3), r.SetClients(9)); err != nil {
			t.Fatal(err)
		}
		r.Stop()
		opsIn(time.Second)
		if ops := opsIn(2 * time.Second); ops != 0 || r.Stats().Running || r.Stats().Reason != "stopped" {
			t.Errorf("%d operations while stopped", ops)
		}
		r.Start()
		r.SetServers([]Server{{ID: 68}, {ID: 69}, {ID: 70}})
		opsIn(2 * time.Second)
		var ids []int
		for _, s := range r.Stats().Servers {
			ids = append(ids, s.Node)
			if s.OpsPerSecond < 200 {
				t.Errorf("server %d: %v ops/s of 1000 on three", s.Node, s.OpsPerSecond)
			}
		}
		if !slices.Equal(ids, []int{68, 69, 70}) {
			t.Errorf("servers %v", ids)
		}
		if r.SetRate(0) == nil || r.SetClients(MaxClients+1) == nil {
			t.Error("a setting out of range was taken")
		}
		if got := finalAudit(t, r).Ledger; got.Verdict != Pass || got.Acked != got.Verified {
			t.Errorf("ledger %+v", got)
		}
	})
}

func TestASecondRunTakesOverTheBank(t *testing.T) {
	f := newFakeCluster()
	for range 2 {
		inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
			time.Sleep(2 * time.Second)
			if got := finalAudit(t, r); got.Ledger.Verdict != Pass || got.Total != bankAccounts*openingBalance {
				t.Errorf("report %+v", got)
			}
		})
		clear(f.locks) // channels of the bubble that ended
	}
}

func TestASingleServerVerifiesItselfAndSaysSo(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{Servers: []Server{{ID: 67}}}, f, func(t *testing.T, r *Runner) {
		time.Sleep(2 * time.Second)
		if got := finalAudit(t, r).Ledger; got.SelfVerified != got.Acked || got.Verified != got.Acked {
			t.Errorf("ledger %+v", got)
		}
	})
}

func TestTheLastServerStandingVerifiesItselfAfterAWhile(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(2 * time.Second)
		f.with(func() { f.down[68] = true })
		time.Sleep(selfVerifyAfter / 2)
		if got := r.Stats().Ledger; got.SelfVerified != 0 || got.Verified > 500 {
			t.Errorf("a server verified its own writes while another may come back: %+v", got)
		}
		time.Sleep(selfVerifyAfter)
		if got := r.Stats().Ledger; got.SelfVerified < 1000 || got.OldestOpen > time.Second {
			t.Errorf("nobody verifies: %+v", got)
		}
	})
}

func TestCheckEveryServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeCluster()
		servers := []Server{{ID: 67}, {ID: 68}, {ID: 69}}
		for range 2 {
			if err := CheckEveryServer(t.Context(), f, servers); err != nil {
				t.Error(err)
			}
		}
		f.blind = 69
		if CheckEveryServer(t.Context(), f, servers) == nil {
			t.Error("a server that sees nothing passed")
		}
		f.blind = 0
		f.down[68] = true
		if CheckEveryServer(t.Context(), f, servers) == nil {
			t.Error("a server that is down passed")
		}
	})
}
