package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rondb-tui/engine"
)

// TestSilentEngineIsSaid at every size, with LOST in its corner, and no longer
// once a sign of life has come.
func TestSilentEngineIsSaid(t *testing.T) {
	for _, size := range [][2]int{{200, 60}, {80, 24}, {60, 16}, {40, 8}, {39, 7}, {38, 6}, {38, 1}} {
		b := newBench(t, sceneCluster())
		b.resize(size[0], size[1])
		b.engine.silentSince(noon)
		b.clock = noon.Add(3 * time.Second)
		b.Update(clockMsg{})
		if strings.Contains(b.text(), "NO ANSWER") {
			t.Errorf("at %v after 3 s:\n%s", size, b.text())
		}
		b.clock = noon.Add(12 * time.Second)
		b.Update(clockMsg{})
		b.wantText("NO ANSWER", "LOST 0")
		if size[1] > 1 {
			b.wantText("12 s")
		}
		b.press("?") // a sheet does not cover it
		if size[1] > 1 {
			b.wantText("NO ANSWER")
		}
		b.press("esc")
		b.engine.silentSince(b.clock)
		b.Update(snapshotMsg{sceneCluster()})
		if strings.Contains(b.text(), "NO ANSWER") {
			t.Errorf("at %v after a sign of life:\n%s", size, b.text())
		}
	}
}

// TestSilenceIsToldByTheClock, though nothing is published and no key pressed.
func TestSilenceIsToldByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(sceneCluster())
		f.silentSince(noon)
		r := startRig(t, f, Options{}, 80, 24)
		before := r.screen()
		time.Sleep(10 * time.Second)
		r.settle()
		after := r.screen()
		r.stop()
		if strings.Contains(before, "NO ANSWER") || !strings.Contains(after, "NO ANSWER from the engine for 10 s: what is shown is old") {
			t.Errorf("before:\n%s\nafter ten seconds:\n%s", before, after)
		}
	})
}

// muteEngine lets every call run into its time limit.
type muteEngine struct{ *fakeEngine }

func (muteEngine) Submit(ctx context.Context, _ engine.Request) error {
	<-ctx.Done()
	return engine.Errorf(engine.KindTransient, "submit", 0, "%w", ctx.Err())
}

func (muteEngine) Preview(ctx context.Context, _ engine.Request) (engine.Preview, error) {
	<-ctx.Done()
	return engine.Preview{}, errors.New("rpc error: code = DeadlineExceeded")
}

// TestCallsTimeOut: an action may be tried, and says in the end that nobody
// answered; of a request it is not claimed that it was refused.
func TestCallsTimeOut(t *testing.T) {
	for _, one := range []struct {
		keys []string
		says string
	}{
		{[]string{"+"}, "no plan: no answer from the engine within 10 s"},
		{[]string{"K", "enter"}, "no answer from the engine within 10 s; whether it was done is not known"},
		{[]string{"t"}, "no answer from the engine within 10 s; whether it was done is not known"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := startRigOn(t, muteEngine{newFake(sceneCluster())}, Options{}, 120, 40)
			r.keys(one.keys...)
			time.Sleep(callTimeout)
			r.settle()
			screen := r.screen()
			r.stop()
			if !strings.Contains(screen, one.says) || strings.Contains(screen, "refused:") {
				t.Errorf("%v does not say %q:\n%s", one.keys, one.says, screen)
			}
		})
	}
}

// TestRefusedOrFailed: only what was refused is called so.
func TestRefusedOrFailed(t *testing.T) {
	for _, one := range []struct {
		err  error
		want string
	}{
		{engine.Errorf(engine.KindDenied, "kill", 1, "the guard says no"), "refused: kill 1: the guard says no"},
		{engine.Errorf(engine.KindTransient, "submit", 0, "the engine is gone"), "failed: submit: the engine is gone"},
		{noAnswerError{}, "no answer from the engine within 10 s; whether it was done is not known"},
	} {
		if got := refusalWords(one.err); got != one.want {
			t.Errorf("got %q, want %q", got, one.want)
		}
	}
}

// TestLateEngine: a console that is there before the first snapshot draws at
// once, and the snapshot as soon as it comes, also where motion is not wanted.
func TestLateEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(nil)
		r := startRig(t, f, Options{NoMotion: true}, 80, 24)
		before := r.screen()
		f.publish(sceneCluster())
		r.settle()
		after := r.screen()
		r.stop()
		if !strings.Contains(before, "waiting for the engine") || !strings.Contains(after, "LEDGER") {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}
