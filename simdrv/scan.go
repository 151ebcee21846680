package simdrv

import (
	"context"
	"maps"
	"slices"
)

// Scan gives the rows of a table in the order of their keys, with the
// transaction's own writes in them, until each says false. Without a lock mode
// it is one look at the committed rows; with one, every row is locked and then
// read. each is called without any lock and may use the transaction.
func (x *Tx) Scan(ctx context.Context, t *Table, mode LockMode, each func(key string, row Row) bool) error {
	var rows map[string]Row
	err := x.do(ctx, func() (bool, error) {
		ready, err := x.approachAll(t)
		if !ready || err != nil {
			return err != nil, err
		}
		rows = x.seeAll(t)
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		row := rows[key]
		if mode != LockNone {
			locked, found, err := x.Read(ctx, t, key, mode)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			row = locked
		}
		if !each(key, row) {
			return nil
		}
	}
	return nil
}

// approachAll is approach for all fragments of a table, without locks.
func (x *Tx) approachAll(t *Table) (ready bool, err error) {
	if ready, err := x.route(); !ready || err != nil {
		return false, err
	}
	if x.w.data.byID[t.ID] == nil {
		return false, noSuchTable()
	}
	for f := range len(x.w.groups) * fragmentsByGroup {
		if primary := x.w.primaryOf(part{t.ID, f}); primary == nil || !x.w.reach(x.coordinator, primary) {
			return false, nil
		}
	}
	return true, nil
}

// seeAll is every row that the transaction finds in a table.
func (x *Tx) seeAll(t *Table) map[string]Row {
	rows := map[string]Row{}
	for f := range len(x.w.groups) * fragmentsByGroup {
		p := part{t.ID, f}
		maps.Copy(rows, x.w.primaryOf(p).replica.parts[p])
	}
	for i := range x.writes {
		switch u := &x.writes[i]; {
		case u.key.table != t.ID:
		case u.deleted:
			delete(rows, u.key.key)
		default:
			rows[u.key.key] = u.row
		}
	}
	return rows
}
