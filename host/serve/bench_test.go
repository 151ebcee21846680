package serve_test

import (
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
)

// BenchmarkSnapshotOverSocket is one snapshot of 12 nodes with one event, from
// publish to being seen by a client. The gap between two messages of a stream is
// not part of it: each snapshot goes through a stream that is at rest.
func BenchmarkSnapshotOverSocket(b *testing.B) {
	r := run(b)
	c := r.follow()
	<-c.Changed()
	for b.Loop() {
		b.StopTimer()
		rest := c.Heard()
		eventually(b, "the gap is over", func() bool { return time.Since(rest) > 32*time.Millisecond })
		b.StartTimer()
		rev := r.publish(1)
		for c.Latest().Rev < rev {
			<-c.Changed()
		}
	}
}

// BenchmarkHelloAndStatus is what a status command costs on the socket: dial,
// hello, first snapshot with 2 000 events, close.
func BenchmarkHelloAndStatus(b *testing.B) {
	r := run(b)
	r.publish(engine.MaxRecentEvents)
	for b.Loop() {
		c, err := control.Dial(b.Context(), r.socket)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Follow(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
