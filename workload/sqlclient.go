package workload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// database holds the tables of the load.
const database = "rondb_tui"

// statements are the texts for one table, made once from compile-time names.
type statements struct {
	create, read, lock, put, scan string
	columns                       int // in a row of scan
	keys                          int
}

// sqlConnector reaches MySQL servers through their protocol.
type sqlConnector struct {
	user, password string
	tables         map[string]statements
}

// NewSQLConnector returns the Connector for MySQL servers. Its connections are
// pinned, never retry, and give up a statement after the load's time limits.
func NewSQLConnector(user, password string) Connector {
	c := &sqlConnector{user: user, password: password, tables: map[string]statements{}}
	for _, t := range allTables() {
		c.tables[t.Name] = statementsFor(t)
	}
	return c
}

func statementsFor(t TableSpec) statements {
	all := slices.Concat(t.Keys, t.Columns)
	name := database + "." + t.Name
	where := strings.Join(t.Keys, " = ? AND ") + " = ?"
	read := "SELECT " + strings.Join(t.Columns, ", ") + " FROM " + name + " WHERE " + where
	return statements{
		create: "CREATE TABLE IF NOT EXISTS " + name + " (" + strings.Join(all, " BIGINT NOT NULL, ") +
			" BIGINT NOT NULL, PRIMARY KEY (" + strings.Join(t.Keys, ", ") + ")) ENGINE=NDB",
		read: read,
		lock: read + " FOR UPDATE",
		put: "REPLACE INTO " + name + " (" + strings.Join(all, ", ") + ") VALUES (" +
			strings.TrimSuffix(strings.Repeat("?, ", len(all)), ", ") + ")",
		scan:    "SELECT " + strings.Join(all, ", ") + " FROM " + name + " LIMIT ?",
		columns: len(all),
		keys:    len(t.Keys),
	}
}

// Connect opens one connection and takes it out of any pool.
func (c *sqlConnector) Connect(ctx context.Context, server Server) (Conn, error) {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd = c.user, c.password
	cfg.Net, cfg.Addr = "tcp", server.Addr
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = connectTimeout, opTimeout, opTimeout
	cfg.InterpolateParams = true
	cfg.Logger = &mysql.NopLogger{}
	op := fmt.Sprintf("connect to MySQL server %d", server.ID)
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, &Failure{Class: Permanent, Lost: true, Op: op, Err: err}
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		_ = db.Close() // nothing was opened
		return nil, classify(op, connecting, err)
	}
	return &sqlConn{db: db, conn: conn, tables: c.tables}, nil
}

type sqlConn struct {
	db     *sql.DB
	conn   *sql.Conn
	tables map[string]statements
}

// Setup creates the database and the tables.
func (c *sqlConn) Setup(ctx context.Context, tables []TableSpec) error {
	if err := c.exec(ctx, "create database", working, "CREATE DATABASE IF NOT EXISTS "+database); err != nil {
		return err
	}
	for _, t := range tables {
		text, err := c.text(t.Name)
		if err != nil {
			return err
		}
		if err := c.exec(ctx, "create table "+t.Name, working, text.create); err != nil {
			return err
		}
	}
	return nil
}

// Begin starts a transaction by statement: database/sql's own would need a
// goroutine each, and may answer a commit without sending it.
func (c *sqlConn) Begin(ctx context.Context) (Tx, error) {
	if err := c.exec(ctx, "begin", working, "START TRANSACTION"); err != nil {
		return nil, err
	}
	return sqlTx{c}, nil
}

func (c *sqlConn) Close() error { return errors.Join(c.conn.Close(), c.db.Close()) }

// text finds the statements of a table.
func (c *sqlConn) text(table string) (statements, error) {
	s, ok := c.tables[table]
	if !ok {
		return s, &Failure{Class: Permanent, Op: "find table " + table, Err: errors.New("not a table of the load")}
	}
	return s, nil
}

func (c *sqlConn) exec(ctx context.Context, op string, at phase, text string, args ...any) error {
	if _, err := c.conn.ExecContext(ctx, text, args...); err != nil {
		return classify(op, at, err)
	}
	return nil
}

// sqlTx is the open transaction of a connection.
type sqlTx struct{ *sqlConn }

func (tx sqlTx) Read(ctx context.Context, table string, key Key, forUpdate bool) (Values, bool, error) {
	s, err := tx.text(table)
	if err != nil {
		return nil, false, err
	}
	query := s.read
	if forUpdate {
		query = s.lock
	}
	values := make(Values, s.columns-s.keys)
	err = tx.conn.QueryRowContext(ctx, query, arguments(key)...).Scan(targets(values)...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, classify("read "+table, working, err)
	}
	return values, true, nil
}

func (tx sqlTx) Put(ctx context.Context, table string, key Key, values Values) error {
	s, err := tx.text(table)
	if err != nil {
		return err
	}
	return tx.exec(ctx, "write "+table, working, s.put, append(arguments(key), arguments(values)...)...)
}

func (tx sqlTx) Scan(ctx context.Context, table string, limit int, each func(Key, Values)) error {
	s, err := tx.text(table)
	if err != nil {
		return err
	}
	op := "scan " + table
	rows, err := tx.conn.QueryContext(ctx, s.scan, limit+1)
	if err != nil {
		return classify(op, working, err)
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error that matters
	for n := 0; rows.Next(); n++ {
		if n == limit {
			return &Failure{Class: Permanent, Op: op, Err: fmt.Errorf("more than %d rows", limit)}
		}
		row := make([]int64, s.columns)
		if err := rows.Scan(targets(row)...); err != nil {
			return classify(op, working, err)
		}
		each(row[:s.keys:s.keys], row[s.keys:])
	}
	if err := rows.Err(); err != nil {
		return classify(op, working, err)
	}
	return nil
}

func (tx sqlTx) Commit(ctx context.Context) error {
	return tx.exec(ctx, "commit", committing, "COMMIT")
}

func (tx sqlTx) Rollback(ctx context.Context) error {
	return tx.exec(ctx, "roll back", working, "ROLLBACK")
}

// arguments hands numbers to the driver.
func arguments(numbers []int64) []any {
	args := make([]any, len(numbers), 2*len(numbers)+2)
	for i, n := range numbers {
		args[i] = n
	}
	return args
}

// targets lets the driver fill numbers.
func targets(numbers []int64) []any {
	to := make([]any, len(numbers))
	for i := range numbers {
		to[i] = &numbers[i]
	}
	return to
}
