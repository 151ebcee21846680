package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
)

// plot is how the load's two plots are drawn, one column a second.
type plot struct {
	width  int  // columns, with the gutter
	height int  // rows of one plot
	gutter int  // columns left of a plot, for its scale
	axes   bool // with scales and a time axis
	under  bool // with a row below the first for the faults
}

// The bounds of a plot: it does not fill a tall pane, and has axes only where
// they leave room for it.
const (
	maxPlotRows  = 8
	minAxesRows  = 3
	minAxesWidth = 40
	minScale     = 5 // columns of a scale, so that a plot does not shift with each figure
)

// plotFor divides h rows of w columns between two plots and as much of a tail of
// other rows as leaves the plots a row each. marked says that a fault is in
// sight.
func plotFor(h, tail, w int, marked bool) plot {
	room := max(h-min(tail, max(h-2, 0)), 2)
	p := plot{width: w, height: min(max(room/2, 1), maxPlotRows)}
	p.axes = w >= minAxesWidth && (room-1)/2 >= minAxesRows
	p.under = p.axes || marked && p.height > 1
	if p.under {
		p.height = min(max((room-1)/2, 1), maxPlotRows)
	}
	return p
}

// rows draws the newest values, with the scale in the gutter.
func (p *plot) rows(values []float64, role Role, label func([]float64) string, v *View) []Line {
	shown := newest(values, p.width-p.gutter)
	var rows []Line
	for i, row := range Chart(shown, p.width-p.gutter, p.height, &v.Glyphs) {
		scale := ""
		switch i {
		case 0:
			scale = label(shown)
		case p.height - 1:
			scale = "0"
		}
		var line Line
		if p.gutter > 0 {
			line = Words(Dim, PadLeft(scale, p.gutter-1)+" ")
		}
		rows = append(rows, line.Add(role, row))
	}
	return rows
}

// timeAxis is the row below a plot: where faults happened, and where it has axes
// how far back it goes.
func (p *plot) timeAxis(l *engine.LoadView) Line {
	w := p.width - p.gutter
	marks := faultMarks(l, w)
	line := Words(Plain, strings.Repeat(" ", p.gutter))
	from, to := "", ""
	if p.axes {
		from, to = fmt.Sprintf("%d s ago", w), "now"
	}
	if strings.TrimSpace(marks[:min(len(from)+1, w)]) != "" {
		from = ""
	}
	if strings.TrimSpace(marks[max(w-len(to)-1, 0):]) != "" {
		to = ""
	}
	return line.Add(Dim, from).Add(Bad, marks[len(from):w-len(to)]).Add(Dim, to)
}

// inSight says whether a fault is among the newest w seconds.
func inSight(l *engine.LoadView, one *engine.Incident, w int) bool {
	samples := newest(l.Samples, w)
	return len(samples) > 0 && !one.At.Before(samples[0].At) && !one.At.After(samples[len(samples)-1].At)
}

// faultMarks is w columns with a mark under the second of each fault in sight,
// and beside it the nodes.
func faultMarks(l *engine.LoadView, w int) string {
	const longest = 12
	samples := newest(l.Samples, w)
	row := strings.Repeat(" ", w)
	for i := len(l.Incidents) - 1; i >= 0; i-- { // the newest have the room first
		one := &l.Incidents[i]
		if !inSight(l, one, w) {
			continue
		}
		at := w - len(samples) + slices.IndexFunc(samples, func(s engine.LoadSample) bool { return !s.At.Before(one.At) })
		mark := Clip("^"+faultWords(one), longest)
		if at+len(mark) > w { // no room at the right: the nodes stand before their mark
			mark = Clip(faultWords(one), longest-1) + "^"
			at = max(at+1-len(mark), 0)
		}
		if taken := row[max(at-1, 0):min(at+len(mark)+1, w)]; strings.TrimSpace(taken) != "" {
			continue // two marks in one place would name nodes that do not exist
		}
		row = Clip(row[:at]+mark+row[min(at+len(mark), w):], w)
	}
	return row
}

// faultWords names what a fault struck, short enough to stand below a plot.
func faultWords(one *engine.Incident) string {
	words := make([]string, len(one.Nodes))
	for i, id := range one.Nodes {
		words[i] = id.String()
	}
	return strings.Join(words, ",")
}

func opsLabel(values []float64) string { return Count(uint64(largest(values))) }

// latencyLabel is the largest of latencies in milliseconds.
func latencyLabel(values []float64) string {
	return shortSpan(time.Duration(largest(values) * float64(time.Millisecond)))
}

// newest is at most the last n of some values.
func newest[T any](values []T, n int) []T { return values[max(len(values)-n, 0):] }

// spark plots the newest w values in one row, scaled to the largest of them; a
// second without a value is a space.
func spark(values []float64, w int, g *Glyphs) string {
	return Chart(values, w, 1, g)[0]
}

// Chart plots the newest w values as columns of h rows, the top row first, each
// exactly w columns. Zero is drawn as the lowest level of the bottom row.
func Chart(values []float64, w, h int, g *Glyphs) []string {
	values = newest(values, w)
	top := largest(values)
	rows := make([]string, h)
	for row := range h {
		var b strings.Builder
		b.WriteString(strings.Repeat(" ", w-len(values)))
		for _, v := range values {
			b.WriteString(chartCell(v, top, h-1-row, h, g))
		}
		rows[row] = b.String()
	}
	return rows
}

// chartCell is what one column shows in one row; row 0 is the bottom.
func chartCell(v, top float64, row, h int, g *Glyphs) string {
	steps := len(g.Levels)
	filled := 0
	if top > 0 && v > 0 {
		filled = max(int(v/top*float64(h*steps)+0.5), 1)
	}
	switch here := filled - row*steps; {
	case here >= steps:
		return g.Levels[steps-1]
	case here > 0:
		return g.Levels[here-1]
	case row == 0:
		return g.Levels[0]
	default:
		return " "
	}
}

// largest is the largest of the values, 0 of none.
func largest(values []float64) float64 {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	return top
}
