package simtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

const (
	shortSeeds = 400
	longSeeds  = 10_000

	corpus = "../../simdrv/testdata/corpus/*.json"
)

// TestFaultsThenHealing: C2 and F1 to F8 over random runs of faults.
func TestFaultsThenHealing(t *testing.T) { runSeeds(t, 1, shortSeeds) }

// TestTenThousandSeedsOfFaultsThenHealing is the same, long; .ci/run asks for it.
// RONDB_TUI_FIRST_SEED chooses other seeds.
func TestTenThousandSeedsOfFaultsThenHealing(t *testing.T) {
	if os.Getenv("RONDB_TUI_LONG") == "" {
		t.Skip("SKIPPED because RONDB_TUI_LONG is not set")
	}
	first := uint64(1)
	if text := os.Getenv("RONDB_TUI_FIRST_SEED"); text != "" {
		var err error
		if first, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	runSeeds(t, first, longSeeds)
}

func runSeeds(t *testing.T, first, count uint64) {
	t.Helper()
	var next, failed atomic.Uint64
	next.Store(first)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed < first+count && failed.Load() < 3; seed = next.Add(1) - 1 {
				scenario := Draw(seed)
				if err := scenario.Run(); err != nil {
					failed.Add(1)
					small := scenario.Shrink()
					text, _ := json.MarshalIndent(small, "", "  ")
					t.Errorf("seed %d: %v\nshrunk (%v), for simdrv/testdata/corpus:\n%s", seed, err, small.Run(), text)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("seeds %d to %d", first, first+count-1)
}

// TestCorpus replays every failure ever found.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(corpus)
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s Scenario
			if err := json.Unmarshal(text, &s); err != nil {
				t.Fatal(err)
			}
			if s.Version != ScenarioVersion || s.Invariant == "" || s.Why == "" {
				t.Errorf("version %d, invariant %q, why %q: all three belong in a corpus file", s.Version, s.Invariant, s.Why)
			}
			if err := s.Run(); err != nil {
				t.Error(err)
			}
		})
	}
}
