package simdrv

import (
	"cmp"
	"errors"
	"hash/fnv"
	"maps"
	"slices"

	"rondb-tui/engine"
)

// What the dictionary answers to a wrong name. NDBError is for the rest.
var (
	ErrExists   = errors.New("it exists already")
	ErrNotFound = errors.New("it does not exist")
	ErrTooMany  = errors.New("there are too many of them")
)

// tableName is what a table is found by.
type tableName struct{ database, name string }

// dictionary holds the databases and tables. Every data node has it, so it is
// one here, and lost with the last volume.
type dictionary struct {
	databases map[string]bool
	tables    map[tableName]*tableEntry
	byID      map[TableID]*tableEntry
	lastID    TableID
}

type tableEntry struct {
	table Table
	next  uint64 // auto-increment
}

func newDictionary() dictionary {
	return dictionary{databases: map[string]bool{}, tables: map[tableName]*tableEntry{}, byID: map[TableID]*tableEntry{}}
}

// forgetDictionary follows the loss of the last volume. Table numbers are not
// used again.
func (w *World) forgetDictionary() {
	last := w.data.lastID
	w.data = newDictionary()
	w.data.lastID = last
	w.cluster.undo = nil
}

// part is one fragment of one table.
type part struct {
	table    TableID
	fragment int
}

// partsOf lists the parts that a node group holds, by table and fragment.
func (d *dictionary) partsOf(group engine.GroupID, groups int) []part {
	var parts []part
	for _, id := range slices.Sorted(maps.Keys(d.byID)) {
		for f := int(group); f < groups*fragmentsByGroup; f += groups {
			parts = append(parts, part{table: id, fragment: f})
		}
	}
	return parts
}

// partOf finds the part of a table that a key belongs to.
func (w *World) partOf(table TableID, key string) part {
	hash := fnv.New64a()
	hash.Write([]byte(key))
	return part{table: table, fragment: int(hash.Sum64() % uint64(w.config.NodeGroups*fragmentsByGroup))} //nolint:gosec // a small remainder
}

// groupOf lists the data nodes of the group that holds a part.
func (w *World) groupOf(p part) []*node { return w.groups[p.fragment%len(w.groups)] }

// primaryOf is the replica that serves the reads of a part; nil if there is
// none. Fragments of a group are spread over its members.
func (w *World) primaryOf(p part) *node {
	group, members := w.groupOf(p), 0
	for _, n := range group {
		if n.replica.member {
			members++
		}
	}
	if members == 0 {
		return nil
	}
	turn := p.fragment / len(w.groups) % members
	for _, n := range group {
		if !n.replica.member {
			continue
		}
		if turn == 0 {
			return n
		}
		turn--
	}
	return nil
}

// holds says whether a data node takes part in the writes of a part.
func (n *node) holds(p part) bool { return n.replica.member || n.replica.synced[p] }

// set writes a row of a part, or removes it.
func (r *replica) set(p part, key string, row Row, deleted bool) {
	rows := r.parts[p]
	if deleted {
		delete(rows, key)
		return
	}
	if rows == nil {
		rows = map[string]Row{}
		r.parts[p] = rows
	}
	rows[key] = row
}

// rows counts the rows a data node holds.
func (r *replica) rows() int64 {
	count := 0
	for _, rows := range r.parts {
		count += len(rows)
	}
	return int64(count)
}

// copyFragment gives a starting node a part; from now on it takes part in its
// writes.
func (w *World) copyFragment(source, target *node, p part) {
	target.replica.parts[p] = maps.Clone(source.replica.parts[p])
	target.replica.synced[p] = true
	w.note("node %d: copied table %d fragment %d from node %d, %d rows",
		target.ID, p.table, p.fragment, source.ID, len(target.replica.parts[p]))
	w.touch()
}

func (w *World) createDatabase(name string) error {
	switch {
	case w.data.databases[name]:
		return ErrExists
	case len(w.data.databases) >= maxDatabases:
		return ErrTooMany
	}
	w.data.databases[name] = true
	w.note("create database %q", name)
	return nil
}

func (w *World) dropDatabase(name string) error {
	if !w.data.databases[name] {
		return ErrNotFound
	}
	for _, t := range w.data.tablesOf(name) {
		w.dropTable(t.ID)
	}
	delete(w.data.databases, name)
	w.note("drop database %q", name)
	return nil
}

// tablesOf lists the tables of a database by name.
func (d *dictionary) tablesOf(database string) []*Table {
	var tables []*Table
	for name, entry := range d.tables {
		if name.database == database {
			tables = append(tables, &entry.table)
		}
	}
	slices.SortFunc(tables, func(a, b *Table) int { return cmp.Compare(a.Name, b.Name) })
	return tables
}

func (w *World) createTable(t Table) (*Table, error) {
	d, name := &w.data, tableName{t.Database, t.Name}
	switch {
	case !d.databases[t.Database]:
		return nil, ErrNotFound
	case d.tables[name] != nil:
		return nil, ErrExists
	case len(d.tables) >= maxTables:
		return nil, ErrTooMany
	}
	d.lastID++
	t.ID = d.lastID
	entry := &tableEntry{table: t, next: 1}
	d.tables[name], d.byID[t.ID] = entry, entry
	for _, n := range w.nodes {
		if n.replica.synced == nil {
			continue
		}
		for f := int(n.Group); f < len(w.groups)*fragmentsByGroup; f += len(w.groups) {
			n.replica.synced[part{t.ID, f}] = true
		}
	}
	w.note("create table %d %q.%q", t.ID, t.Database, t.Name)
	return &entry.table, nil
}

func (w *World) dropTable(id TableID) {
	entry := w.data.byID[id]
	delete(w.data.byID, id)
	delete(w.data.tables, tableName{entry.table.Database, entry.table.Name})
	for _, n := range w.nodes {
		maps.DeleteFunc(n.replica.parts, func(p part, _ map[string]Row) bool { return p.table == id })
	}
	w.note("drop table %d", id)
}
