package simtest

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
	"rondb-tui/workload"
)

// database is where the direct connector keeps the load's tables.
const database = "rondb_tui"

// Connector lets the workload run on the simulated data nodes directly, with no
// SQL and no socket in between.
type Connector struct{ Driver *simdrv.Driver }

// Connect implements workload.Connector.
func (c Connector) Connect(_ context.Context, server workload.Server) (workload.Conn, error) {
	session, err := c.Driver.OpenSession(engine.NodeID(server.ID))
	if err != nil {
		return nil, &workload.Failure{Class: workload.Refused, Lost: true, Op: "connect", Err: err}
	}
	return &conn{session: session}, nil
}

type conn struct {
	session *simdrv.Session
	open    *simdrv.Tx
}

func (c *conn) Setup(ctx context.Context, tables []workload.TableSpec) error {
	if err := c.session.CreateDatabase(database); err != nil && !errors.Is(err, simdrv.ErrExists) {
		return failure("create database", err)
	}
	for _, t := range tables {
		if _, found := c.session.Table(database, t.Name); found {
			continue
		}
		_, err := c.session.CreateTable(ctx, simdrv.Table{Database: database, Name: t.Name, Definition: t})
		if err != nil && !errors.Is(err, simdrv.ErrExists) {
			return failure("create table", err)
		}
	}
	return nil
}

func (c *conn) Begin(context.Context) (workload.Tx, error) {
	if err := c.session.Err(); err != nil {
		return nil, failure("begin", err)
	}
	c.open = c.session.Begin()
	return &tx{conn: c, tx: c.open}, nil
}

func (c *conn) Close() error {
	if c.open != nil {
		c.open.Rollback()
	}
	c.session.Close()
	return nil
}

type tx struct {
	conn *conn
	tx   *simdrv.Tx
}

func (t *tx) table(name string) (*simdrv.Table, error) {
	if err := t.conn.session.Err(); err != nil {
		return nil, failure("open table "+name, err)
	}
	table, found := t.conn.session.Table(database, name)
	if !found {
		return nil, &workload.Failure{Class: workload.Permanent, Op: "open table " + name, Err: simdrv.ErrNotFound}
	}
	return table, nil
}

func (t *tx) Read(ctx context.Context, name string, key workload.Key, forUpdate bool) (workload.Values, bool, error) {
	table, err := t.table(name)
	if err != nil {
		return nil, false, err
	}
	mode := simdrv.LockNone
	if forUpdate {
		mode = simdrv.LockExclusive
	}
	row, found, err := t.tx.Read(ctx, table, encode(key), mode)
	if err != nil || !found {
		return nil, false, failure("read "+name, err)
	}
	return numbers(row), true, nil
}

func (t *tx) Put(ctx context.Context, name string, key workload.Key, values workload.Values) error {
	table, err := t.table(name)
	if err != nil {
		return err
	}
	row := make(simdrv.Row, len(values))
	for i, v := range values {
		row[i] = v
	}
	return failure("put "+name, t.tx.Put(ctx, table, encode(key), row))
}

func (t *tx) Scan(ctx context.Context, name string, limit int, each func(workload.Key, workload.Values)) error {
	table, err := t.table(name)
	if err != nil {
		return err
	}
	count := 0
	err = t.tx.Scan(ctx, table, simdrv.LockNone, func(key string, row simdrv.Row) bool {
		if count++; count <= limit {
			each(decode(key), numbers(row))
		}
		return count <= limit
	})
	if err == nil && count > limit {
		return &workload.Failure{Class: workload.Permanent, Op: "scan " + name, Err: errors.New("more rows than the limit")}
	}
	return failure("scan "+name, err)
}

func (t *tx) Commit(ctx context.Context) error {
	t.conn.open = nil
	return failure("commit", t.tx.Commit(ctx))
}

func (t *tx) Rollback(context.Context) error {
	t.conn.open = nil
	t.tx.Rollback()
	return nil
}

// failure classifies an error of the simulated world; nil stays nil.
func failure(op string, err error) error {
	if err == nil {
		return nil
	}
	f := &workload.Failure{Class: workload.Permanent, Op: op, Err: err}
	var ndb *simdrv.NDBError
	var killed *simdrv.KilledError
	switch {
	case errors.As(err, &killed):
		f.Class, f.Lost = workload.Temporary, true
		if killed.Outcome == simdrv.OutcomeUnknown {
			f.Class = workload.Unknown
		}
	case errors.As(err, &ndb) && ndb.Outcome == simdrv.OutcomeUnknown:
		f.Class = workload.Unknown
	case errors.As(err, &ndb) && ndb.Temporary():
		f.Class = workload.Temporary
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		f.Class, f.Lost = workload.Temporary, true
		if op == "commit" {
			f.Class = workload.Unknown
		}
	}
	return f
}

// encode gives keys whose order as text is the order of their numbers.
func encode(key workload.Key) string {
	text := make([]byte, 0, 8*len(key))
	for _, part := range key {
		text = binary.BigEndian.AppendUint64(text, uint64(part)^(math.MaxInt64+1))
	}
	return string(text)
}

func decode(text string) workload.Key {
	key := make(workload.Key, 0, len(text)/8)
	for at := 0; at+8 <= len(text); at += 8 {
		key = append(key, int64(binary.BigEndian.Uint64([]byte(text[at:at+8]))^(math.MaxInt64+1)))
	}
	return key
}

func numbers(row simdrv.Row) workload.Values {
	values := make(workload.Values, len(row))
	for i, v := range row {
		values[i], _ = v.(int64)
	}
	return values
}
