package simdrv

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// listener is a front that only keeps count.
type listener struct {
	calls []string
	delay time.Duration
	err   error
}

func (l *listener) Open(_ context.Context, server engine.NodeID) (string, error) {
	time.Sleep(l.delay)
	l.calls = append(l.calls, "open "+server.String())
	return "127.0.0.1:" + server.String(), l.err
}

func (l *listener) Kill(server engine.NodeID) { l.calls = append(l.calls, "kill "+server.String()) }

// driven runs a driver over a fresh world of one management server and a
// 1×2 cluster, without MySQL servers, in a bubble.
func driven(t *testing.T, opts Options, test func(t *testing.T, d *Driver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := oneByTwo
		s.mysql = 0
		d := NewDriver(boot(t, s, Config{Seed: 1}), opts)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		test(t, d)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func do(t *testing.T, d *Driver, action engine.Action) {
	t.Helper()
	if err := d.Do(t.Context(), engine.Step{Action: action}); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
}

// TestAMySQLServerIsStartedOnceItsPortIsOpen follows a server through open, kill
// and open again.
func TestAMySQLServerIsStartedOnceItsPortIsOpen(t *testing.T) {
	front := &listener{delay: 100 * time.Millisecond}
	driven(t, Options{Front: front}, func(t *testing.T, d *Driver) {
		server, began := slot(d.w, 67), time.Now()
		do(t, d, engine.CreateNode{Slot: server})
		do(t, d, engine.StartNode{Slot: server})
		do(t, d, engine.AwaitStarted{Slot: server})
		if took := time.Since(began); took < 390*time.Millisecond || took > 600*time.Millisecond {
			t.Errorf("the start took %s", took)
		}
		if n := look(d.w, 67); n.Address != "127.0.0.1:67" || n.Incarnation != 1 {
			t.Errorf("address %q, incarnation %d", n.Address, n.Incarnation)
		}
		if err := d.Kill(t.Context(), []engine.NodeID{67}); err != nil {
			t.Fatal(err)
		}
		if n := look(d.w, 67); n.Status != engine.StatusDead || n.Address != "" {
			t.Errorf("%s at %q", n.Status, n.Address)
		}
		if !slices.Equal(front.calls, []string{"open 67", "kill 67"}) {
			t.Errorf("the front was called %v", front.calls)
		}
		do(t, d, engine.StartNode{Slot: server})
		time.Sleep(450 * time.Millisecond) // its port is being opened
		do(t, d, engine.StopNode{Slot: server})
		do(t, d, engine.AwaitDown{Slot: server})
		time.Sleep(time.Second)
		if !slices.Equal(front.calls, []string{"open 67", "kill 67", "open 67", "kill 67"}) {
			t.Errorf("the front was called %v", front.calls)
		}
	})
}

// TestALateAnswerOfTheFrontIsForAnOlderProcess: the server is killed and started
// again while its first port is still being opened.
func TestALateAnswerOfTheFrontIsForAnOlderProcess(t *testing.T) {
	front := &listener{delay: time.Second}
	driven(t, Options{Front: front}, func(t *testing.T, d *Driver) {
		server := slot(d.w, 67)
		do(t, d, engine.CreateNode{Slot: server})
		do(t, d, engine.StartNode{Slot: server})
		time.Sleep(500 * time.Millisecond) // its port is being opened
		if err := d.w.Kill(67); err != nil {
			t.Fatal(err)
		}
		order(t, d.w, engine.StartNode{Slot: server})
		time.Sleep(time.Second) // the first answer is there
		if n := look(d.w, 67); n.Status != engine.StatusStarting {
			t.Errorf("the second process is %s by the answer to the first", n.Status)
		}
		do(t, d, engine.AwaitStarted{Slot: server})
		if !slices.Equal(front.calls, []string{"open 67", "kill 67", "open 67"}) {
			t.Errorf("the front was called %v", front.calls)
		}
	})
}

func TestAPortThatCannotBeOpenedEndsTheServer(t *testing.T) {
	front := &listener{err: errors.New("address already in use")}
	driven(t, Options{Front: front}, func(t *testing.T, d *Driver) {
		server := slot(d.w, 67)
		do(t, d, engine.CreateNode{Slot: server})
		do(t, d, engine.StartNode{Slot: server})
		err := d.Do(t.Context(), engine.Step{Action: engine.AwaitStarted{Slot: server}})
		if engine.KindOf(err) != engine.KindConflict || !strings.Contains(err.Error(), "already in use") {
			t.Errorf("got %v", err)
		}
	})
}

// TestAnAwaitEndsAsSoonAsItCannotHold kills what is waited for.
func TestAnAwaitEndsAsSoonAsItCannotHold(t *testing.T) {
	driven(t, Options{}, func(t *testing.T, d *Driver) {
		if err := d.Kill(t.Context(), []engine.NodeID{2}); err != nil {
			t.Fatal(err)
		}
		node := slot(d.w, 2)
		do(t, d, engine.AwaitFailureHandled{Slot: node})
		do(t, d, engine.StartNode{Slot: node})
		ended := make(chan error, 1)
		go func() { ended <- d.Do(t.Context(), engine.Step{Action: engine.AwaitStarted{Slot: node}}) }()
		time.Sleep(500 * time.Millisecond)
		if err := d.Kill(t.Context(), []engine.NodeID{2}); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; engine.KindOf(err) != engine.KindConflict {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnAwaitEndsWithItsContext(t *testing.T) {
	driven(t, Options{}, func(t *testing.T, d *Driver) {
		if err := d.Pause(t.Context(), 2, time.Minute); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := d.Do(ctx, engine.Step{Action: engine.AwaitStarted{Slot: slot(d.w, 2)}})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheBellRingsAndEachEventIsToldOnce(t *testing.T) {
	driven(t, Options{}, func(t *testing.T, d *Driver) {
		if _, err := d.Observe(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case <-d.Wake():
		default:
		}
		if err := d.Kill(t.Context(), []engine.NodeID{2}); err != nil {
			t.Fatal(err)
		}
		<-d.Wake()
		time.Sleep(time.Second)
		o, err := d.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range o.Events {
			if e.Actor != engine.ActorNode || i > 0 && e.Seq != o.Events[i-1].Seq+1 {
				t.Errorf("event %d: %+v", i, e)
			}
		}
		for _, text := range []string{"Node 2: Node shutdown completed. Initiated by signal 9.", "Node 1: Node 2 Disconnected", "Node 1: Arbitration won - positive reply from node 65"} {
			if !slices.ContainsFunc(o.Events, func(e engine.Event) bool { return e.Text == text }) {
				t.Errorf("no event says %q", text)
			}
		}
		if o, err := d.Observe(t.Context()); err != nil || len(o.Events) > 0 {
			t.Errorf("%d events are told again (%v)", len(o.Events), err)
		}
	})
}

func TestSpeedScalesTime(t *testing.T) {
	driven(t, Options{Speed: 4}, func(t *testing.T, d *Driver) {
		server, began := slot(d.w, 67), time.Now()
		do(t, d, engine.CreateNode{Slot: server})
		do(t, d, engine.StartNode{Slot: server})
		do(t, d, engine.AwaitStarted{Slot: server})
		profile := d.w.profile
		want := (profile.Allocate + profile.ServerStart) / 4
		if took := time.Since(began); took < want || took > want+time.Millisecond {
			t.Errorf("took %s, want %s", took, want)
		}
		if o, _ := d.Observe(t.Context()); o.At.After(time.Now()) || time.Since(o.At) > time.Second {
			t.Errorf("the observation is stamped %s at %s", o.At, time.Now())
		}
	})
}

// TestAnIdleClusterSleeps: heartbeats, checkpoints and the arbitrator of a healthy
// cluster cost nothing, so the driver's Run has nothing to wake for.
func TestAnIdleClusterSleeps(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	w.Advance(w.Now() + 10*time.Second)
	if at, ok := w.NextEventAt(); ok {
		t.Errorf("something is due in %s", at-w.Now())
	}
	before := w.eventSeq
	w.Advance(w.Now() + time.Hour)
	if w.eventSeq != before {
		t.Errorf("%d events in an idle hour", w.eventSeq-before)
	}
}
