package mgm_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

// clock counts the waits, which take no time.
type clock struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (c *clock) Now() time.Time { return time.Unix(1000, 0) }

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.waits = append(c.waits, d)
	c.mu.Unlock()
	return ctx.Err()
}

func next(t *testing.T, s *mgm.Stream) mgm.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	e, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAStreamTellsWhatItsFilterLetsThrough(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	s, err := mgm.Listen(t.Context(), c.Address(), mgm.Filter{{mgm.CategoryBackup, 15}, {mgm.CategoryStartup, 4}}, mgm.Options{Clock: &clock{}})
	if err != nil {
		t.Fatal(err)
	}
	server.Cluster().SetState(2, mgm.ShuttingDown, 1) // STARTUP 1
	server.Cluster().Kill(2)                          // CONNECTION and NODERESTART, and STARTUP 1 since it was stopping
	if _, err := c.StartBackup(t.Context(), mgm.BackupOptions{ID: 9}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 4 {
		e := next(t, s)
		got = append(got, e.Type.String())
		if !e.At.Equal(time.Unix(1000, 0)) {
			t.Errorf("it came at %v", e.At)
		}
	}
	if want := "NDBStopStarted NDBStopCompleted BackupStarted BackupCompleted"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if s.Missed() != 0 {
		t.Errorf("missed %d", s.Missed())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	_, err = s.Next(t.Context())
	wantCode(t, err, mgm.KindClosed, 0)
}

func TestAStreamThatIsNotReadLosesEventsAndSaysSo(t *testing.T) {
	near, far := pipe(t)
	const sent = mgm.MaxQueue + 10
	go func() {
		if readRequest(far) != nil {
			return
		}
		_, _ = far.Write([]byte("listen event\nresult: 0\n\n"))
		one := mgm.AppendEvent(nil, mgm.Event{Type: mgm.EventConnected, Source: 1, Body: &mgm.Connection{Node: 2}})
		for range sent {
			_, _ = far.Write(one)
		}
		_ = far.Close()
	}()
	s, err := mgm.Listen(t.Context(), "pipe", mgm.DefaultFilter(), mgm.Options{Dial: mgm.DialTo(near)})
	if err != nil {
		t.Fatal(err)
	}
	<-s.Ended()
	got := 0
	for {
		if _, err = s.Next(t.Context()); err != nil {
			break
		}
		got++
	}
	if got != mgm.MaxQueue || s.Missed() != sent-mgm.MaxQueue {
		t.Errorf("%d events, %d missed", got, s.Missed())
	}
	wantCode(t, err, mgm.KindLost, 0)
}

// TestSilenceEndsAStream: in a bubble, where ten seconds take no time.
func TestSilenceEndsAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go func() {
			if readRequest(far) != nil {
				return
			}
			_, _ = far.Write([]byte("listen event\nresult: 0\n\n"))
			for range 100 {
				time.Sleep(500 * time.Millisecond)
				_, _ = far.Write([]byte("<PING>\n"))
			}
		}()
		s, err := mgm.Listen(t.Context(), "pipe", mgm.DefaultFilter(), mgm.Options{Dial: mgm.DialTo(near)})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, err = s.Next(t.Context())
		wantCode(t, err, mgm.KindTimeout, 0)
		if lasted := time.Since(begin); lasted != 50*time.Second+mgm.DefaultSilence || s.Pings() != 100 {
			t.Errorf("it ended after %v and %d pings", lasted, s.Pings())
		}
		_ = s.Close()
	})
}

func TestGarbageEndsAStream(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	s, err := mgm.Listen(t.Context(), c.Address(), mgm.DefaultFilter(), mgm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	server.SetFaults(mgmtest.Faults{Only: "event", Garbage: true})
	server.Cluster().Kill(2)
	_, err = s.Next(t.Context())
	wantCode(t, err, mgm.KindProtocol, 0)
}

// TestFollowGoesOnAtTheNextServer: through servers that are gone, and one that
// hangs up in the middle of an event. The pauses begin anew once one was heard.
func TestFollowGoesOnAtTheNextServer(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	waits := &clock{}
	enough := errors.New("enough")
	say := func(text string) {
		server.Cluster().Emit(mgm.Event{Type: mgm.EventInfo, Source: 1, Body: mgm.NewMessage(text)})
	}
	var told []string
	const nobody = "127.0.0.1:1"
	err := mgm.Follow(t.Context(), []string{nobody, nobody, c.Address()}, mgm.DefaultFilter(), mgm.Options{Clock: waits}, func(u mgm.Update) error {
		switch u.Kind {
		case mgm.Cut:
			kind, _ := mgm.KindOf(u.Err)
			told = append(told, "cut "+kind.String())
		case mgm.Subscribed:
			told = append(told, "subscribed")
			if u.Server != c.Address() {
				t.Errorf("subscribed at %s", u.Server)
			}
			say("hello")
		case mgm.Happened:
			told = append(told, u.Event.Body.(*mgm.Message).Text())
			if len(told) > 4 {
				return enough
			}
			server.SetFaults(mgmtest.Faults{Only: "event", Half: true, Times: 1})
			say("half of it")
		default:
			t.Errorf("told %+v", u)
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("it ended with %v", err)
	}
	want := []string{"cut lost", "cut lost", "subscribed", "hello", "cut lost", "cut lost", "cut lost", "subscribed", "hello"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q\nwant %q", told, want)
	}
	const s = time.Second
	if pauses := []time.Duration{s / 2, s, s / 2, s, 2 * s}; !slices.Equal(waits.waits, pauses) {
		t.Errorf("waits %v, want %v", waits.waits, pauses)
	}
}

func TestFollowPausesLongerAndLonger(t *testing.T) {
	waits := &clock{}
	enough := errors.New("enough")
	cuts := 0
	err := mgm.Follow(t.Context(), []string{"127.0.0.1:1"}, mgm.DefaultFilter(), mgm.Options{Clock: waits}, func(mgm.Update) error {
		if cuts++; cuts == 8 {
			return enough
		}
		return nil
	})
	const s = time.Second
	want := []time.Duration{s / 2, s, 2 * s, 4 * s, 8 * s, 15 * s, 15 * s}
	if !errors.Is(err, enough) || !slices.Equal(waits.waits, want) {
		t.Errorf("%v; waits %v, want %v", err, waits.waits, want)
	}
}

func TestFollowEndsWithItsContextOrAFilterThatIsRefused(t *testing.T) {
	_, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	ctx, cancel := context.WithCancel(t.Context())
	err := mgm.Follow(ctx, []string{c.Address()}, mgm.DefaultFilter(), mgm.Options{}, func(mgm.Update) error {
		cancel()
		return nil
	})
	if err != nil {
		t.Errorf("its context ended, and it says %v", err)
	}
	err = mgm.Follow(t.Context(), []string{c.Address()}, mgm.Filter{{7, 7}}, mgm.Options{}, func(u mgm.Update) error {
		t.Errorf("told %+v", u)
		return nil
	})
	wantCode(t, err, mgm.KindRefused, 0)
	wantCode(t, mgm.Follow(t.Context(), nil, nil, mgm.Options{}, nil), mgm.KindInvalid, 0)
}

// TestFollowedStatesAreTheServers: whatever the cluster does, status and events
// lead to what the server shows.
func TestFollowedStatesAreTheServers(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 2, 2, 2))
	enough := errors.New("enough")
	states := mgm.NewStates()
	moves := []func(*mgmtest.Cluster){
		func(k *mgmtest.Cluster) { k.Kill(2) },
		func(k *mgmtest.Cluster) { k.SetState(2, mgm.Starting, 5) },
		func(k *mgmtest.Cluster) { k.Crash(4, 2341) },
		func(k *mgmtest.Cluster) { k.SetState(2, mgm.Started, 0) },
		func(k *mgmtest.Cluster) { k.Kill(67) },
		func(k *mgmtest.Cluster) { k.SetState(67, mgm.Connected, 0) },
		func(k *mgmtest.Cluster) { k.SetState(1, mgm.ShuttingDown, 1) },
	}
	const last = "that was all"
	filter := mgm.Filter{
		{mgm.CategoryConnection, 15}, {mgm.CategoryStartup, 15}, {mgm.CategoryNodeRestart, 15}, {mgm.CategoryInfo, 15},
	}
	err := mgm.Follow(t.Context(), []string{c.Address()}, filter, mgm.Options{}, func(u mgm.Update) error {
		switch u.Kind {
		case mgm.Subscribed:
			states.Observe(must[[]mgm.NodeStatus](t)(c.Status(t.Context())))
			for _, move := range moves {
				move(server.Cluster())
			}
			server.Cluster().Emit(mgm.Event{Type: mgm.EventInfo, Source: 1, Body: mgm.NewMessage(last)})
		case mgm.Happened:
			states.Fold(u.Event)
			if m, ok := u.Event.Body.(*mgm.Message); ok && m.Text() == last {
				return enough
			}
		default:
			t.Errorf("told %+v", u)
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	for _, n := range server.Cluster().Status() {
		if got, _ := states.Node(n.ID); got.State != n.State || got.Phase != n.Phase {
			t.Errorf("node %d: %s %d, the server has %s %d", n.ID, got.State, got.Phase, n.State, n.Phase)
		}
	}
	if n, _ := states.Node(4); n.Exit.Error != 2341 || n.Failure != mgm.FailureHandled {
		t.Errorf("node 4: %+v", n)
	}
	if !states.Arbitrator().Ready || states.President() != 1 {
		t.Errorf("arbitrator %+v, president %d", states.Arbitrator(), states.President())
	}
}
