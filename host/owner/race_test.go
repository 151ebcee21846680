//go:build linux || darwin

package owner

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

// Two processes ask for the lock at once, a thousand times: one has it and the
// other is told who. The winner lets it go in both ways, so that half of the
// rounds begin without a file.
func TestTwoProcessesRaced(t *testing.T) {
	path := lockPath(t)
	racers := [2]*competitor{newCompetitor(t, path), newCompetitor(t, path)}
	var wins [2]int
	for round := range 1000 {
		for _, r := range racers {
			r.send(t, "take")
		}
		answers := [2]string{racers[0].answer(t), racers[1].answer(t)}
		winner := 0
		if answers[1] == "done" {
			winner = 1
		}
		if answers[winner] != "done" || answers[1-winner] != fmt.Sprint("lost to ", racers[winner].pid()) {
			t.Fatalf("round %d: %q", round, answers)
		}
		wins[winner]++
		racers[winner].must(t, [2]string{"let", "remove"}[round%2])
	}
	t.Logf("wins: %v", wins)
}

// Goroutines that open the file each for itself compete as processes do: flock
// knows open files. Here the letting go races with the taking as well, and
// others look all the time, which takes the lock for moments.
func TestOneHolderWhateverHappens(t *testing.T) {
	const racers, each = 4, 250
	path := lockPath(t)
	var holders, finished atomic.Int32
	var group errgroup.Group
	for racer := range racers {
		group.Go(func() error {
			defer finished.Add(1)
			for n := range each {
				lock, err := acquire(path)
				for held := new(HeldError); errors.As(err, &held); lock, err = acquire(path) {
					runtime.Gosched()
				}
				if err != nil {
					return err
				}
				if others := holders.Add(1) - 1; others > 0 {
					return fmt.Errorf("racer %d got the lock that %d have", racer, others)
				}
				runtime.Gosched()
				holders.Add(-1)
				leave := lock.Release
				if n%2 == 0 {
					leave = lock.Remove
				}
				if err := leave(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		for finished.Load() < racers {
			if _, _, err := Look(path); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
