package simdrv

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// CheckReplicas compares the started replicas of every node group row by row and
// looks for rows in the wrong fragment and for locks that nobody holds. It finds
// nothing in a world that works.
func (w *World) CheckReplicas() error {
	w.enter()
	defer w.leave()
	for _, group := range w.groups {
		var first *node
		for _, n := range group {
			if !n.replica.member {
				continue
			}
			if err := w.checkPlaces(n); err != nil {
				return err
			}
			if first == nil {
				first = n
				continue
			}
			if err := w.compare(first, n); err != nil {
				return err
			}
		}
	}
	if len(w.txs) == 0 && len(w.locks) > 0 {
		return fmt.Errorf("%d row locks are held by no transaction", len(w.locks))
	}
	return nil
}

// checkPlaces looks for rows that do not belong where they are.
func (w *World) checkPlaces(n *node) error {
	for p, rows := range n.replica.parts {
		if p.fragment%len(w.groups) != int(n.Group) {
			return fmt.Errorf("node %d holds fragment %d of another group", n.ID, p.fragment)
		}
		for key := range rows {
			if home := w.partOf(p.table, key); home != p {
				return fmt.Errorf("node %d holds row %q of table %d in fragment %d instead of %d", n.ID, key, p.table, p.fragment, home.fragment)
			}
		}
	}
	return nil
}

// compare finds the first row in which two replicas differ.
func (w *World) compare(a, b *node) error {
	parts := w.data.partsOf(a.Group, len(w.groups))
	for _, p := range parts {
		left, right := a.replica.parts[p], b.replica.parts[p]
		keys := maps.Clone(left)
		if keys == nil {
			keys = map[string]Row{}
		}
		maps.Copy(keys, right)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			x, inLeft := left[key]
			y, inRight := right[key]
			if inLeft != inRight || !reflect.DeepEqual(x, y) {
				return fmt.Errorf("table %d, row %q: node %d has %v (%v), node %d has %v (%v)", p.table, key, a.ID, x, inLeft, b.ID, y, inRight)
			}
		}
	}
	return nil
}
