package workload

import (
	"testing"
	"time"
)

// TestOverlappingIncidents: faults measured at the same time say so, both of
// them; one that comes after does not.
func TestOverlappingIncidents(t *testing.T) {
	f := newFakeCluster()
	inBubble(t, Config{}, f, func(t *testing.T, r *Runner) {
		time.Sleep(2 * time.Second)
		first := r.BeginIncident("kill data node 2", []int{2}, time.Now())
		time.Sleep(time.Second)
		second := r.BeginIncident("kill management server 65", []int{65}, time.Now())
		time.Sleep(20 * time.Second)
		r.BeginIncident("kill data node 4", []int{4}, time.Now())
		time.Sleep(20 * time.Second)
		cards := r.Stats().Incidents
		if cards[0].Overlaps != second || cards[1].Overlaps != first || cards[2].Overlaps != 0 {
			t.Errorf("cards %+v", cards)
		}
	})
}
