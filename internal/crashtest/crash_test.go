package crashtest

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// Trials of the quick run and of the long one, each with one kill or two.
const (
	shortTrials = 20
	longTrials  = 200
	// restartShare: one trial of a restart for so many of a scale.
	restartShare = 5
	// maxFailures ends a run that is lost anyway.
	maxFailures = 3
)

// TestKilledScale kills the engine at random moments of a scale.
// RONDB_TUI_LONG=1 makes it 200 trials, RONDB_TUI_FIRST_SEED tries other moments.
func TestKilledScale(t *testing.T) {
	runTrials(t, trials(), grow(), shrink())
}

// TestKilledRestart does the same to restarts that were asked for: the journal
// alone knows of them.
func TestKilledRestart(t *testing.T) {
	runTrials(t, trials()/restartShare, restart())
}

func trials() uint64 {
	if os.Getenv("RONDB_TUI_LONG") != "" {
		return longTrials
	}
	return shortTrials
}

func runTrials(t *testing.T, count uint64, scenarios ...*scenario) {
	t.Helper()
	first := uint64(1)
	if text := os.Getenv("RONDB_TUI_FIRST_SEED"); text != "" {
		var err error
		if first, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range scenarios {
		s.prepare(t)
	}
	var mu sync.Mutex // guards what follows
	var sum tally
	next, failed := first, 0
	take := func() (seed uint64, more bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next-1 < first+count && failed < maxFailures
	}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed, more := take(); more; seed, more = take() {
				one, err := scenarios[seed%uint64(len(scenarios))].try(t.Context(), seed)
				mu.Lock()
				sum.kills += one.kills
				sum.underWay += one.underWay
				if err != nil {
					failed++
					t.Errorf("seed %d: %v", seed, err)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	t.Logf("seeds %d to %d: %d kills, %d of them before the change was done", first, first+count-1, sum.kills, sum.underWay)
	if sum.underWay*2 < sum.kills {
		t.Errorf("only %d of %d kills came before the change was done: they prove too little", sum.underWay, sum.kills)
	}
}
