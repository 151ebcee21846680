package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/internal/enginegen"
)

// busySnapshot is a cluster of 12 nodes (8 data nodes, 2 management and 2 MySQL
// servers) in the default slots, after the kill of one, under load.
func busySnapshot(events, samples, incidents int) engine.Snapshot {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.NumManagedMgmdVms = 4, 2
	world := enginegen.Settled(spec)
	for i := range world.Nodes {
		if n := &world.Nodes[i]; n.Status == engine.StatusStarted {
			n.Version, n.StartedAt, n.Container = "24.10.0", enginegen.Now.Add(-time.Hour), "sim"
			n.MemoryUsed, n.MemoryTotal, n.Rows = 123456789, 2400<<20, 100000
		}
	}
	dead, _ := world.Node(5)
	dead.Status, dead.Err = engine.StatusDead, "killed"
	made, report := plan.Make(plan.Input{Spec: spec, Revision: 7, Observed: world, Now: enginegen.Now})
	s := snapshotOf(spec, world, made, report)
	for i := range events {
		s.Cluster.Events = append(s.Cluster.Events, engine.Event{
			Seq: uint64(i + 1), At: moment(i), Actor: engine.ActorNode, Node: engine.NodeID(i%8 + 1),
			Text: fmt.Sprintf("Node %d: Local checkpoint %d started", i%8+1, i),
		})
	}
	for i := range samples {
		s.Load.Samples = append(s.Load.Samples, engine.LoadSample{At: moment(i), Ops: 190 + i%20, P50: 1234567, P99: 7654321})
	}
	for i := range incidents {
		s.Load.Incidents = append(s.Load.Incidents, engine.Incident{
			ID: i + 1, Fault: "kill data node 5", Nodes: []engine.NodeID{5}, At: moment(i), Blackout: 81234567, Brownout: 181234567,
			Errors: engine.LoadErrors{Temporary: 12, Refused: 3}, Acked: 12345, Measured: true,
		})
	}
	return s
}

func moment(i int) time.Time { return enginegen.Now.Add(time.Duration(i) * 1003 * time.Millisecond) }

func BenchmarkSnapshotJSON(b *testing.B) {
	for _, bench := range []struct {
		name                       string
		events, samples, incidents int
	}{
		{"full", engine.MaxRecentEvents, engine.MaxLoadSamples, engine.MaxIncidents},
		{"without events", 0, engine.MaxLoadSamples, engine.MaxIncidents},
		{"samples only", 0, engine.MaxLoadSamples, 0},
		{"incidents only", 0, 0, engine.MaxIncidents},
		{"cluster only", 0, 0, 0},
	} {
		sent := busySnapshot(bench.events, bench.samples, bench.incidents)
		text, err := json.Marshal(&sent)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bench.name+"/marshal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if text, err = json.Marshal(&sent); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(text)), "bytes")
		})
		b.Run(bench.name+"/unmarshal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var got engine.Snapshot
				if err := json.Unmarshal(text, &got); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(text)), "bytes")
		})
	}
}
