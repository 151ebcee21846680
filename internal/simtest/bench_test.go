package simtest

import (
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

// BenchmarkFullLoop is the whole engine on the simulated world, in one
// goroutine: from nothing to AT_DESIRED_STATE, then the kill of a data node and
// its healing.
func BenchmarkFullLoop(b *testing.B) {
	base := time.Unix(0, 0).UTC()
	for seed := range uint64(b.N) {
		world := simdrv.New(simdrv.Config{Seed: seed, Profile: simdrv.DemoProfile(), Base: base})
		rig, err := NewRig(world, base, engine.DefaultSpec())
		if err != nil {
			b.Fatal(err)
		}
		if err := rig.RunUntil("started", bootLimit, atRest); err != nil {
			b.Fatal(err)
		}
		if err := rig.Ask(engine.KillNode{Targets: []engine.NodeID{2}}); err != nil {
			b.Fatal(err)
		}
		if err := rig.RunFor(noticed); err != nil {
			b.Fatal(err)
		}
		if err := rig.RunUntil("healed", healLimit, atRest); err != nil {
			b.Fatal(err)
		}
	}
}
