package present

import "strings"

// spark plots the newest w values in one row, scaled to the largest of them; a
// second without a value is a space.
func spark(values []float64, w int, g *Glyphs) string {
	return Chart(values, w, 1, g)[0]
}

// Chart plots the newest w values as columns of h rows, the top row first, each
// exactly w columns. Zero is drawn as the lowest level of the bottom row.
func Chart(values []float64, w, h int, g *Glyphs) []string {
	if len(values) > w {
		values = values[len(values)-w:]
	}
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
