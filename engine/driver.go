package engine

import (
	"context"
	"time"
)

// Driver is how the engine reaches one cluster.
//
// Observe takes one look; it reports what it could not see in the nodes' Err
// instead of failing, and fails only if nothing could be seen. Do performs one
// step and returns when its effect has happened, or when an await's condition
// holds; repeating a step that already took effect succeeds and changes nothing.
// Wake is a bell with room for one ring: something changed, look again. All
// methods may be called from any goroutine.
type Driver interface {
	Observe(ctx context.Context) (Observed, error)
	Do(ctx context.Context, step Step) error
	Wake() <-chan struct{}
}

// FaultInjector is the optional capability to break things. A lease ends its
// fault by itself after the duration; it must be positive. Heal without nodes
// ends every lasting fault.
type FaultInjector interface {
	Kill(ctx context.Context, nodes []NodeID) error
	Pause(ctx context.Context, node NodeID, lease time.Duration) error
	Resume(ctx context.Context, node NodeID) error
	Isolate(ctx context.Context, node NodeID, lease time.Duration) error
	Heal(ctx context.Context, nodes []NodeID) error
}

// LogReader is the optional capability to read what the processes wrote.
type LogReader interface {
	// Logs gives lines of a node's log with a number above after, oldest first: the
	// newest `limit` of them (at most MaxLogLines). A node without a log gives
	// KindNotFound.
	Logs(ctx context.Context, node NodeID, after uint64, limit int) ([]LogLine, error)
}

// LogLine is one line of a node's log.
type LogLine struct {
	Seq      uint64 // counts the lines of its node from 1; gaps are lines gone
	At       time.Time
	Node     NodeID `json:",omitzero"`
	Severity Severity
	Text     string // as the node wrote it: foreign text
}

// Endpoint is where and how a client reaches a MySQL server. The password stays
// between the engine and who owns its socket.
type Endpoint struct {
	Node     NodeID
	Address  string `json:",omitzero"` // host:port
	User     string `json:",omitzero"`
	Password string `json:",omitzero"`
	Up       bool   `json:",omitzero"`
}
