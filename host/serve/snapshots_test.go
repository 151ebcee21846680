package serve_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
)

func TestHelloSaysWhoServes(t *testing.T) {
	info := run(t).dial().Info()
	if want := (control.Info{Cluster: "demo", Driver: "sim", Version: "1.2.3", PID: 4711, Since: since()}); !info.Since.Equal(want.Since) {
		t.Errorf("since %v", info.Since)
	} else if info.Since = want.Since; info != want {
		t.Errorf("%+v", info)
	}
}

func TestTheFirstSnapshotComesAtOnceAndWhole(t *testing.T) {
	r := run(t)
	rev := r.publish(engine.MaxRecentEvents + 500)
	c := r.dial()
	if c.Latest() != nil {
		t.Error("a snapshot before Follow")
	}
	if err := c.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := c.Latest()
	if s.Rev != rev || len(s.Cluster.Observed.Nodes) != 12 || len(s.Cluster.Events) != engine.MaxRecentEvents {
		t.Errorf("revision %d, %d nodes, %d events", s.Rev, len(s.Cluster.Observed.Nodes), len(s.Cluster.Events))
	}
	if last := s.Cluster.Events[len(s.Cluster.Events)-1]; last.Seq != engine.MaxRecentEvents+500 || last.Text != "event 2500" {
		t.Errorf("the last event is %+v", last)
	}
	if err := c.Follow(t.Context()); err != nil { // again is the same
		t.Error(err)
	}
}

func TestEventsAreMergedAndOldSnapshotsStay(t *testing.T) {
	r := run(t)
	r.publish(3)
	c := r.follow()
	old := c.Latest()
	for range 20 {
		rev := r.publish(250)
		s := until(t, c, "the next snapshot is there", func(s *engine.Snapshot) bool { return s.Rev == rev })
		numbered(t, s)
	}
	if len(old.Cluster.Events) != 3 || old.Cluster.Events[2].Seq != 3 {
		t.Errorf("a snapshot that was given away changed: %v", old.Cluster.Events)
	}
	rev := r.publish(3*engine.MaxRecentEvents + 7) // more than anybody keeps
	s := until(t, c, "the burst is there", func(s *engine.Snapshot) bool { return s.Rev == rev })
	numbered(t, s)
	if len(s.Cluster.Events) != engine.MaxRecentEvents {
		t.Errorf("%d events", len(s.Cluster.Events))
	}
}

func TestOnlyNewEventsAreSent(t *testing.T) {
	r := run(t)
	r.publish(100)
	stream := r.raw(control.Protocol).snapshots(t.Context())
	for _, step := range []struct{ want, next int }{{100, 0}, {0, 3}, {3, 0}} {
		message, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(message.GetEvents()), "event "); got != step.want {
			t.Errorf("%d events came, not %d", got, step.want)
		}
		r.publish(step.next)
	}
}

// numbered checks that the events have no gaps and end with the newest.
func numbered(t testing.TB, s *engine.Snapshot) {
	t.Helper()
	events := s.Cluster.Events
	for i := 1; i < len(events); i++ {
		if events[i].Seq != events[i-1].Seq+1 {
			t.Fatalf("event %d follows event %d", events[i].Seq, events[i-1].Seq)
		}
	}
}

func TestSignsOfLifeComeWithoutNews(t *testing.T) {
	t.Parallel()
	c := run(t).follow()
	first, rev := c.Heard(), c.Latest().Rev
	<-c.Changed()
	eventually(t, "a second sign of life comes", func() bool { return c.Heard().Sub(first) > 1500*time.Millisecond })
	select {
	case <-c.Changed():
		t.Error("a sign of life rang the bell")
	default:
	}
	if c.Latest().Rev != rev {
		t.Error("a sign of life changed the state")
	}
}

// TestASlowReaderGetsTheNewest: a reader that does not read blocks neither the
// engine nor the others; it misses snapshots, not the newest.
func TestASlowReaderGetsTheNewest(t *testing.T) {
	t.Parallel()
	r := run(t)
	slow := r.raw(control.Protocol)
	stream := slow.snapshots(t.Context())
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	fast := r.follow()
	var rev uint64
	for range 40 {
		rev = r.publish(engine.MaxRecentEvents) // some 150 kB each: soon more than the connection holds
		until(t, fast, "the fast reader has it", func(s *engine.Snapshot) bool { return s.Rev == rev })
	}
	got := 0
	for last := uint64(0); last != rev; got++ {
		message, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if len(message.GetSnapshot()) == 0 {
			continue
		}
		now := revOf(t, message.GetSnapshot())
		if now <= last {
			t.Fatalf("revision %d after %d", now, last)
		}
		last = now
	}
	if got >= 40 {
		t.Errorf("the slow reader got %d messages: none was left out", got)
	}
}

func TestSnapshotsComeAtMostEveryThirtyMilliseconds(t *testing.T) {
	t.Parallel()
	r := run(t)
	stream := r.raw(control.Protocol).snapshots(t.Context())
	stop := make(chan struct{})
	published := make(chan struct{})
	go func() {
		defer close(published)
		for {
			select {
			case <-stop:
				return
			default:
				r.publish(1)
			}
		}
	}()
	begun, count := time.Now(), 0
	for time.Since(begun) < 500*time.Millisecond {
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
		count++
	}
	close(stop)
	<-published
	if most := int(time.Since(begun)/(25*time.Millisecond)) + 1; count > most {
		t.Errorf("%d messages in %v, at most %d", count, time.Since(begun), most)
	}
}

func TestOnly64StreamsAtOnce(t *testing.T) {
	r := run(t)
	for range 16 { // 64 of three kinds, over several connections
		r.write(1, 1)
		c := r.dial()
		if err := c.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		raw := r.raw(control.Protocol)
		for range 3 {
			if _, err := raw.snapshots(t.Context()).Recv(); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := r.dial()
	err := c.Follow(t.Context())
	if engine.KindOf(err) != engine.KindTransient || !strings.Contains(err.Error(), "64 consoles and commands") {
		t.Errorf("the 65th stream: %v", err)
	}
	if errors.Is(err, control.ErrLost) {
		t.Errorf("the connection is whole: %v", err)
	}
	if err := c.Events(t.Context(), 0, false, func([]engine.Event, uint64) error { return nil }); engine.KindOf(err) != engine.KindTransient {
		t.Errorf("events: %v", err)
	}
	if _, err := c.Endpoints(t.Context()); err != nil {
		t.Errorf("calls are not streams: %v", err)
	}
}

func TestAPlaceIsFreeOnceAStreamEnds(t *testing.T) {
	r := run(t)
	for range 70 {
		ctx, cancel := context.WithCancel(t.Context())
		c, err := control.Dial(ctx, r.socket)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Follow(ctx); err != nil {
			t.Fatal(err)
		}
		cancel() // the context of Dial and Follow is for them alone
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Ended(t.Context()); !errors.Is(err, control.ErrClosed) {
			t.Fatalf("ended: %v", err)
		}
	}
	eventually(t, "nobody listens", func() bool { return r.listeners() == 0 })
}
