package simdrv

import (
	"testing"
	"time"

	"rondb-tui/engine"
)

func TestAClusterStartsInTheDemoTime(t *testing.T) {
	w := boot(t, twoByTwo, Config{Seed: 1})
	if now := w.Now(); now > 2*time.Second {
		t.Errorf("the first start took %s", now)
	}
	o := w.Observe()
	if !o.Formed || !o.Serving || !o.ArbitrationReady || o.Arbitrator != 65 || o.President == 0 {
		t.Errorf("formed %v, serving %v, arbitrator %d ready %v, president %d", o.Formed, o.Serving, o.Arbitrator, o.ArbitrationReady, o.President)
	}
	if n := look(w, 3); n.Active || n.Status != engine.StatusAbsent {
		t.Errorf("the third replica is %s, active %v", n.Status, n.Active)
	}
	if _, ok := w.NextEventAt(); ok {
		w.Advance(w.Now() + time.Minute)
	}
	if at, ok := w.NextEventAt(); ok {
		t.Errorf("an idle cluster has an event at %s", at)
	}
}
