package workload

import (
	"slices"
	"sync"
	"time"
)

// totals are the counts an incident measures its own share of.
type totals struct {
	errors                  Errors
	acked, lost, rolledBack uint64
	unsure                  bool // the ledger cannot claim anything at the moment
}

// incident is an open or closed card and what it is measured from.
type incident struct {
	Incident
	before totals
}

// incidents measures what faults do to clients: gaps between successes, and the
// time some server was failing. The lock guards everything.
type incidents struct {
	mu      sync.Mutex
	nextID  int
	cards   []*incident       // oldest first
	success time.Time         // the last one
	failure time.Time         // the last one
	failing map[int]time.Time // servers that fail, since when
	bad     time.Time         // since when some server fails; zero if none does
}

func newIncidents() *incidents { return &incidents{failing: map[int]time.Time{}} }

// begin opens a card for a fault; measured says whether the load runs.
func (t *incidents) begin(fault string, nodes []int, measured bool, before totals, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.cards) == MaxIncidents {
		t.cards = slices.Delete(t.cards, 0, 1)
	}
	t.nextID++
	card := &incident{
		Incident: Incident{
			ID: t.nextID, Fault: fault, Nodes: slices.Clone(nodes), At: now, Measured: measured, Open: true,
		},
		before: before,
	}
	for _, other := range t.cards {
		if other.Open {
			other.Overlaps, card.Overlaps = card.ID, other.ID
		}
	}
	t.cards = append(t.cards, card)
	return t.nextID
}

// succeeded notes that an operation through a server ended well.
func (t *incidents) succeeded(server int, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gap(now)
	t.success = later(t.success, now)
	t.recover(server, now)
}

// failed notes that an attempt through a server failed.
func (t *incidents) failed(server int, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failure = now
	if _, known := t.failing[server]; !known {
		t.failing[server] = now
	}
	if t.bad.IsZero() {
		t.bad = now
	}
}

// recovered notes that a server answers again, or is none of ours any more.
func (t *incidents) recovered(server int, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.recover(server, now)
}

func (t *incidents) recover(server int, now time.Time) {
	if _, known := t.failing[server]; !known {
		return
	}
	delete(t.failing, server)
	if len(t.failing) == 0 {
		t.brown(now)
		t.bad = time.Time{}
	}
}

// pause takes the time the load stood still on purpose out of the gaps.
func (t *incidents) pause(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.success = now
}

// gap measures the time since the last success, or since the fault where that
// came later, for every open card. A blackout is a brownout too.
func (t *incidents) gap(now time.Time) {
	for _, c := range t.cards {
		if c.Open && c.Measured {
			c.Blackout = max(c.Blackout, now.Sub(later(c.At, t.success)))
			c.Brownout = max(c.Brownout, c.Blackout)
		}
	}
}

// brown does the same for the time some server has been failing.
func (t *incidents) brown(now time.Time) {
	for _, c := range t.cards {
		if c.Open && c.Measured && !t.bad.IsZero() {
			c.Brownout = max(c.Brownout, now.Sub(later(c.At, t.bad)))
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// update brings open cards up to date, and closes those whose fault is over:
// everything has worked for a while and the ledger knows what became of the
// writes, or there is nothing to measure.
func (t *incidents) update(running bool, current totals, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if running {
		t.gap(now)
		t.brown(now)
	} else {
		t.success = now
	}
	for _, c := range t.cards {
		if !c.Open {
			continue
		}
		c.Errors = current.errors.minus(c.before.errors)
		c.Acked = current.acked - c.before.acked
		c.Lost = current.lost - min(current.lost, c.before.lost)
		c.RolledBack = current.rolledBack - min(current.rolledBack, c.before.rolledBack)
		quiet := !current.unsure && len(t.failing) == 0 && now.Sub(t.success) < incidentQuiet/2 &&
			now.Sub(later(c.At, t.failure)) >= incidentQuiet
		c.Open = running && !quiet && now.Sub(c.At) < incidentLimit
	}
}

// fill copies the cards into a snapshot.
func (t *incidents) fill(s *Stats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Incidents = make([]Incident, len(t.cards))
	for i, c := range t.cards {
		s.Incidents[i] = c.Incident
		if c.Measured {
			s.LastBlackout = c.Blackout
		}
	}
}
