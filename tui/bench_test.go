package tui

import (
	"testing"
	"time"

	"rondb-tui/engine"
)

// benchModel is a console on a loaded cluster at 200x60.
func benchModel(b testing.TB) *Model {
	b.Helper()
	s := sceneCluster(copying)
	m := New(Options{Engine: newFake(s), Context: b.Context(), Clock: func() time.Time { return noon }})
	m.arrived(s)
	m.resize(200, 60)
	m.Update(press("enter"))
	return m
}

// BenchmarkFrame200x60 is one whole frame of the largest layout, nothing cached.
func BenchmarkFrame200x60(b *testing.B) {
	m := benchModel(b)
	b.ReportAllocs()
	for b.Loop() {
		m.rev++
		if m.View().Content == "" {
			b.Fatal("an empty frame")
		}
	}
}

// BenchmarkKeyToFrame is a key press and the frame that shows it, at 200x60.
func BenchmarkKeyToFrame(b *testing.B) {
	m := benchModel(b)
	keys := []string{"j", "k"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Update(press(keys[i%2]))
		if m.View().Content == "" {
			b.Fatal("an empty frame")
		}
	}
}

// BenchmarkSnapshotToFrame is a new snapshot with a full event ring, and the
// frame that shows it, at 200x60: none of the events is new, or all of them.
func BenchmarkSnapshotToFrame(b *testing.B) {
	for name, fresh := range map[string]uint64{"none new": 0, "all new": engine.MaxRecentEvents} {
		b.Run(name, func(b *testing.B) {
			m := benchModel(b)
			next := fullRings(m.snap, fresh)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if showNext(m, next, i) == "" {
					b.Fatal("an empty frame")
				}
			}
		})
	}
}

// TestEventsCostNothing: what a snapshot costs does not depend on how many
// events came with it, also where the timeline is scrolled back.
func TestEventsCostNothing(t *testing.T) {
	for _, keys := range [][]string{nil, {"shift+tab", "k"}} {
		var allocs []float64
		for _, fresh := range []uint64{0, engine.MaxRecentEvents} {
			m := benchModel(t)
			for _, key := range keys {
				m.Update(press(key))
			}
			next, i := fullRings(m.snap, fresh), 0
			allocs = append(allocs, testing.AllocsPerRun(20, func() {
				showNext(m, next, i)
				m.ui.back = min(m.ui.back, 1) // look at the same part of the ring
				i++
			}))
		}
		if none, all := allocs[0], allocs[1]; all > none*1.1 || none > all*1.1 {
			t.Errorf("after %v: %.0f allocations without a new event, %.0f with %d", keys, none, all, engine.MaxRecentEvents)
		}
	}
}

// fullRings are two snapshots to be shown in turn, each with a full ring of
// events of which so many are new.
func fullRings(s *engine.Snapshot, fresh uint64) [2]engine.Snapshot {
	var two [2]engine.Snapshot
	for i := range two {
		two[i] = *s
		events := make([]engine.Event, engine.MaxRecentEvents)
		for j := range events {
			seq := uint64(i)*fresh + uint64(j+1)
			events[j] = engine.Event{Seq: seq, At: noon, Actor: engine.ActorNode, Node: 5, Text: "Start phase 4 completed"}
		}
		two[i].Cluster.Events = events
	}
	return two
}

func showNext(m *Model, two [2]engine.Snapshot, i int) string {
	next := two[i%2]
	next.Rev = m.snap.Rev + 1
	m.Update(snapshotMsg{&next})
	return m.View().Content
}
