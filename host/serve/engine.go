package serve

import (
	"context"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
)

// Engine is what the control socket needs of an engine. All methods may be called
// from any goroutine.
type Engine interface {
	Submit(ctx context.Context, request engine.Request) error
	Preview(ctx context.Context, request engine.Request) (engine.Preview, error)
	// Latest is the newest snapshot. It never blocks; nil before the first.
	Latest() *engine.Snapshot
	// Listen gives a bell with room for one ring, which rings after each new
	// snapshot, until stop.
	Listen() (bell <-chan struct{}, stop func())
	// Logs gives the newest lines with a number above after, as engine.LogReader.
	Logs(ctx context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error)
	Endpoints() []engine.Endpoint
	// End audits the ledger and gives the last snapshot. What ends Run's context
	// afterwards is the caller of Run: the reply is still sent.
	End(ctx context.Context) (*engine.Snapshot, error)
}

// Recorder is what an Engine may be as well: one that knows events which are no
// longer in its snapshots.
type Recorder interface {
	// Recorded gives the events with a number above after that it still knows,
	// oldest first; with an error, those it could read. It is bounded in size.
	Recorded(after uint64) ([]engine.Event, error)
}

// Info says who serves.
type Info = control.Info

// Limits of the server.
const (
	maxStreams  = 64      // at once, of all clients
	maxCalls    = 128     // at once, of one client
	maxBatch    = 1 << 20 // bytes of events or log lines in one message, about
	callLimit   = 30 * time.Second
	endLimit    = 60 * time.Second
	grace       = 2 * time.Second // for calls and readers when the engine ends
	signOfLife  = time.Second
	snapshotGap = 20 * time.Millisecond  // between two messages of a stream
	logPoll     = 200 * time.Millisecond // between two looks at a log that is followed
)
