package tui

import (
	"maps"
	"slices"
	"time"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// screenID names a screen.
type screenID uint8

const (
	screenBoot    screenID = iota // until the cluster is ready, or enter
	screenCluster                 // everything else
)

// ui is what the person has done to the screen; the cluster knows nothing of it.
type ui struct {
	screen   screenID
	focus    paneID
	bottom   paneID // what the list layout shows below
	selected present.Item
	marked   map[engine.NodeID]bool
	first    int // first row shown of the cluster
	back     int // events scrolled back from the newest
	sheets   []*sheet
	tokens   uint64 // the last token given to a call

	toast       string
	toasts      uint64 // the number of the remark shown
	interrupted time.Time
}

func newUI() ui {
	return ui{bottom: paneTimeline, marked: map[engine.NodeID]bool{}}
}

// top is the sheet that has the keys, nil if none is open.
func (u *ui) top() *sheet {
	if len(u.sheets) == 0 {
		return nil
	}
	return u.sheets[len(u.sheets)-1]
}

// token numbers a call of the engine.
func (u *ui) token() uint64 {
	u.tokens++
	return u.tokens
}

// focusOn gives a pane the keys, and shows it where only some are shown.
func (u *ui) focusOn(id paneID) {
	u.focus = id
	if id != paneCluster && id != paneLoad {
		u.bottom = id
	}
}

// turn moves the focus through the panes.
func (u *ui) turn(by int) {
	order := tabOrder()
	at := slices.Index(order, u.focus)
	u.focusOn(order[(at+by+len(order))%len(order)])
}

// targets are the nodes that a command is about: the marked ones, else the
// selected one.
func (u *ui) targets() []engine.NodeID {
	if len(u.marked) > 0 {
		return slices.Sorted(maps.Keys(u.marked))
	}
	if u.selected.Node != 0 {
		return []engine.NodeID{u.selected.Node}
	}
	return nil
}

// place is an item of the cluster pane, its row, and the block (a node group or
// a kind of nodes) it stands in.
type place struct {
	item  present.Item
	row   int
	block int
}

// places lists what can be selected, from the top; nothing before the first look
// at the cluster.
func places(s *engine.Snapshot) []place {
	v := present.View{Now: s.At, Glyphs: present.ASCII()}
	var all []place
	if len(s.Cluster.Observed.Nodes) == 0 {
		return nil // nobody has looked yet
	}
	block := 0
	last := present.Row{}
	for i, row := range present.ClusterRows(s, &v, singleWidth) {
		if row.Item == (present.Item{}) {
			continue
		}
		if row.Item.Kind != last.Item.Kind || row.Group != last.Group {
			block++
		}
		last = row
		all = append(all, place{row.Item, i, block})
	}
	return all
}

// settle keeps the selection and the marks on what is there: by node id, else on
// the heading of its kind, else at the top.
func (u *ui) settle(s *engine.Snapshot) {
	all := places(s)
	if len(all) == 0 {
		u.selected = present.Item{}
		return
	}
	known := func(item present.Item) bool {
		return slices.ContainsFunc(all, func(p place) bool { return p.item == item })
	}
	for id := range u.marked {
		if !slices.ContainsFunc(all, func(p place) bool { return p.item.Node == id }) {
			delete(u.marked, id)
		}
	}
	for _, item := range []present.Item{u.selected, {Kind: u.selected.Kind}, all[0].item} {
		if known(item) {
			u.selected = item
			return
		}
	}
}

// move moves the selection by rows, or with blocks to the same place of another
// node group or kind; it stops at the ends.
func (u *ui) move(s *engine.Snapshot, rows, blocks int) {
	all := places(s)
	at := slices.IndexFunc(all, func(p place) bool { return p.item == u.selected })
	if at < 0 {
		u.settle(s)
		return
	}
	if blocks != 0 {
		at = inBlock(all, at, blocks)
	}
	u.selected = all[min(max(at+rows, 0), len(all)-1)].item
}

// inBlock finds the place in a neighbouring block that is as far from its start
// as `at` is from its own.
func inBlock(all []place, at, blocks int) int {
	start := slices.IndexFunc(all, func(p place) bool { return p.block == all[at].block })
	to := slices.IndexFunc(all, func(p place) bool { return p.block == all[at].block+blocks })
	if to < 0 {
		return at
	}
	best := to
	for i := to; i < len(all) && all[i].block == all[to].block && i-to <= at-start; i++ {
		best = i
	}
	return best
}
