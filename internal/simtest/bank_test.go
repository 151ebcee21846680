package simtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/simdrv"
	"rondb-tui/workload"
)

const (
	shortBankSeeds = 60
	longBankSeeds  = 1000
)

// TestKillUnderBank: the kill of a data node under `bank` on the simulated
// world: writes resume, the total is intact, LOST 0.
func TestKillUnderBank(t *testing.T) {
	t.Parallel()
	killUnderBank(t, shortBankSeeds)
}

// TestKillUnderBankThousandSeeds is the same in a thousand seeds; .ci/run asks
// for it.
func TestKillUnderBankThousandSeeds(t *testing.T) {
	t.Parallel()
	if os.Getenv("RONDB_TUI_LONG") == "" {
		t.Skip("SKIPPED because RONDB_TUI_LONG is not set")
	}
	killUnderBank(t, longBankSeeds)
}

func killUnderBank(t *testing.T, seeds uint64) {
	t.Helper()
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := openBank(t, seed)
				defer b.close()
				random := rand.New(rand.NewPCG(seed, 1))
				b.runFor(time.Duration(200+random.IntN(800)) * time.Millisecond)
				before := b.runner.Stats().Ledger.Acked
				b.kill(engine.NodeID([]int{1, 2, 4, 5}[random.IntN(4)]))
				b.runFor(time.Second)
				if resumed := b.runner.Stats().Ledger.Acked; resumed <= before {
					t.Errorf("no write was acknowledged within a second after the kill (%d, %d)", before, resumed)
				}
				b.untilHealthy()
				b.audit(func(l workload.LedgerStats) {
					if l.RolledBack != 0 {
						t.Errorf("%d writes rolled back without a system restart", l.RolledBack)
					}
				})
			})
		})
	}
}

// TestGroupKillIsRolledBackByDesign: the kill of a whole group stops the
// cluster; it comes back by a system restart, and what was written after the
// last checkpoint is counted as rolled back, not as LOST.
func TestGroupKillIsRolledBackByDesign(t *testing.T) {
	rolledBack := uint64(0)
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			b := openBank(t, seed)
			defer b.close()
			b.runFor(3*time.Second + time.Duration(seed)*97*time.Millisecond)
			b.kill(4, 5)
			b.runFor(time.Second)
			if b.loop.Latest().Observed.Serving {
				t.Error("the cluster serves without one of its node groups")
			}
			b.untilHealthy()
			b.runFor(3 * time.Second)
			b.audit(func(l workload.LedgerStats) { rolledBack += l.RolledBack })
			if n := b.loop.Latest().Observed.SystemRestarts; n != 1 {
				t.Errorf("%d system restarts, want 1", n)
			}
		})
	}
	if rolledBack == 0 {
		t.Error("in 20 seeds no write was rolled back: the test proves nothing")
	}
}

// bank is a whole engine with the load on it, inside a bubble of virtual time.
type bank struct {
	t        *testing.T
	loop     *loop.Loop
	runner   *workload.Runner
	world    *simdrv.World
	end      context.CancelFunc
	ended    chan error
	parts    int
	restarts int
	down     time.Time
}

func openBank(t *testing.T, seed uint64) *bank {
	t.Helper()
	world := simdrv.New(simdrv.Config{Seed: seed, Profile: simdrv.DemoProfile(), Base: time.Now()})
	driver := simdrv.NewDriver(world, simdrv.Options{})
	engineLoop, err := loop.New(loop.Config{Name: "bank", Driver: driver, Journal: &loop.MemoryJournal{}, Spec: engine.DefaultSpec()})
	if err != nil {
		t.Fatal(err)
	}
	runner, err := workload.New(workload.Config{Connector: Connector{driver}, Kind: "bank", Rate: 100, Clients: 4, Seed: seed,
		Servers: []workload.Server{{ID: 67}, {ID: 68}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	b := &bank{t: t, loop: engineLoop, runner: runner, world: world, end: end, ended: make(chan error, 3)}
	b.begin(func() error { return driver.Run(ctx) })
	b.begin(func() error { return engineLoop.Run(ctx) })
	b.untilHealthy()
	b.begin(func() error { return runner.Run(ctx) })
	return b
}

func (b *bank) begin(run func() error) {
	b.parts++
	go func() { b.ended <- run() }()
}

func (b *bank) close() {
	b.end()
	for range b.parts {
		if err := <-b.ended; err != nil && !errors.Is(err, context.Canceled) {
			b.t.Errorf("ended with %v", err)
		}
	}
}

// runFor lets time pass and tells the ledger about system restarts, as the host
// does.
func (b *bank) runFor(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
		o := &b.loop.Latest().Observed
		if o.Formed && !o.Serving && b.down.IsZero() {
			b.down = time.Now()
		}
		if o.Serving && o.SystemRestarts > b.restarts {
			b.restarts = o.SystemRestarts
			b.runner.ReportSystemRestart(b.down, o.RestoredAt)
			b.down = time.Time{}
		}
	}
}

func (b *bank) untilHealthy() {
	b.t.Helper()
	for range 6000 {
		if v := b.loop.Latest(); v.Health == engine.Healthy && v.State == engine.AtDesiredState {
			return
		}
		b.runFor(10 * time.Millisecond)
	}
	v := b.loop.Latest()
	b.t.Fatalf("not healthy in a minute: %s, %s, %s", v.Health, v.State, v.Reason)
}

func (b *bank) kill(nodes ...engine.NodeID) {
	b.t.Helper()
	if err := b.loop.Submit(b.t.Context(), engine.Request{Intent: engine.KillNode{Targets: nodes, LastCopy: true}, By: engine.ActorYou}); err != nil {
		b.t.Fatal(err)
	}
}

// audit ends the load and demands that nothing is lost, torn or made up.
func (b *bank) audit(more func(workload.LedgerStats)) {
	b.t.Helper()
	report, err := b.runner.FinalAudit(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	l := report.Ledger
	if l.Lost+l.Duplicated+l.Torn+l.Resurrected != 0 || l.Total != l.TotalWanted || l.Acked == 0 {
		b.t.Errorf("the ledger: %+v\nfindings: %+v", l, report.Findings)
	}
	if err := b.world.CheckReplicas(); err != nil {
		b.t.Error(err)
	}
	more(l)
}
