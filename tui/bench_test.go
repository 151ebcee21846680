package tui

import (
	"testing"
	"time"

	"rondb-tui/engine"
)

// benchModel is a console on a loaded cluster at 200x60.
func benchModel(b *testing.B) *Model {
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
// frame that shows it, at 200x60.
func BenchmarkSnapshotToFrame(b *testing.B) {
	m := benchModel(b)
	full := *m.snap
	full.Cluster.Events = make([]engine.Event, engine.MaxRecentEvents)
	for i := range full.Cluster.Events {
		full.Cluster.Events[i] = engine.Event{Seq: uint64(i + 1), At: noon, Actor: engine.ActorNode, Node: 5, Text: "Start phase 4 completed"}
	}
	b.ReportAllocs()
	for b.Loop() {
		next := full
		next.Rev = m.snap.Rev + 1
		m.Update(snapshotMsg{&next})
		if m.View().Content == "" {
			b.Fatal("an empty frame")
		}
	}
}
