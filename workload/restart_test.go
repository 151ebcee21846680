package workload

import (
	"testing"
	"time"
)

// crashed loads a cluster for a while, crashes all of it and brings it back a few
// seconds later with what it had before the given time, without the commits that
// skip names by their time. It returns the time of the crash.
func crashed(f *fakeCluster, loaded, back time.Duration, skip func(at time.Time) bool) time.Time {
	time.Sleep(loaded)
	crashAt := time.Now()
	f.with(func() { f.down[67], f.down[68] = true, true })
	f.crash(crashAt.Add(-back), func(i int) bool { return skip != nil && skip(f.history[i].at) })
	time.Sleep(3 * time.Second)
	f.with(func() { clear(f.down) })
	return crashAt
}

func TestASystemRestartRollsBackByDesign(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		crashAt := crashed(f, 10*time.Second, time.Second, nil)
		r.ReportSystemRestart(crashAt, time.Time{})
		time.Sleep(5 * time.Second)
		got := finalAudit(t, r)
		if l := got.Ledger; l.Lost != 0 || l.RolledBack < 195 || l.RolledBack > 210 || l.Verdict != Pass {
			t.Errorf("one second at 200/s was rolled back by design: %+v", l)
		}
		if got.Total != got.TotalWanted {
			t.Errorf("total %d", got.Total)
		}
	})
}

// TestTwoRestartsInARow: what the first restart took back, and nobody has read
// again since, is not judged by the line of the second.
func TestTwoRestartsInARow(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		first := crashed(f, 10*time.Second, time.Second, nil)
		r.ReportSystemRestart(first, first.Add(-time.Second))
		second := crashed(f, 300*time.Millisecond, 100*time.Millisecond, nil)
		r.ReportSystemRestart(second, second.Add(-100*time.Millisecond))
		time.Sleep(5 * time.Second)
		if l := finalAudit(t, r).Ledger; l.Lost != 0 || l.RolledBack < 195 || l.Verdict != Pass {
			t.Errorf("both restarts rolled back by design: %+v", l)
		}
	})
}

// TestAFastRestart: writes from after a restart that took less than the last
// replies may take are not taken for survivors of the crash.
func TestAFastRestart(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(5 * time.Second)
		crashAt := time.Now()
		f.crash(crashAt.Add(-time.Second), func(int) bool { return false })
		r.ReportSystemRestart(crashAt, crashAt.Add(-time.Second))
		time.Sleep(8 * time.Second)
		if l := finalAudit(t, r).Ledger; l.Lost != 0 || l.RolledBack < 195 {
			t.Errorf("a second at 200/s was rolled back by design: %+v", l)
		}
	})
}

// TestLostInTheSecondRestart: what the first restart kept, and was read again
// after it, is lost if the second one takes it from before its line.
func TestLostInTheSecondRestart(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		first := crashed(f, 10*time.Second, time.Second, nil)
		r.ReportSystemRestart(first, first.Add(-time.Second))
		second := crashed(f, 10*time.Second, 5*time.Second, nil)
		r.ReportSystemRestart(second, second.Add(-time.Second))
		time.Sleep(5 * time.Second)
		if l := finalAudit(t, r).Ledger; l.Lost < 700 || l.Verdict != Fail {
			t.Errorf("four seconds from before the checkpoint are gone: %+v", l)
		}
	})
}

func TestALateReportTakesLostBack(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		crashAt := crashed(f, 10*time.Second, time.Second, nil)
		time.Sleep(3 * time.Second)
		if _, err := r.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.Stats().Ledger; got.Lost < 195 || got.Verdict != Fail {
			t.Errorf("without a report of a restart, missing writes are lost: %+v", got)
		}
		r.ReportSystemRestart(crashAt, crashAt.Add(-time.Second))
		time.Sleep(5 * time.Second)
		if got := finalAudit(t, r).Ledger; got.Lost != 0 || got.RolledBack < 195 {
			t.Errorf("%+v", got)
		}
	})
}

func TestOlderThanTheCheckpointIsLost(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		crashAt := crashed(f, 10*time.Second, 3*time.Second, nil)
		r.ReportSystemRestart(crashAt, crashAt.Add(-2*time.Second))
		time.Sleep(5 * time.Second)
		got := finalAudit(t, r).Ledger
		if got.Lost < 195 || got.Lost > 205 || got.RolledBack < 395 || got.RolledBack > 410 || got.Verdict != Fail {
			t.Errorf("one second before the checkpoint is lost, two after it are rolled back: %+v", got)
		}
	})
}

func TestAHoleIsLost(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		skipped := 0
		start := time.Now()
		crashAt := crashed(f, 10*time.Second, 500*time.Millisecond, func(at time.Time) bool {
			if skipped == 0 && at.Sub(start) > 8*time.Second {
				skipped++
				return true
			}
			return false
		})
		r.ReportSystemRestart(crashAt, time.Time{})
		time.Sleep(5 * time.Second)
		got := finalAudit(t, r).Ledger
		if got.Lost != 1 || got.RolledBack < 95 || got.Verdict != Fail {
			t.Errorf("%+v", got)
		}
	})
}

// TestOrderOfReadsDoesNotMatterForHoles: a missing receipt is judged before the
// later one is found that makes it a hole.
func TestOrderOfReadsDoesNotMatterForHoles(t *testing.T) {
	k, err := kindOf(Bank)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	first, _ := l.open(0, 67, now)
	l.complete(first, acked, now.Add(time.Second))
	second, _ := l.open(0, 67, now.Add(time.Second))
	l.complete(second, acked, now.Add(2*time.Second))
	stale := l.take(68, false, now)
	now = now.Add(5 * time.Second)
	l.systemRestart(now, now.Add(-5*time.Second), now)
	l.resolve(68, stale, []answer{{id: first, there: true, row: receiptRow{seq: first.seq}}}, now)
	if s, _ := l.snapshot(now); s.Verified != 0 {
		t.Error("a read from before the report was believed")
	}
	for _, server := range []int{68, 69} {
		now = now.Add(confirmDelay)
		b := l.take(server, false, now)
		l.resolve(server, b, []answer{{id: first}}, now)
	}
	if s, _ := l.snapshot(now); s.RolledBack != 1 {
		t.Errorf("nothing later has come back so far: %+v", s)
	}
	b := l.take(68, false, now)
	l.resolve(68, b, []answer{{id: second, there: true, row: receiptRow{seq: second.seq}}}, now)
	if s, _ := l.snapshot(now); s.RolledBack != 0 || s.Lost != 1 || s.Verified != 1 {
		t.Errorf("a later one came back: %+v", s)
	}
}

func TestRowsSeededAfterTheCheckpointComeBack(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		crashAt := crashed(f, 2*time.Second, 2*time.Second, nil)
		r.ReportSystemRestart(crashAt, time.Time{})
		time.Sleep(5 * time.Second)
		got := finalAudit(t, r)
		if got.Total != got.TotalWanted || got.Ledger.Lost != 0 || got.Ledger.Verdict != Pass {
			t.Errorf("%+v", got)
		}
		if got.Ledger.RolledBack == 0 || got.Ledger.Acked < got.Ledger.RolledBack+500 {
			t.Errorf("the load did not go on: %+v", got.Ledger)
		}
	})
}
