package main

import (
	"context"
	"strconv"
	"time"
)

const boots = 10

// bootTime is from exec of `up` to its end, which is when a write went through
// every MySQL server of the cluster in the new engine's process.
func bootTime(ctx context.Context, s *sandbox) error {
	var times []time.Duration
	for seed := range boots {
		const name = "boot"
		began := time.Now()
		if err := s.up(ctx, name, "--seed", strconv.Itoa(seed+1), "--workload", "none"); err != nil {
			return err
		}
		times = append(times, time.Since(began))
		if err := s.down(ctx, name); err != nil {
			return err
		}
	}
	row("`up -d --wait ready`, the engine's process included: the first write verified through every MySQL server",
		"p50 %.2f s, max %.2f s of %d", quantile(times, 0.5).Seconds(), quantile(times, 1).Seconds(), len(times))
	return nil
}
