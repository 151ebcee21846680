package serve_test

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
)

func TestAnEndInOrder(t *testing.T) {
	r := run(t)
	clients := []*control.Client{r.follow(), r.follow(), r.follow()}
	idle := r.dial()
	rev := r.publish(3)
	begun := time.Now()
	r.end()
	if took := time.Since(begun); took > time.Second {
		t.Errorf("the end took %v", took)
	}
	for _, c := range clients {
		err := c.Ended(t.Context())
		if !errors.Is(err, control.ErrEnded) || errors.Is(err, control.ErrLost) || engine.KindOf(err) != engine.KindTerminal {
			t.Errorf("ended: %v", err)
		}
		if c.Latest().Rev != rev {
			t.Errorf("the last state seen is %d, not %d", c.Latest().Rev, rev)
		}
	}
	if err := idle.Submit(t.Context(), engine.Request{Intent: engine.Undo{}}); !errors.Is(err, control.ErrLost) || engine.KindOf(err) != engine.KindTransient {
		t.Errorf("a call after the end: %v", err)
	}
	if err := idle.Follow(t.Context()); !errors.Is(err, control.ErrLost) {
		t.Errorf("follow after the end: %v", err)
	}
	if _, err := os.Lstat(r.socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is there: %v", err)
	}
	if _, err := control.Dial(t.Context(), r.socket); engine.KindOf(err) != engine.KindNotFound {
		t.Errorf("dial after the end: %v", err)
	}
}

// TestTheReplyToEndIsSent: the engine ends before the reply is under way.
func TestTheReplyToEndIsSent(t *testing.T) {
	r := run(t)
	c := r.follow()
	ended := make(chan struct{})
	r.fake.end = func(context.Context) (*engine.Snapshot, error) {
		go func() {
			r.end()
			close(ended)
		}()
		eventually(t, "the streams have ended", func() bool { return r.listeners() == 0 })
		return r.Latest(), nil
	}
	last, err := c.End(t.Context())
	if err != nil || last.Rev != r.Latest().Rev {
		t.Errorf("%v, %v", last, err)
	}
	if err := c.Ended(t.Context()); !errors.Is(err, control.ErrEnded) {
		t.Error(err)
	}
	<-ended
}

// TestWhatHangsIsCut: neither a call nor a reader that does not read can hold up
// the end.
func TestWhatHangsIsCut(t *testing.T) {
	t.Parallel()
	r := run(t)
	reached := make(chan struct{})
	var returned atomic.Bool
	r.submit = func(ctx context.Context, _ engine.Request) error {
		close(reached)
		<-ctx.Done()
		last := time.NewTimer(50 * time.Millisecond)
		<-last.C
		returned.Store(true)
		return ctx.Err()
	}
	stream := r.raw(control.Protocol).snapshots(t.Context())
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	c := r.follow()
	for range 20 { // fill the connection of the reader who does not read
		rev := r.publish(engine.MaxRecentEvents)
		until(t, c, "it is there", func(s *engine.Snapshot) bool { return s.Rev == rev })
	}
	answer := make(chan error)
	go func() { answer <- c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}}) }()
	<-reached
	begun := time.Now()
	r.end()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	if !returned.Load() {
		t.Error("a call still runs")
	}
	if err := <-answer; engine.KindOf(err) != engine.KindTransient {
		t.Errorf("the call that was cut: %v", err)
	}
	if err := c.Ended(t.Context()); !errors.Is(err, control.ErrEnded) {
		t.Errorf("the reader that reads: %v", err)
	}
}

func TestALostConnection(t *testing.T) {
	r := run(t)
	path, cut := relay(t, r.socket)
	c := dial(t, path)
	if err := c.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	cut()
	err := c.Ended(t.Context())
	if !errors.Is(err, control.ErrLost) || errors.Is(err, control.ErrEnded) || engine.KindOf(err) != engine.KindTransient {
		t.Errorf("ended: %v", err)
	}
	if c.Latest() == nil || c.Heard().IsZero() {
		t.Error("the last state is gone")
	}
	if err := c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}}); !errors.Is(err, control.ErrLost) {
		t.Errorf("a call after the loss: %v", err) // it does not connect anew
	}
	eventually(t, "the server noticed", func() bool { return r.listeners() == 0 })
}

// relay passes everything on to a socket until it is cut.
func relay(t *testing.T, to string) (path string, cut func()) {
	t.Helper()
	path = socketPath(t)
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var group sync.WaitGroup
	copyTo := func(to, from net.Conn) {
		b := make([]byte, 4096)
		for {
			n, err := from.Read(b)
			if err != nil {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
	}
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", to)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			open = append(open, client, server)
			mu.Unlock()
			group.Go(func() { copyTo(server, client) })
			group.Go(func() { copyTo(client, server) })
		}
	})
	cut = sync.OnceFunc(func() {
		_ = listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range open {
			_ = c.Close()
		}
	})
	t.Cleanup(func() {
		cut()
		group.Wait()
	})
	return path, cut
}
