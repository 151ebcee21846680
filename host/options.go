package host

import (
	"log/slog"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
)

// Options say which cluster a host runs, with what load, and what is known of it
// from an earlier engine.
type Options struct {
	Name     engine.ClusterName // required
	Seed     uint64             // of the simulated world; 0 draws one
	Speed    float64            // of simulated time; 0 means 1
	Workload string             // "bank", "kv" or "none"
	Rate     int                // operations per second, intended
	Clients  int

	// Spec is the desired state to begin with; it must be legal. Nil goes on with
	// the one in State. Source says where it came from.
	Spec   *engine.Spec
	Source string
	// State is what the journal says. The zero State is a new cluster.
	State   loop.State
	Journal loop.Journal // nil keeps it in memory

	// LastEvent is the number of the newest event of an earlier engine.
	LastEvent uint64
	// Record is handed the newest events before each snapshot; it may get events
	// again. Nil records nothing. Calls do not overlap.
	Record func([]engine.Event)
	Log    *slog.Logger // nil says nothing
}

// Intervals and limits of a host.
const (
	// publishEvery is how often the figures of a running load are published.
	publishEvery = 250 * time.Millisecond
	// publishGap is the shortest time between two snapshots: one frame.
	publishGap = 30 * time.Millisecond
	// checkEvery is the pause between two tries of the readiness check.
	checkEvery = 100 * time.Millisecond
	// checkLimit bounds one try of the readiness check.
	checkLimit = 10 * time.Second
	// auditLimit bounds the last audit of the ledger.
	auditLimit = 30 * time.Second
)

// sqlUser is who the load and the printed addresses log in as. The simulated
// MySQL servers listen on the loopback interface only and ask for no password.
const sqlUser = "root"
