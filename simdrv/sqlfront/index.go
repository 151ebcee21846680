package sqlfront

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"
)

// primaryKey is the table's only index: a hash, which finds one row by its whole
// key and nothing else.
type primaryKey struct{ *definition }

var _ sql.Index = primaryKey{}

// ID implements sql.Index.
func (p primaryKey) ID() string { return "PRIMARY" }

// Database implements sql.Index.
func (p primaryKey) Database() string { return p.database }

// Table implements sql.Index.
func (p primaryKey) Table() string { return p.name }

// Expressions implements sql.Index.
func (p primaryKey) Expressions() []string {
	expressions := make([]string, 0, len(p.schema.PkOrdinals))
	for _, ordinal := range p.schema.PkOrdinals {
		expressions = append(expressions, p.name+"."+p.schema.Schema[ordinal].Name)
	}
	return expressions
}

// ColumnExpressionTypes implements sql.Index.
func (p primaryKey) ColumnExpressionTypes() []sql.ColumnExpressionType {
	columns := make([]sql.ColumnExpressionType, 0, len(p.schema.PkOrdinals))
	for i, expression := range p.Expressions() {
		typ := p.schema.Schema[p.schema.PkOrdinals[i]].Type
		columns = append(columns, sql.ColumnExpressionType{Expression: expression, Type: typ})
	}
	return columns
}

// CanSupport implements sql.Index. A range has to fix the first column at least:
// the library joins by parts of a key, and fails where an index refuses that,
// though only a whole key spares the scan.
func (p primaryKey) CanSupport(ctx *sql.Context, ranges ...sql.Range) bool {
	for _, r := range ranges {
		columns, ok := r.(sql.MySQLRange)
		if !ok || len(columns) == 0 {
			return false
		}
		if _, fixed := point(ctx, columns[0]); !fixed {
			return false
		}
	}
	return true
}

// points gives the values of a range that can hold one key only.
func (p primaryKey) points(ctx context.Context, r sql.MySQLRange) (values []any, ok bool) {
	if len(r) != len(p.schema.PkOrdinals) {
		return nil, false
	}
	for _, column := range r {
		value, fixed := point(ctx, column)
		if !fixed {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}

// point gives the value of a column's range that holds one value only.
func point(ctx context.Context, column sql.MySQLRangeColumnExpr) (value any, ok bool) {
	below, isBelow := column.LowerBound.(sql.Below)
	above, isAbove := column.UpperBound.(sql.Above)
	if !isBelow || !isAbove {
		return nil, false
	}
	order, err := column.Typ.Compare(ctx, below.Key, above.Key)
	return below.Key, err == nil && order == 0
}

// IsUnique implements sql.Index.
func (p primaryKey) IsUnique() bool { return true }

// IsSpatial implements sql.Index.
func (p primaryKey) IsSpatial() bool { return false }

// IsFullText implements sql.Index.
func (p primaryKey) IsFullText() bool { return false }

// IsVector implements sql.Index.
func (p primaryKey) IsVector() bool { return false }

// IsGenerated implements sql.Index.
func (p primaryKey) IsGenerated() bool { return false }

// Comment implements sql.Index.
func (p primaryKey) Comment() string { return "" }

// IndexType implements sql.Index.
func (p primaryKey) IndexType() string { return "HASH" }

// CanSupportOrderBy implements sql.Index.
func (p primaryKey) CanSupportOrderBy(sql.Expression) bool { return false }

// PrefixLengths implements sql.Index.
func (p primaryKey) PrefixLengths() []uint16 { return nil }

// GetIndexes implements sql.IndexAddressable.
func (t *table) GetIndexes(*sql.Context) ([]sql.Index, error) {
	return []sql.Index{primaryKey{t.definition}}, nil
}

// IndexedAccess implements sql.IndexAddressable.
func (t *table) IndexedAccess(*sql.Context, sql.IndexLookup) sql.IndexedTable { return t }

// PreciseMatch implements sql.IndexAddressable.
func (t *table) PreciseMatch() bool { return true }

// keys is a partition of single rows.
type keys []string

// Key implements sql.Partition.
func (keys) Key() []byte { return nil }

// within is a partition of the rows in some ranges: those that do not fix a whole
// key.
type within struct {
	key    primaryKey
	ranges sql.MySQLRangeCollection
}

// Key implements sql.Partition.
func (within) Key() []byte { return nil }

// contains says whether a row lies in one of the ranges.
func (w within) contains(row sql.Row) (bool, error) {
	for _, r := range w.ranges {
		inside := true
		for i := 0; i < len(r) && inside; i++ {
			value := row[w.key.schema.PkOrdinals[i]]
			low, err := r[i].LowerBound.Compare(sql.Below{Key: value}, r[i].Typ)
			if err != nil {
				return false, err
			}
			high, err := r[i].UpperBound.Compare(sql.Above{Key: value}, r[i].Typ)
			if err != nil {
				return false, err
			}
			inside = low <= 0 && high >= 0
		}
		if inside {
			return true, nil
		}
	}
	return false, nil
}

// LookupPartitions implements sql.IndexedTable.
func (t *table) LookupPartitions(ctx *sql.Context, lookup sql.IndexLookup) (sql.PartitionIter, error) {
	ranges, ok := lookup.Ranges.(sql.MySQLRangeCollection)
	if !ok {
		return nil, internal("look up", "unknown ranges %T", lookup.Ranges)
	}
	index := primaryKey{t.definition}
	var found keys
	for _, r := range ranges {
		values, isPoint := index.points(ctx, r)
		if !isPoint {
			return sql.PartitionsToPartitionIter(within{key: index, ranges: ranges}), nil
		}
		key, possible, err := t.definition.keyOf(ctx, values)
		if err != nil {
			return nil, err
		}
		if possible {
			found = append(found, key)
		}
	}
	return sql.PartitionsToPartitionIter(found), nil
}
