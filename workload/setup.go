package workload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// prepare creates and seeds the tables, through whichever server answers, and
// tries until it succeeds or the context ends. No client works meanwhile.
func (r *Runner) prepare(ctx context.Context) {
	if r.gate.Acquire(ctx, MaxClients) != nil {
		return
	}
	defer r.gate.Release(MaxClients)
	for {
		r.change(func(s *settings) { s.seed = false }) // a report from now on asks again
		err := r.prepareAnywhere(ctx)
		if err == nil {
			r.change(func(s *settings) { s.ready, s.seeded = true, time.Now() })
			return
		}
		r.change(func(s *settings) { s.waiting = "waiting for a MySQL server: " + err.Error() })
		if !pause(ctx, setupInterval) {
			return
		}
	}
}

func (r *Runner) prepareAnywhere(ctx context.Context) error {
	err := errors.New("none is on the list")
	servers, _ := r.paths.servers()
	for _, s := range servers {
		if err = r.prepareThrough(ctx, s); err == nil {
			return nil
		}
	}
	return err
}

func (r *Runner) prepareThrough(ctx context.Context, s Server) error {
	ctx, cancel := context.WithTimeout(ctx, auditTimeout)
	defer cancel()
	conn, err := r.dial(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // every transaction has ended
	if err := conn.Setup(ctx, []TableSpec{runsTable(), receiptsTable(), dataTable(r.kind.table)}); err != nil {
		return err
	}
	rows, err := r.seedRows(ctx, conn)
	if err != nil {
		return err
	}
	if set, _ := r.settings(); set.ready {
		return nil // the ledger goes on from what it has
	}
	run, err := nextRun(ctx, conn)
	if err != nil {
		return err
	}
	r.book.begin(run, rows)
	return nil
}

// seedRows inserts the rows that are missing and gives all of them.
func (r *Runner) seedRows(ctx context.Context, conn Conn) (map[int64]dataRow, error) {
	rows := map[int64]dataRow{}
	err := inTx(ctx, conn, func(tx Tx) error { return scanRows(ctx, tx, r.kind, rows) })
	if err != nil {
		return nil, err
	}
	var missing []int64
	for id := range r.kind.rows {
		if _, there := rows[id]; !there {
			missing = append(missing, id)
		}
	}
	for len(missing) > 0 {
		n := min(seedBatch, len(missing))
		err := inTx(ctx, conn, func(tx Tx) error {
			for _, id := range missing[:n] {
				rows[id] = dataRow{amount: r.kind.opening}
				if err := rows[id].put(ctx, tx, r.kind.table, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		missing = missing[n:]
	}
	return rows, nil
}

func scanRows(ctx context.Context, tx Tx, k kind, into map[int64]dataRow) error {
	return tx.Scan(ctx, k.table, int(k.rows), func(key Key, v Values) {
		into[key[0]] = dataRow{amount: v[0], version: v[1]}
	})
}

// nextRun counts the runs.
func nextRun(ctx context.Context, conn Conn) (int64, error) {
	var run int64
	err := inTx(ctx, conn, func(tx Tx) error {
		last, there, err := tx.Read(ctx, tableRuns, Key{0}, true)
		if err != nil {
			return err
		}
		run = 1
		if there {
			run = last[0] + 1
		}
		return tx.Put(ctx, tableRuns, Key{0}, Values{run})
	})
	return run, err
}

// CheckEveryServer writes a row through every server and reads it through all
// the others; nil means that all of them serve the same data. It makes one try.
func CheckEveryServer(ctx context.Context, connector Connector, servers []Server) error {
	conns := make([]Conn, 0, len(servers))
	defer func() {
		for _, c := range conns {
			_ = c.Close() // every transaction has ended
		}
	}()
	for i, s := range servers {
		conn, err := connector.Connect(ctx, s)
		if err != nil {
			return err
		}
		conns = append(conns, conn)
		if i == 0 {
			if err := conn.Setup(ctx, []TableSpec{probesTable()}); err != nil {
				return err
			}
		}
	}
	for i, writer := range conns {
		if err := checkServer(ctx, i, servers, writer, conns); err != nil {
			return err
		}
	}
	return nil
}

// checkServer counts up the i-th server's row through it and reads the row
// through all of them.
func checkServer(ctx context.Context, i int, servers []Server, writer Conn, all []Conn) error {
	key, count := Key{int64(servers[i].ID)}, int64(1)
	err := inTx(ctx, writer, func(tx Tx) error {
		last, there, err := tx.Read(ctx, tableProbes, key, true)
		if err != nil {
			return err
		}
		if there {
			count = last[0] + 1
		}
		return tx.Put(ctx, tableProbes, key, Values{count})
	})
	if err != nil {
		return fmt.Errorf("write through MySQL server %d: %w", servers[i].ID, err)
	}
	for j, other := range all {
		err := inTx(ctx, other, func(tx Tx) error {
			v, there, err := tx.Read(ctx, tableProbes, key, false)
			if err == nil && (!there || v[0] != count) {
				err = &Failure{Class: Permanent, Op: "read back", Err: errors.New("the row is not there")}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("read through MySQL server %d what was written through %d: %w", servers[j].ID, servers[i].ID, err)
		}
	}
	return nil
}
