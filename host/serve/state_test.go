package serve_test

import (
	"testing"

	"rondb-tui/engine"
)

// TestStateOnly: who asks for the state gets no event, and everything else as
// others do, also from later snapshots.
func TestStateOnly(t *testing.T) {
	r := run(t)
	r.publish(5)
	whole, state := r.follow(), r.dial()
	if err := state.FollowState(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		rev := r.publish(3)
		seen := func(s *engine.Snapshot) bool { return s.Rev >= rev }
		all := until(t, whole, "it is there", seen)
		got := until(t, state, "it is there", seen)
		if len(all.Cluster.Events) == 0 || len(got.Cluster.Events) != 0 || len(got.Load.Samples) != 0 {
			t.Errorf("%d events for all, %d and %d samples for the state", len(all.Cluster.Events), len(got.Cluster.Events), len(got.Load.Samples))
		}
		if got.Cluster.Revision != all.Cluster.Revision || got.Cluster.Name != all.Cluster.Name || len(got.Cluster.Observed.Nodes) != len(all.Cluster.Observed.Nodes) {
			t.Errorf("the state is %+v, want that of %+v", got.Cluster, all.Cluster)
		}
	}
}
