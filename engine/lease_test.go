package engine

import (
	"testing"
	"time"
)

func TestLeaseOfKeepsToItsLimits(t *testing.T) {
	for _, tc := range []struct {
		asked, want time.Duration // want 0: refused
	}{
		{0, DefaultLease}, {time.Nanosecond, time.Nanosecond}, {MaxLease, MaxLease},
		{MaxLease + 1, 0}, {-1, 0},
	} {
		got, err := LeaseOf(tc.asked)
		if got != tc.want || (err != nil) != (tc.want == 0) {
			t.Errorf("asked for %s: %s, %v", tc.asked, got, err)
		}
		if err != nil && KindOf(err) != KindInvalid {
			t.Errorf("asked for %s: the error is %s", tc.asked, KindOf(err))
		}
	}
}
