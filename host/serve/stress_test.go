package serve_test

import (
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
)

// TestTenThousandEventsASecond: for a second, a publisher makes 10 000 events and
// a new state with each of them; a console that draws at 30 frames a second, a
// reader of all events and a reader that is late each see all they should.
func TestTenThousandEventsASecond(t *testing.T) {
	const events, length = 10_000, time.Second
	r := run(t)
	console, late := r.follow(), r.follow()
	var told seen
	read := make(chan error)
	go func() { read <- r.dial().Events(t.Context(), 0, true, told.take(events)) }()
	eventually(t, "all three listen", func() bool { return r.listeners() == 3 })

	frames := make(chan int)
	go func() { frames <- watch(t, console, events) }()
	begun := time.Now()
	for made := 0; made < events; {
		due := min(events, int(time.Since(begun)*events/length)) // as many as the clock says, one state each
		for ; made < due; made++ {
			r.publish(1)
		}
		pause := time.NewTimer(time.Millisecond)
		<-pause.C
	}
	last := r.Latest()

	drawn := <-frames
	if drawn < 10 {
		t.Errorf("the console drew %d frames", drawn)
	}
	if err := <-read; err != errEnough || told != (seen{first: 1, last: events, count: events}) { //nolint:errorlint // as given
		t.Errorf("the reader of events: %+v, %v", told, err)
	}
	s := until(t, late, "the late one has the last state", func(s *engine.Snapshot) bool { return s.Rev == last.Rev })
	numbered(t, s)
	t.Logf("%d events in %v, %d frames", events, time.Since(begun).Round(time.Millisecond), drawn)
}

// watch is a console: it waits for the bell, takes the newest and draws for 33
// ms. It checks that revisions rise, that no event is lost between two frames,
// and returns once it has seen the last event.
func watch(t *testing.T, c *control.Client, until uint64) (frames int) {
	t.Helper()
	var rev, seq uint64
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for seq < until {
		select {
		case <-c.Changed():
		case <-limit.C:
			t.Errorf("the console waits at revision %d, event %d", rev, seq)
			return frames
		}
		s := c.Latest()
		if s.Rev < rev || s.Cluster.Revision != engine.Revision(s.Rev) {
			t.Errorf("revision %d (%d) after %d", s.Rev, s.Cluster.Revision, rev)
		}
		rev = s.Rev
		numbered(t, s)
		if events := s.Cluster.Events; len(events) > 0 {
			if oldest := events[0].Seq; oldest > seq+1 {
				t.Errorf("events %d to %d are lost", seq+1, oldest-1)
			}
			if seq = events[len(events)-1].Seq; rev != seq+1 { // each event came with a state
				t.Errorf("revision %d with event %d", rev, seq)
			}
		}
		frames++
		draw := time.NewTimer(33 * time.Millisecond)
		<-draw.C
	}
	return frames
}
