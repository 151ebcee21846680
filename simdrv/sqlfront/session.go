package sqlfront

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"

	"rondb-tui/simdrv"
)

// session is one client's connection. The library calls it from one goroutine at
// a time.
//
// It keeps its own pointer to the open transaction, because after some errors
// the library forgets the transaction without ending it: its locks would stay,
// and the next statement would join and commit it.
type session struct {
	*sql.BaseSession
	stored *simdrv.Session
	server *server
	hangUp func() // closes the client's socket

	open *transaction // nil where none is open

	// Of the running statement: what its text asks for, and the tables it changes.
	statement statement
	changed   []simdrv.TableID
}

var (
	_ sql.TransactionSession    = (*session)(nil)
	_ sql.LifecycleAwareSession = (*session)(nil)
)

func sessionOf(ctx *sql.Context) (*session, error) {
	s, ok := ctx.Session.(*session)
	if !ok {
		return nil, internal("find session", "the statement belongs to no connection")
	}
	return s, nil
}

// ValidateSession runs before each statement, with its text: it reads from it
// which locks the statement asks for, and refuses what cannot work.
func (s *session) ValidateSession(ctx *sql.Context) error {
	s.changed = s.changed[:0]
	s.statement = s.server.statements.inspect(ctx, ctx.Query())
	if s.statement.refusal != nil {
		return s.statement.refusal
	}
	if err := s.stored.Err(); err != nil && (unknownOutcome(err) || !needsNoCluster(ctx, ctx.Query())) {
		return s.fail(err)
	}
	if s.open.lost() && !endsTransaction(ctx, ctx.Query()) {
		return s.fail(s.open.tx.Err())
	}
	return nil
}

// change notes that the running statement writes to a table: what it reads there
// from now on it locks first, for it computes new rows from them.
func (s *session) change(t *simdrv.Table) {
	if !slices.Contains(s.changed, t.ID) {
		s.changed = append(s.changed, t.ID)
	}
}

// lockFor is how the running statement locks the rows it reads in a table.
func (s *session) lockFor(t *simdrv.Table) simdrv.LockMode {
	if slices.Contains(s.changed, t.ID) {
		return simdrv.LockExclusive
	}
	return s.statement.lock
}

// fail words an error for the client. If the client must not learn how its
// transaction ended, it loses its connection instead.
func (s *session) fail(err error) error {
	if err == nil {
		return nil
	}
	if s.open.lost() {
		s.open.reported = true
	}
	if unknownOutcome(err) {
		s.hangUp()
	}
	return answer(err)
}

// CommandBegin implements sql.LifecycleAwareSession.
func (s *session) CommandBegin() error { return nil }

// CommandEnd ends what the library leaves behind: the transaction of a failed
// statement outside BEGIN, and one that the data nodes have aborted, once the
// client knows. As on a real MySQL server the next statement then starts anew.
func (s *session) CommandEnd() {
	if s.open == nil {
		return
	}
	if s.open.reported || !s.GetIgnoreAutoCommit() && s.autocommit() {
		s.abandon()
	}
}

// SessionEnd implements sql.LifecycleAwareSession; it runs when the connection
// is gone, and before it is reset.
func (s *session) SessionEnd() {
	s.abandon()
	s.stored.Close()
}

func (s *session) autocommit() bool {
	value, err := s.GetSessionVariable(nil, sql.AutoCommitSessionVar)
	if err != nil {
		return true
	}
	on, err := sql.ConvertToBool(nil, value)
	return on || err != nil
}

// abandon rolls the open transaction back and forgets it.
func (s *session) abandon() {
	if s.open != nil && s.open.tx != nil {
		s.open.tx.Rollback()
	}
	s.forget()
}

func (s *session) forget() {
	s.open = nil
	s.SetTransaction(nil)
	s.SetIgnoreAutoCommit(false)
}
