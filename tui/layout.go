package tui

// paneID names a pane.
type paneID uint8

const (
	paneCluster paneID = iota
	paneLoad
	paneEngine
	paneIncident
	paneTimeline
	paneLedger // a pane of its own on the largest layout only
)

// tabOrder is the order in which tab goes through the panes.
func tabOrder() []paneID {
	return []paneID{paneCluster, paneLoad, paneEngine, paneIncident, paneTimeline}
}

// layoutKind is how much room there is.
type layoutKind uint8

const (
	layoutNone      layoutKind = iota // no room at all
	layoutLine                        // one status line
	layoutSingle                      // one pane at a time
	layoutList                        // cluster, load, and one pane below
	layoutWide                        // all panes
	layoutDashboard                   // all panes, the ledger in one of its own
)

// The smallest sizes of the layouts, in columns and rows.
const (
	singleWidth, singleHeight       = 40, 8
	listWidth, listHeight           = 80, 24
	wideWidth, wideHeight           = 110, 34
	dashboardWidth, dashboardHeight = 180, 50
)

// roomyHeight is from how many rows on a sheet can explain all its answers.
const roomyHeight = 20

// placed is a pane and where it stands.
type placed struct {
	id paneID
	at rect
}

// layout is where everything stands on a screen of w by h.
type layout struct {
	kind   layoutKind
	w, h   int
	header rect
	status rect // the load in one line, on the single layout
	panes  []placed
	events rect // the newest events below a single pane
	footer rect
}

// layoutFor divides a screen of w columns and h rows. focus is the pane that the
// keys go to, bottom the one shown below on the list layout.
func layoutFor(w, h int, focus, bottom paneID) layout {
	l := layout{w: w, h: h, header: rect{0, 0, w, 1}, footer: rect{0, h - 2, w, 2}}
	switch {
	case w < 1 || h < 1:
		return layout{}
	case w < singleWidth || h < singleHeight:
		return layout{kind: layoutLine, w: w, h: h, header: rect{0, 0, w, 1}}
	case w < listWidth || h < listHeight:
		l.kind = layoutSingle
		l.single(focus)
	case w < wideWidth || h < wideHeight:
		l.kind = layoutList
		below := min(max((h-3)/3, 7), 14)
		top := h - 3 - below
		left := w * 5 / 8
		l.panes = []placed{
			{paneCluster, rect{0, 1, left, top}},
			{paneLoad, rect{left, 1, w - left, top}},
			{bottom, rect{0, 1 + top, w, below}},
		}
	default:
		l.kind = layoutWide
		if w >= dashboardWidth && h >= dashboardHeight {
			l.kind = layoutDashboard
		}
		l.all()
	}
	return l
}

// single gives all the room to one pane, and two rows to the newest events where
// there are enough.
func (l *layout) single(focus paneID) {
	footer, events := 1, 0
	if l.h >= 12 {
		footer = 2
	}
	if l.h >= 14 && focus != paneTimeline {
		events = 2
	}
	l.footer = rect{0, l.h - footer, l.w, footer}
	l.status = rect{0, 1, l.w, 1}
	body := l.h - 2 - footer - events
	l.panes = []placed{{focus, rect{0, 2, l.w, body}}}
	l.events = rect{0, 2 + body, l.w, events}
}

// all shows every pane: cluster and load above, engine and incident in the
// middle, the timeline below.
func (l *layout) all() {
	rest := l.h - 3
	middle, below := rest/4, rest*2/9
	top := rest - middle - below
	left := l.w * 5 / 8
	if l.kind == layoutDashboard {
		left = l.w * 9 / 16
	}
	right := l.w - left
	half := l.w / 2
	loadHeight := top
	if l.kind == layoutDashboard {
		loadHeight = top * 7 / 10
	}
	l.panes = []placed{
		{paneCluster, rect{0, 1, left, top}},
		{paneLoad, rect{left, 1, right, loadHeight}},
		{paneEngine, rect{0, 1 + top, half, middle}},
		{paneIncident, rect{half, 1 + top, l.w - half, middle}},
		{paneTimeline, rect{0, 1 + top + middle, l.w, below}},
	}
	if l.kind == layoutDashboard {
		l.panes = append(l.panes, placed{paneLedger, rect{left, 1 + loadHeight, right, top - loadHeight}})
	}
}

// pane is where a pane stands; ok is false if it is not shown.
func (l *layout) pane(id paneID) (at rect, ok bool) {
	for _, p := range l.panes {
		if p.id == id {
			return p.at, true
		}
	}
	return rect{}, false
}
