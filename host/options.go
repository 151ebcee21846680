package host

import (
	"time"

	"rondb-tui/engine"
)

// Options say which cluster a host runs and with what load.
type Options struct {
	Name     engine.ClusterName // required
	Spec     engine.Spec        // required; legal
	Notices  []engine.Notice
	Seed     uint64  // of the simulated world; 0 draws one
	Speed    float64 // of simulated time; 0 means 1
	Workload string  // "bank", "kv" or "none"
	Rate     int     // operations per second, intended
	Clients  int
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
