package workload

import (
	"context"
	"math/rand/v2"
	"time"
)

// client performs operations one after another, through its home server while
// that is up. It is one goroutine's.
type client struct {
	r      *Runner
	number int // also the writer of its receipts
	rng    *rand.Rand
	server Server
	conn   Conn // nil: none
}

func newClient(r *Runner, number int) *client {
	source := rand.NewPCG(r.cfg.Seed, uint64(number))           //nolint:gosec // small and positive
	return &client{r: r, number: number, rng: rand.New(source)} //nolint:gosec // a repeatable choice, no secret
}

func (c *client) run(ctx context.Context, quit <-chan struct{}) {
	defer c.disconnect()
	for {
		select {
		case <-ctx.Done():
			return
		case <-quit:
			return
		case intended := <-c.r.queue:
			if c.r.gate.Acquire(ctx, 1) != nil {
				return
			}
			c.serve(ctx, intended)
			c.r.gate.Release(1)
		}
	}
}

// serve performs one operation: at most two attempts, the second only if the
// first surely failed and another may succeed.
func (c *client) serve(ctx context.Context, intended time.Time) {
	d := c.r.kind.draw(c.rng)
	attempted := false
	for range 2 {
		if attempted && !pause(ctx, retryPause+time.Duration(c.rng.Int64N(int64(retryPause)))) {
			break
		}
		if set, _ := c.r.settings(); !set.running || !c.connect(ctx, intended.Add(sendLimit)) {
			break
		}
		var id ref
		if !d.readOnly {
			var ok bool
			if id, ok = c.r.book.open(c.number, c.server.ID, time.Now()); !ok {
				break
			}
		}
		attempted = true
		f := c.attempt(ctx, d, id)
		if f == nil {
			c.succeeded(intended)
			return
		}
		c.failed(ctx, f)
		if f.Class != Temporary {
			break
		}
	}
	if attempted {
		c.r.meter.opFailed()
	} else {
		c.r.book.notSent(1)
	}
}

// attempt performs an operation once and, if it writes, notes the outcome.
func (c *client) attempt(ctx context.Context, d draw, id ref) *Failure {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	f := c.perform(ctx, d, id)
	switch now := time.Now(); {
	case d.readOnly:
		if f != nil && f.Class == Unknown { // nothing was written, so nothing is unknown
			f = &Failure{Class: Temporary, Lost: f.Lost, Op: f.Op, Err: f.Err}
		}
	case f == nil:
		c.r.book.complete(id, acked, now)
	case f.Class == Unknown:
		c.r.book.complete(id, unknown, now)
	default:
		c.r.book.complete(id, failed, now)
	}
	return f
}

// perform does the operation and its receipt in one transaction.
func (c *client) perform(ctx context.Context, d draw, id ref) *Failure {
	tx, err := c.conn.Begin(ctx)
	if err != nil {
		return failureOf(err, false)
	}
	e, err := c.r.kind.apply(ctx, tx, d)
	if err == nil && !d.readOnly {
		err = tx.Put(ctx, tableReceipts, id.key(), c.r.book.describe(id, e).values())
	}
	var f *Failure
	if err != nil {
		f = failureOf(err, false)
	} else if err = tx.Commit(ctx); err != nil {
		f = failureOf(err, true)
	}
	if f != nil && !f.Lost && tx.Rollback(ctx) != nil {
		c.disconnect() // which ends the transaction, too
	}
	return f
}

func (c *client) succeeded(intended time.Time) {
	now := time.Now()
	c.r.meter.succeeded(now.Sub(intended))
	c.r.paths.count(c.server.ID, true)
	c.r.incidents.succeeded(c.server.ID, now)
}

// failed notes a failed attempt, and leaves the server if it is out of reach.
// What fails because the run ends is no fault of the server.
func (c *client) failed(ctx context.Context, f *Failure) {
	if ctx.Err() != nil {
		return
	}
	now := time.Now()
	c.r.meter.attemptFailed(f.Class)
	if c.r.paths.count(c.server.ID, false) {
		c.r.incidents.failed(c.server.ID, now)
	}
	if f.Lost {
		c.disconnect()
		c.r.paths.mark(c.server.ID, false, now)
	}
}

// connect makes sure of a connection to the server to use now; false means that
// there was none until the deadline.
func (c *client) connect(ctx context.Context, deadline time.Time) bool {
	for ctx.Err() == nil && !time.Now().After(deadline) {
		server, up := c.r.paths.pick(c.number)
		switch {
		case !up:
			pause(ctx, pickInterval)
		case c.conn != nil && c.server == server:
			return true
		default:
			c.disconnect()
			c.server = server
			conn, err := c.r.dial(ctx, server)
			if err == nil {
				c.conn = conn
				return true
			}
			f := *failureOf(err, false)
			f.Lost = true
			c.failed(ctx, &f)
		}
	}
	return false
}

func (c *client) disconnect() {
	if c.conn != nil {
		_ = c.conn.Close() // it is given up either way
		c.conn = nil
	}
}

// dial connects to a server within the time a connection may take.
func (r *Runner) dial(ctx context.Context, server Server) (Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return r.cfg.Connector.Connect(ctx, server)
}
