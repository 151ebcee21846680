package sqlfront

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"rondb-tui/simdrv"
)

// definition is what the dictionary keeps of a table for the MySQL servers. It
// is immutable and shared by all of them.
type definition struct {
	database  string
	name      string
	schema    sql.PrimaryKeySchema
	collation sql.CollationID
	comment   string
}

func newDefinition(db, name string, schema sql.PrimaryKeySchema, collation sql.CollationID, comment string) *definition {
	columns := schema.Schema.Copy()
	for _, column := range columns {
		column.Source, column.DatabaseSource = name, db
	}
	return &definition{
		database: db, name: name, collation: collation, comment: comment,
		schema: sql.NewPrimaryKeySchema(columns, schema.PkOrdinals...),
	}
}

// table is a table as one statement sees it.
type table struct {
	definition *definition
	stored     *simdrv.Table
}

var (
	_ sql.InsertableTable       = (*table)(nil)
	_ sql.UpdatableTable        = (*table)(nil)
	_ sql.DeletableTable        = (*table)(nil)
	_ sql.ReplaceableTable      = (*table)(nil)
	_ sql.TruncateableTable     = (*table)(nil)
	_ sql.AutoIncrementTable    = (*table)(nil)
	_ sql.PrimaryKeyTable       = (*table)(nil)
	_ sql.CommentedTable        = (*table)(nil)
	_ sql.TemporaryTable        = (*table)(nil)
	_ sql.IndexAddressableTable = (*table)(nil)
	_ sql.IndexedTable          = (*table)(nil)
)

// Name implements sql.Table.
func (t *table) Name() string { return t.definition.name }

// String implements sql.Table.
func (t *table) String() string { return t.definition.name }

// Schema implements sql.Table.
func (t *table) Schema() sql.Schema { return t.definition.schema.Schema }

// PrimaryKeySchema implements sql.PrimaryKeyTable.
func (t *table) PrimaryKeySchema() sql.PrimaryKeySchema { return t.definition.schema }

// Collation implements sql.Table.
func (t *table) Collation() sql.CollationID { return t.definition.collation }

// Comment implements sql.CommentedTable.
func (t *table) Comment() string { return t.definition.comment }

// IsTemporary implements sql.TemporaryTable. The library asks before it refuses
// a change in a read-only transaction, and panics where the method is missing.
func (t *table) IsTemporary() bool { return false }

// wholeTable is the partition that holds all rows: how they are spread over the
// data nodes is not the library's concern.
type wholeTable struct{}

// Key implements sql.Partition.
func (wholeTable) Key() []byte { return nil }

// Partitions implements sql.Table.
func (t *table) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(wholeTable{}), nil
}

// PartitionRows implements sql.Table. It locks rows before it reads them where
// the statement asks for that.
func (t *table) PartitionRows(ctx *sql.Context, partition sql.Partition) (sql.RowIter, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return nil, err
	}
	var rows []sql.Row
	switch p := partition.(type) {
	case keys:
		rows, err = t.readKeys(ctx, s, p)
	case within:
		rows, err = t.scan(ctx, s, p.contains)
	default:
		rows, err = t.scan(ctx, s, func(sql.Row) (bool, error) { return true, nil })
	}
	if err != nil {
		return nil, s.fail(err)
	}
	return sql.RowsToRowIter(rows...), nil
}

func (t *table) readKeys(ctx *sql.Context, s *session, wanted keys) ([]sql.Row, error) {
	var rows []sql.Row
	for _, key := range wanted {
		row, found, err := s.tx().Read(ctx, t.stored, key, s.lockFor(t.stored))
		if err != nil {
			return nil, err
		}
		if found {
			rows = append(rows, shared(row))
		}
	}
	return rows, nil
}

func (t *table) scan(ctx *sql.Context, s *session, wanted func(sql.Row) (bool, error)) ([]sql.Row, error) {
	var rows []sql.Row
	var failure error
	err := s.tx().Scan(ctx, t.stored, s.lockFor(t.stored), func(_ string, row simdrv.Row) bool {
		ok, err := wanted(sql.Row(row))
		if ok {
			rows = append(rows, shared(row))
		}
		failure = err
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return rows, failure
}

// shared lends a row of the data nodes to the library, which only ever appends
// to rows: without spare capacity it has to copy.
func shared(row simdrv.Row) sql.Row { return sql.Row(row[:len(row):len(row)]) }

// Truncate implements sql.TruncateableTable. The library turns a DELETE of all
// rows into it, so it belongs to the transaction like any other change.
func (t *table) Truncate(ctx *sql.Context) (int, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return 0, err
	}
	var doomed []string
	err = s.tx().Scan(ctx, t.stored, simdrv.LockExclusive, func(key string, _ simdrv.Row) bool {
		doomed = append(doomed, key)
		return true
	})
	if err != nil {
		return 0, s.fail(err)
	}
	for _, key := range doomed {
		if err := s.tx().Delete(ctx, t.stored, key); err != nil {
			return 0, s.fail(err)
		}
	}
	return len(doomed), nil
}

// PeekNextAutoIncrementValue implements sql.AutoIncrementGetter.
func (t *table) PeekNextAutoIncrementValue(ctx *sql.Context) (uint64, error) {
	return t.reserve(ctx, 0)
}

// GetNextAutoIncrementValue implements sql.AutoIncrementTable. A value that the
// statement gives moves the counter past it.
func (t *table) GetNextAutoIncrementValue(ctx *sql.Context, given any) (uint64, error) {
	if given == nil {
		return t.reserve(ctx, 1)
	}
	converted, _, err := types.Uint64.Convert(ctx, given)
	if err != nil {
		return 0, err
	}
	value, ok := converted.(uint64)
	if !ok || value == math.MaxUint64 {
		return value, nil
	}
	return value, t.setAutoIncrement(ctx, value+1)
}

func (t *table) reserve(ctx *sql.Context, n uint64) (uint64, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return 0, err
	}
	first, err := s.stored.NextAutoIncrement(t.stored, n)
	return first, s.fail(err)
}

// setAutoIncrement moves the counter forward; it never goes back.
func (t *table) setAutoIncrement(ctx *sql.Context, next uint64) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	return s.fail(s.stored.SetAutoIncrement(t.stored, next))
}

// AutoIncrementSetter implements sql.AutoIncrementTable.
func (t *table) AutoIncrementSetter(*sql.Context) sql.AutoIncrementSetter { return counter{t} }

// counter sets a table's AUTO_INCREMENT.
type counter struct{ table *table }

// SetAutoIncrementValue implements sql.AutoIncrementSetter.
func (c counter) SetAutoIncrementValue(ctx *sql.Context, next uint64) error {
	return c.table.setAutoIncrement(ctx, next)
}

// AcquireAutoIncrementLock implements sql.AutoIncrementSetter. Values come from
// the data nodes one at a time, so there is nothing to lock.
func (c counter) AcquireAutoIncrementLock(*sql.Context) (func(), error) { return func() {}, nil }

// Close implements sql.Closer.
func (c counter) Close(*sql.Context) error { return nil }
