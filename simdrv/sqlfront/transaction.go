package sqlfront

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"rondb-tui/simdrv"
)

// maxSavepoints bounds the savepoints of one transaction.
const maxSavepoints = 1024

// transaction is the library's view of a transaction. The library starts one
// before nearly every statement, so the data nodes hear of it only when a row is
// touched.
type transaction struct {
	readOnly   bool
	tx         *simdrv.Tx // nil until then
	savepoints []savepoint
	reported   bool // the client knows that the data nodes aborted it
}

type savepoint struct {
	name string
	mark int
}

var _ sql.Transaction = (*transaction)(nil)

// String implements sql.Transaction.
func (t *transaction) String() string { return "transaction" }

// IsReadOnly implements sql.Transaction; the library refuses changes in it.
func (t *transaction) IsReadOnly() bool { return t.readOnly }

// lost says whether the data nodes have aborted it.
func (t *transaction) lost() bool { return t != nil && t.tx != nil && t.tx.Err() != nil }

// tx is the data nodes' transaction of the running statement.
func (s *session) tx() *simdrv.Tx {
	if s.open == nil {
		s.open = &transaction{}
	}
	if s.open.tx == nil {
		s.open.tx = s.stored.Begin()
	}
	return s.open.tx
}

// StartTransaction implements sql.TransactionSession.
func (s *session) StartTransaction(_ *sql.Context, kind sql.TransactionCharacteristic) (sql.Transaction, error) {
	s.abandon()
	s.open = &transaction{readOnly: kind == sql.ReadOnly}
	return s.open, nil
}

// CommitTransaction implements sql.TransactionSession. The commit itself cannot
// be interrupted by KILL, only by the end of the server, and then nobody hears
// how it ended.
func (s *session) CommitTransaction(ctx *sql.Context, _ sql.Transaction) error {
	open := s.open
	if open == nil || open.tx == nil {
		s.open = nil
		return nil
	}
	if ctx.Err() != nil {
		// The library comes here even after a statement that was killed half-way.
		s.abandon()
		return interrupted()
	}
	if err := open.tx.Commit(s.server.alive); err != nil {
		failure := s.fail(err)
		s.forget()
		return failure
	}
	s.open = nil
	return nil
}

// Rollback implements sql.TransactionSession.
func (s *session) Rollback(*sql.Context, sql.Transaction) error {
	s.abandon()
	return nil
}

// CreateSavepoint implements sql.TransactionSession.
func (s *session) CreateSavepoint(_ *sql.Context, _ sql.Transaction, name string) error {
	mark := s.tx().Mark()
	s.dropSavepoint(name)
	if len(s.open.savepoints) >= maxSavepoints {
		return refused("more than %d savepoints in a transaction", maxSavepoints)
	}
	s.open.savepoints = append(s.open.savepoints, savepoint{name: name, mark: mark})
	return nil
}

// RollbackToSavepoint implements sql.TransactionSession. Row locks taken since
// the savepoint stay.
func (s *session) RollbackToSavepoint(_ *sql.Context, _ sql.Transaction, name string) error {
	i := s.findSavepoint(name)
	if i < 0 {
		return noSavepoint(name)
	}
	s.tx().RollbackTo(s.open.savepoints[i].mark)
	s.open.savepoints = s.open.savepoints[:i+1]
	return nil
}

// ReleaseSavepoint implements sql.TransactionSession: it and those set after it
// are forgotten.
func (s *session) ReleaseSavepoint(_ *sql.Context, _ sql.Transaction, name string) error {
	i := s.findSavepoint(name)
	if i < 0 {
		return noSavepoint(name)
	}
	s.open.savepoints = s.open.savepoints[:i]
	return nil
}

func (s *session) findSavepoint(name string) int {
	if s.open == nil {
		return -1
	}
	return slices.IndexFunc(s.open.savepoints, func(p savepoint) bool { return strings.EqualFold(p.name, name) })
}

// dropSavepoint makes room for a new savepoint of the same name; others stay.
func (s *session) dropSavepoint(name string) {
	if i := s.findSavepoint(name); i >= 0 {
		s.open.savepoints = slices.Delete(s.open.savepoints, i, i+1)
	}
}

func noSavepoint(name string) error {
	return mysql.NewSQLError(erSavepointDoesNotExist, mysql.SSClientError, "SAVEPOINT %s does not exist", name)
}
