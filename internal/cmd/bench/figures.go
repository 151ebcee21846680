package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clockTicks is the unit of processor time in /proc/PID/stat, per second.
const clockTicks = 100

// quantile gives the time that a share of them does not exceed; 1 is the longest.
func quantile(times []time.Duration, share float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// spread words times: "p50 1.2 ms, p99 3.4 ms, max 5.6 ms of 20".
func spread(times []time.Duration) string {
	return fmt.Sprintf("p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d",
		milliseconds(quantile(times, 0.5)), milliseconds(quantile(times, 0.99)), milliseconds(quantile(times, 1)), len(times))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// usage is what a process has used so far.
type usage struct {
	processor time.Duration
	resident  int // bytes, now
}

// usageOf reads what a process has used from /proc. The process's own is "self".
func usageOf(pid string) (usage, error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return usage{}, err
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	const utime, stime, rss = 11, 12, 21 // after the command's name
	var numbers [3]int
	for i, at := range []int{utime, stime, rss} {
		if at >= len(fields) {
			return usage{}, fmt.Errorf("/proc/%s/stat has only %d fields", pid, len(fields))
		}
		if numbers[i], err = strconv.Atoi(fields[at]); err != nil {
			return usage{}, err
		}
	}
	const tick = time.Second / clockTicks
	return usage{processor: time.Duration(numbers[0]+numbers[1]) * tick, resident: numbers[2] * os.Getpagesize()}, nil
}

// share is processor time as a percentage of one core over a time.
func share(processor, over time.Duration) float64 { return 100 * float64(processor) / float64(over) }
