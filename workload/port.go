package workload

import "context"

// Server is one MySQL server: its node id and where it answers.
type Server struct {
	ID   int
	Addr string // "127.0.0.1:3306"; unused by connectors that need no address
}

// Key is a primary key, one number a column.
type Key []int64

// Values are the columns of a row that are not in its key.
type Values []int64

// TableSpec is a table of the load. Names are constants of this package; they
// are valid SQL identifiers.
type TableSpec struct {
	Name    string
	Keys    []string // the columns of the primary key
	Columns []string // the other columns
}

// Connector opens connections. Connect fails with a Failure of class Refused if
// the server cannot be reached. It may be called from any goroutine.
type Connector interface {
	Connect(ctx context.Context, server Server) (Conn, error)
}

// Conn is one connection to one MySQL server; it is used by one goroutine at a
// time and has at most one open transaction. It never retries by itself. Every
// error of a Conn or Tx is a *Failure.
type Conn interface {
	// Setup creates the tables that are not there yet.
	Setup(ctx context.Context, tables []TableSpec) error
	Begin(ctx context.Context) (Tx, error)
	// Close ends the connection and with it an open transaction.
	Close() error
}

// Tx is one READ COMMITTED transaction. After an error the caller rolls back.
type Tx interface {
	// Read reads one row by its key; forUpdate locks it until the end of the
	// transaction. The boolean says whether the row is there.
	Read(ctx context.Context, table string, key Key, forUpdate bool) (Values, bool, error)
	// Put writes one row, whether or not it was there.
	Put(ctx context.Context, table string, key Key, values Values) error
	// Scan calls each for every row of the table, in no particular order. The
	// slices belong to each. More than limit rows are a Permanent failure.
	Scan(ctx context.Context, table string, limit int, each func(Key, Values)) error
	// Commit makes the transaction's writes permanent; its Failure says whether
	// that may have happened (Unknown) or surely has not (any other class).
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}
