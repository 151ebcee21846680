package sqlfront

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"rondb-tui/simdrv"
)

// editor changes the rows of one table within one statement.
type editor struct {
	table *table
	mark  int // where the statement began, in the transaction's changes
}

var _ sql.TableEditor = (*editor)(nil)

// Inserter implements sql.InsertableTable.
func (t *table) Inserter(ctx *sql.Context) sql.RowInserter { return t.edit(ctx) }

// Updater implements sql.UpdatableTable.
func (t *table) Updater(ctx *sql.Context) sql.RowUpdater { return t.edit(ctx) }

// Deleter implements sql.DeletableTable.
func (t *table) Deleter(ctx *sql.Context) sql.RowDeleter { return t.edit(ctx) }

// Replacer implements sql.ReplaceableTable.
func (t *table) Replacer(ctx *sql.Context) sql.RowReplacer { return t.edit(ctx) }

// edit opens an editor. The library does so before it reads the rows to change,
// so those reads lock.
func (t *table) edit(ctx *sql.Context) *editor {
	if s, err := sessionOf(ctx); err == nil {
		s.change(t.stored)
	}
	return &editor{table: t}
}

// StatementBegin implements sql.EditOpenerCloser. With IGNORE it is called
// before each row.
func (e *editor) StatementBegin(ctx *sql.Context) {
	if s, err := sessionOf(ctx); err == nil {
		e.mark = s.tx().Mark()
	}
}

// DiscardChanges implements sql.EditOpenerCloser: the statement's changes go,
// its locks and the transaction stay.
func (e *editor) DiscardChanges(ctx *sql.Context, _ error) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	if !s.open.lost() {
		s.tx().RollbackTo(e.mark)
	}
	return nil
}

// StatementComplete implements sql.EditOpenerCloser.
func (e *editor) StatementComplete(*sql.Context) error { return nil }

// Close implements sql.Closer.
func (e *editor) Close(*sql.Context) error { return nil }

// Insert implements sql.RowInserter.
func (e *editor) Insert(ctx *sql.Context, row sql.Row) error {
	s, key, err := e.locate(ctx, row)
	if err != nil {
		return err
	}
	existing, found, err := s.tx().Read(ctx, e.table.stored, key, simdrv.LockExclusive)
	if err != nil {
		return s.fail(err)
	}
	if found {
		return e.duplicate(shared(existing))
	}
	return s.fail(s.tx().Put(ctx, e.table.stored, key, simdrv.Row(row.Copy())))
}

// Update implements sql.RowUpdater. The library has read the old row under an
// exclusive lock of this transaction.
func (e *editor) Update(ctx *sql.Context, before, after sql.Row) error {
	s, key, err := e.locate(ctx, before)
	if err != nil {
		return err
	}
	moved, err := e.table.definition.key(after)
	if err != nil {
		return err
	}
	if moved == key {
		return s.fail(s.tx().Put(ctx, e.table.stored, key, simdrv.Row(after.Copy())))
	}
	existing, found, err := s.tx().Read(ctx, e.table.stored, moved, simdrv.LockExclusive)
	if err != nil {
		return s.fail(err)
	}
	if found {
		return e.duplicate(shared(existing))
	}
	if err := s.tx().Delete(ctx, e.table.stored, key); err != nil {
		return s.fail(err)
	}
	return s.fail(s.tx().Put(ctx, e.table.stored, moved, simdrv.Row(after.Copy())))
}

// Delete implements sql.RowDeleter.
func (e *editor) Delete(ctx *sql.Context, row sql.Row) error {
	s, key, err := e.locate(ctx, row)
	if err != nil {
		return err
	}
	return s.fail(s.tx().Delete(ctx, e.table.stored, key))
}

func (e *editor) locate(ctx *sql.Context, row sql.Row) (*session, string, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return nil, "", err
	}
	key, err := e.table.definition.key(row)
	return s, key, err
}

// duplicate carries the row that is in the way: REPLACE and ON DUPLICATE KEY
// need it. Its text is MySQL's, behind a prefix of the library that mend cuts.
func (e *editor) duplicate(existing sql.Row) error {
	var values []string
	for _, ordinal := range e.table.definition.schema.PkOrdinals {
		values = append(values, fmt.Sprint(existing[ordinal]))
	}
	text := fmt.Sprintf("Duplicate entry '%s' for key '%s.PRIMARY'", strings.Join(values, "-"), e.table.Name())
	return sql.NewUniqueKeyErr(text, true, existing)
}
