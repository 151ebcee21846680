package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// lie is how a commit of the fake cluster departs from the truth.
type lie int

const (
	honest        lie = iota
	dropped           // acknowledged, never applied
	appliedTwice      // acknowledged, the data's changes applied twice
	tornApart         // acknowledged, one changed row of data left out
	late              // acknowledged, applied a second later
	lostApplied       // connection lost, applied
	lostUnapplied     // connection lost, not applied
	zombie            // refused as temporary, applied a second later
	garbled           // acknowledged, the receipt's content changed
	unreceipted       // acknowledged, applied without the receipt
	refusedOnce       // refused as temporary, not applied
)

// cell is a row's address and content.
type cell struct {
	table string
	key   string // printed key
}

type fakeRow struct {
	key    Key
	values Values
}

// commitRecord is one applied commit, for going back in time.
type commitRecord struct {
	at     time.Time
	writes map[cell]fakeRow
}

// fakeCluster is a transactional store behind any number of servers, with row
// locks, a switch for each way to fail, and a list of lies to come.
type fakeCluster struct {
	mu      sync.Mutex
	rows    map[cell]fakeRow
	history []commitRecord
	locks   map[cell]chan struct{} // cap 1: full while locked
	lies    map[int]lie            // by the number of the commit with a receipt
	commits int
	down    map[int]bool // servers that refuse connections and cut them
	failing error        // every statement fails so
	stalled time.Time    // statements wait until then
	blind   int          // a server that sees nothing
	latency time.Duration
}

func newFakeCluster() *fakeCluster {
	return &fakeCluster{
		rows: map[cell]fakeRow{}, locks: map[cell]chan struct{}{}, lies: map[int]lie{},
		down: map[int]bool{}, latency: 200 * time.Microsecond,
	}
}

func (f *fakeCluster) with(edit func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	edit()
}

// statement is what every call to the cluster goes through.
func (f *fakeCluster) statement(ctx context.Context, server int, at phase) error {
	f.mu.Lock()
	until := f.stalled
	f.mu.Unlock()
	select {
	case <-time.After(max(f.latency, time.Until(until))):
	case <-ctx.Done():
		return &Failure{Class: Temporary, Lost: true, Op: "wait", Err: ctx.Err()}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.down[server] && at == connecting:
		return &Failure{Class: Refused, Lost: true, Op: "connect", Err: errors.New("connection refused")}
	case f.down[server] && at == committing:
		return &Failure{Class: Unknown, Lost: true, Op: "commit", Err: errors.New("connection lost")}
	case f.down[server]:
		return &Failure{Class: Temporary, Lost: true, Op: "statement", Err: errors.New("connection lost")}
	default:
		return f.failing
	}
}

func (f *fakeCluster) Connect(ctx context.Context, s Server) (Conn, error) {
	if err := f.statement(ctx, s.ID, connecting); err != nil {
		return nil, err
	}
	return &fakeConn{f: f, server: s.ID}, nil
}

type fakeConn struct {
	f      *fakeCluster
	server int
	tx     *fakeTx
}

func (c *fakeConn) Setup(ctx context.Context, _ []TableSpec) error {
	return c.f.statement(ctx, c.server, working)
}

func (c *fakeConn) Begin(ctx context.Context) (Tx, error) {
	if err := c.f.statement(ctx, c.server, working); err != nil {
		return nil, err
	}
	c.tx = &fakeTx{c: c, writes: map[cell]fakeRow{}}
	return c.tx, nil
}

func (c *fakeConn) Close() error {
	if c.tx != nil {
		c.tx.unlock()
	}
	return nil
}

type fakeTx struct {
	c      *fakeConn
	writes map[cell]fakeRow
	order  []cell
	held   []chan struct{}
	locked map[cell]bool
}

func cellOf(table string, key Key) cell { return cell{table, fmt.Sprint(key)} }

// lock waits for a row's lock.
func (tx *fakeTx) lock(ctx context.Context, at cell) error {
	if tx.locked[at] {
		return nil
	}
	f := tx.c.f
	f.mu.Lock()
	if f.locks[at] == nil {
		f.locks[at] = make(chan struct{}, 1)
	}
	lock := f.locks[at]
	f.mu.Unlock()
	select {
	case lock <- struct{}{}:
	case <-time.After(time.Second):
		return &Failure{Class: Temporary, Op: "lock", Err: errors.New("lock wait timeout")}
	case <-ctx.Done():
		return &Failure{Class: Temporary, Lost: true, Op: "lock", Err: ctx.Err()}
	}
	if tx.locked == nil {
		tx.locked = map[cell]bool{}
	}
	tx.locked[at] = true
	tx.held = append(tx.held, lock)
	return nil
}

func (tx *fakeTx) unlock() {
	for _, lock := range tx.held {
		<-lock
	}
	tx.held, tx.locked = nil, nil
}

func (tx *fakeTx) Read(ctx context.Context, table string, key Key, forUpdate bool) (Values, bool, error) {
	f, at := tx.c.f, cellOf(table, key)
	if err := f.statement(ctx, tx.c.server, working); err != nil {
		return nil, false, err
	}
	if forUpdate {
		if err := tx.lock(ctx, at); err != nil {
			return nil, false, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	row, there := tx.writes[at]
	if !there {
		row, there = f.rows[at]
	}
	return slices.Clone(row.values), there && f.blind != tx.c.server, nil
}

func (tx *fakeTx) Put(ctx context.Context, table string, key Key, values Values) error {
	at := cellOf(table, key)
	if err := tx.c.f.statement(ctx, tx.c.server, working); err != nil {
		return err
	}
	if err := tx.lock(ctx, at); err != nil {
		return err
	}
	if _, again := tx.writes[at]; !again {
		tx.order = append(tx.order, at)
	}
	tx.writes[at] = fakeRow{key: slices.Clone(key), values: slices.Clone(values)}
	return nil
}

func (tx *fakeTx) Scan(ctx context.Context, table string, limit int, each func(Key, Values)) error {
	f := tx.c.f
	if err := f.statement(ctx, tx.c.server, working); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for at, row := range f.rows {
		if at.table != table {
			continue
		}
		if limit--; limit < 0 {
			return &Failure{Class: Permanent, Op: "scan", Err: errors.New("too many rows")}
		}
		each(slices.Clone(row.key), slices.Clone(row.values))
	}
	return nil
}

func (tx *fakeTx) Rollback(context.Context) error {
	tx.unlock()
	return nil
}

func (tx *fakeTx) Commit(ctx context.Context) error {
	defer tx.unlock()
	f := tx.c.f
	if err := f.statement(ctx, tx.c.server, committing); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	how := honest
	if slices.ContainsFunc(tx.order, func(at cell) bool { return at.table == tableReceipts }) {
		f.commits++
		how = f.lies[f.commits]
	}
	switch how {
	case honest:
	case dropped:
		return nil
	case late, zombie:
		f.applyLater(tx)
		if how == zombie {
			return &Failure{Class: Temporary, Op: "commit", Err: errors.New("1297")}
		}
		return nil
	case refusedOnce:
		return &Failure{Class: Temporary, Op: "commit", Err: errors.New("1297")}
	case lostUnapplied:
		return &Failure{Class: Unknown, Lost: true, Op: "commit", Err: errors.New("lost")}
	case lostApplied:
		f.apply(tx.writes)
		return &Failure{Class: Unknown, Lost: true, Op: "commit", Err: errors.New("lost")}
	case appliedTwice, tornApart, garbled, unreceipted:
		f.spoil(tx, how)
	}
	f.apply(tx.writes)
	return nil
}

func (f *fakeCluster) apply(writes map[cell]fakeRow) {
	maps.Copy(f.rows, writes)
	f.history = append(f.history, commitRecord{at: time.Now(), writes: writes})
}

// applyLater applies a commit's differences a second later.
func (f *fakeCluster) applyLater(tx *fakeTx) {
	diffs := map[cell]Values{}
	for at, row := range tx.writes {
		if old, there := f.rows[at]; there && at.table != tableReceipts {
			diffs[at] = Values{row.values[0] - old.values[0], row.values[1] - old.values[1]}
		}
	}
	time.AfterFunc(time.Second, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for at, diff := range diffs {
			now := f.rows[at]
			tx.writes[at] = fakeRow{key: now.key, values: Values{now.values[0] + diff[0], now.values[1] + diff[1]}}
		}
		f.apply(tx.writes)
	})
}

// spoil changes what a commit writes.
func (f *fakeCluster) spoil(tx *fakeTx, how lie) {
	var data []cell
	for _, at := range tx.order {
		row := tx.writes[at]
		switch {
		case at.table == tableReceipts && how == unreceipted:
			delete(tx.writes, at)
		case at.table == tableReceipts && how == garbled:
			row.values[3]++
		case at.table == tableReceipts:
		default:
			data = append(data, at)
			if how == appliedTwice {
				old := f.rows[at].values
				row.values[0] += row.values[0] - old[0]
				row.values[1] += row.values[1] - old[1]
			}
		}
	}
	if how == tornApart {
		delete(tx.writes, data[len(data)-1])
	}
}

// crash takes the cluster back to what was committed by a time, leaving out the
// commits that skip names.
func (f *fakeCluster) crash(to time.Time, skip func(i int) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows = map[cell]fakeRow{}
	kept := f.history[:0]
	for i, c := range f.history {
		if !c.at.After(to) && (skip == nil || !skip(i)) {
			maps.Copy(f.rows, c.writes)
			kept = append(kept, c)
		}
	}
	f.history = kept
}
