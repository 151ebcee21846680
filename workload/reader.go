package workload

import (
	"context"
	"time"
)

// reader verifies the writes of other servers through its own, and says whether
// that can be reached. It is one goroutine's.
type reader struct {
	r       *Runner
	server  Server
	conn    Conn // nil: none
	used    time.Time
	failing bool // it told the incidents so
}

func (rd *reader) run(ctx context.Context) {
	defer rd.disconnect()
	for pause(ctx, rd.step(ctx)) {
	}
}

// step does what is due and says how long to wait for the next.
func (rd *reader) step(whole context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(whole, verifyTimeout)
	defer cancel()
	id := rd.server.ID
	if rd.conn == nil || !rd.r.paths.isUp(id) {
		if err := rd.reach(ctx); err != nil {
			return rd.failed(whole, err)
		}
		rd.worked()
		rd.r.paths.mark(id, true, time.Now())
		rd.r.incidents.recovered(id, time.Now())
	}
	now := time.Now()
	b := rd.r.book.take(id, rd.r.paths.alone(id, now), now)
	if len(b.ids) == 0 {
		if now.Sub(rd.used) < idleProbe {
			return rd.rest()
		}
		if err := rd.probe(ctx); err != nil {
			return rd.failed(whole, err)
		}
		rd.worked()
		return rd.rest()
	}
	answers, err := rd.read(ctx, b)
	rd.r.book.resolve(id, b, answers, time.Now())
	if err != nil {
		return rd.failed(whole, err)
	}
	rd.worked()
	if len(b.ids) == verifyBatch {
		return 0
	}
	return verifyInterval
}

// rest is how long to wait when there is nothing to read: longer while no client
// sends.
func (rd *reader) rest() time.Duration {
	if set, _ := rd.r.settings(); set.running {
		return verifyInterval
	}
	return idleProbe / 2
}

// reach connects anew and makes sure that the server reaches the data.
func (rd *reader) reach(ctx context.Context) error {
	rd.disconnect()
	conn, err := rd.r.dial(ctx, rd.server)
	if err != nil {
		return err
	}
	rd.conn = conn
	return rd.probe(ctx)
}

// probe reads one row; before there are tables it only opens a transaction.
func (rd *reader) probe(ctx context.Context) error {
	set, _ := rd.r.settings()
	return inTx(ctx, rd.conn, func(tx Tx) error {
		if !set.ready {
			return nil
		}
		_, _, err := tx.Read(ctx, tableRuns, Key{0}, false)
		return err
	})
}

// read looks receipts of a batch up, as many as the time for one allows.
func (rd *reader) read(ctx context.Context, b batch) ([]answer, error) {
	answers := make([]answer, 0, len(b.ids))
	began := time.Now()
	err := inTx(ctx, rd.conn, func(tx Tx) error {
		for _, id := range b.ids {
			if time.Since(began) > verifySlice {
				break
			}
			values, there, err := tx.Read(ctx, tableReceipts, id.key(), false)
			if err != nil {
				return err
			}
			a := answer{id: id, there: there}
			if there {
				a.row = receiptOf(values)
			}
			answers = append(answers, a)
		}
		return nil
	})
	return answers, err
}

// worked notes that the server answered from the data.
func (rd *reader) worked() {
	rd.used = time.Now()
	rd.r.book.touch(rd.used)
	if rd.failing {
		rd.failing = false
		rd.r.incidents.recovered(rd.server.ID, rd.used)
	}
}

// failed notes that it did not, and says when to try again. What fails because
// the reader is to end is no fault of the server.
func (rd *reader) failed(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return probeInterval
	}
	now, f := time.Now(), failureOf(err, false)
	rd.failing = true
	rd.r.incidents.failed(rd.server.ID, now)
	if f.Lost || f.Class == Refused {
		rd.disconnect()
		rd.r.paths.mark(rd.server.ID, false, now)
	}
	return probeInterval
}

func (rd *reader) disconnect() {
	if rd.conn != nil {
		_ = rd.conn.Close() // it is given up either way
		rd.conn = nil
	}
}

// inTx runs a transaction that commits if do succeeds.
func inTx(ctx context.Context, conn Conn, do func(Tx) error) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if !failureOf(err, false).Lost {
			_ = tx.Rollback(ctx) // the first error matters
		}
		return err
	}
	return tx.Commit(ctx)
}
