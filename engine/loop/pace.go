package loop

import "time"

// pace decides when the next look is taken: at once when something rang, but not
// sooner than observeGap after the last one; otherwise after an interval. It is
// pure, and there is never more than one look under way.
type pace struct {
	idle     time.Duration // the interval while no plan runs
	running  bool          // a plan runs
	wanted   bool          // something rang since the last look began
	required bool          // a look that begins from now on was asked for
	looking  bool
	ended    time.Time // when the last look ended; zero before the first
}

// ring notes that something changed.
func (p *pace) ring() { p.wanted = true }

// require notes that the look under way, if there is one, will not do.
func (p *pace) require() { p.wanted, p.required = true, true }

// due says when the next look may begin; false while one is under way.
func (p *pace) due() (time.Time, bool) {
	switch {
	case p.looking:
		return time.Time{}, false
	case p.wanted:
		return p.ended.Add(observeGap), true
	case p.running:
		return p.ended.Add(min(observeRunning, p.idle)), true
	}
	return p.ended.Add(p.idle), true
}

// begin notes the begin of a look.
func (p *pace) begin() { p.looking, p.wanted, p.required = true, false, false }

// end notes its end and says whether it was stale: asked for again meanwhile.
func (p *pace) end(now time.Time) (stale bool) {
	p.looking, p.ended = false, now
	return p.required
}
