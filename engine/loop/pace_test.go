package loop

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	p := pace{idle: 2 * time.Second}
	due := func(what string, want time.Time) {
		t.Helper()
		if got, ok := p.due(); !ok || !got.Equal(want) {
			t.Errorf("%s: due %s (%v), want %s", what, got, ok, want)
		}
	}
	p.begin()
	if _, ok := p.due(); ok {
		t.Error("a look is due while one is under way")
	}
	if p.end(at) {
		t.Error("stale although nobody asked again")
	}
	due("idle", at.Add(2*time.Second))
	p.running = true
	due("running", at.Add(250*time.Millisecond))
	p.ring()
	due("rung", at.Add(20*time.Millisecond))

	p.begin()
	p.ring()
	if p.end(at) {
		t.Error("a bell alone makes a look stale")
	}
	due("rung during the look", at.Add(20*time.Millisecond))
	p.begin()
	p.require()
	if !p.end(at) {
		t.Error("the look began before one was required, and is not stale")
	}
	due("required during the look", at.Add(20*time.Millisecond))
	p.begin()
	if p.end(at) {
		t.Error("the look that was required is stale")
	}
}
