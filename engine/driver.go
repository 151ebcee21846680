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
// fault by itself after the duration; it must be positive.
type FaultInjector interface {
	Kill(ctx context.Context, nodes []NodeID) error
	Pause(ctx context.Context, node NodeID, lease time.Duration) error
	Resume(ctx context.Context, node NodeID) error
	Isolate(ctx context.Context, node NodeID, lease time.Duration) error
	Heal(ctx context.Context) error
}
