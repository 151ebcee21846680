package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"rondb-tui/tui/present"
)

// palette is the look of each role: the terminal's own sixteen colours, so that
// light and dark themes both work, blue for good because red and green look
// alike to many. Bold, underline and reverse carry the meaning without colour.
type palette [256]string

func newPalette(noColor bool) *palette {
	colour := func(s ansi.Style, c ansi.BasicColor) ansi.Style {
		if noColor {
			return s
		}
		return s.ForegroundColor(c)
	}
	looks := [...]ansi.Style{
		present.Plain:  nil,
		present.Strong: ansi.Style{}.Bold(),
		present.Dim:    ansi.Style{}.Faint(),
		present.Good:   colour(nil, ansi.BrightBlue),
		present.Info:   colour(nil, ansi.Cyan),
		present.Warn:   colour(ansi.Style{}.Underline(true), ansi.Yellow),
		present.Bad:    colour(ansi.Style{}.Bold(), ansi.BrightRed),
		present.Alarm:  colour(ansi.Style{}.Bold().Reverse(true), ansi.BrightRed),
	}
	p := &palette{}
	for role, look := range looks {
		if len(look) > 0 {
			p[role] = look.String()
		}
		p[present.Role(role)|present.Selected] = append(look[:len(look):len(look)], ansi.Style{}.Reverse(true)...).String()
	}
	return p
}

// cell is one column of one row. A wide rune is followed by a cell of rune 0.
type cell struct {
	r    rune
	role present.Role
}

// canvas is a screen being drawn. Nothing can be drawn outside it.
type canvas struct {
	w, h  int
	ascii bool // what the terminal may not know is replaced
	cells []cell
}

func newCanvas(w, h int) *canvas {
	c := &canvas{w: w, h: h, cells: make([]cell, w*h)}
	c.clear(rect{0, 0, w, h})
	return c
}

// rect is a part of the screen, in columns and rows from the top left.
type rect struct{ x, y, w, h int }

// inner is what a box leaves inside its border.
func (r rect) inner() rect { return rect{r.x + 1, r.y + 1, max(r.w-2, 0), max(r.h-2, 0)} }

func (c *canvas) clear(r rect) {
	for y := max(r.y, 0); y < min(r.y+r.h, c.h); y++ {
		for x := max(r.x, 0); x < min(r.x+r.w, c.w); x++ {
			c.set(x, y, cell{' ', present.Plain})
		}
	}
}

// set puts a cell, and blanks the other half of a wide rune it cuts.
func (c *canvas) set(x, y int, to cell) {
	row := c.cells[y*c.w : (y+1)*c.w]
	if row[x].r == 0 && x > 0 && to.r != 0 {
		row[x-1].r = ' '
	}
	if x+1 < c.w && row[x+1].r == 0 {
		row[x+1].r = ' '
	}
	row[x] = to
}

// line draws a line from (x, y) in at most w columns and gives the column after
// it.
func (c *canvas) line(x, y, w int, l present.Line) int {
	end := min(x+w, c.w)
	if y < 0 || y >= c.h || x < 0 {
		return x
	}
	for _, span := range l {
		for _, r := range span.Text {
			wide := present.RuneWidth(r)
			if x+wide > end {
				return x
			}
			switch {
			case c.ascii && r > '~':
				for i := range wide {
					c.set(x+i, y, cell{asASCII(r), span.Role})
				}
			case wide == 2:
				c.set(x, y, cell{r, span.Role})
				c.cells[y*c.w+x+1] = cell{0, span.Role}
			default:
				c.set(x, y, cell{r, span.Role})
			}
			x += wide
		}
	}
	return x
}

// asASCII is what stands for a character on a terminal that has only ASCII.
func asASCII(r rune) rune {
	switch r {
	case '→':
		return '>'
	case '…':
		return '.'
	default:
		return '?'
	}
}

// lines draws rows into a rectangle, those that fit.
func (c *canvas) lines(r rect, rows []present.Line) {
	for i, row := range rows[:min(len(rows), r.h)] {
		c.line(r.x, r.y+i, r.w, row)
	}
}

// box draws a border with a title at the left and a remark at the right.
func (c *canvas) box(r rect, g *present.Glyphs, role present.Role, title, remark string) {
	if r.w < 2 || r.h < 2 {
		return
	}
	middle := r.w - 2
	top := strings.Repeat(g.Horizontal, middle)
	c.line(r.x, r.y, r.w, present.Words(role, g.TopLeft+top+g.TopRight))
	for y := r.y + 1; y < r.y+r.h-1; y++ {
		c.line(r.x, y, 1, present.Words(role, g.Vertical))
		c.line(r.x+r.w-1, y, 1, present.Words(role, g.Vertical))
	}
	c.line(r.x, r.y+r.h-1, r.w, present.Words(role, g.BottomLeft+top+g.BottomRight))
	at := c.line(r.x+1, r.y, middle, present.Words(present.Strong, present.Clip(" "+title+" ", middle)))
	if start := r.x + r.w - 1 - present.Width(remark) - 2; remark != "" && start > at {
		c.line(start, r.y, middle, present.Words(present.Plain, " "+remark+" "))
	}
}

// render writes the canvas with the palette's looks, every row exactly w
// columns wide.
func (c *canvas) render(p *palette) string {
	var b strings.Builder
	b.Grow(len(c.cells) * 2)
	for y := range c.h {
		if y > 0 {
			b.WriteByte('\n')
		}
		look := ""
		for _, one := range c.cells[y*c.w : (y+1)*c.w] {
			if one.r == 0 {
				continue
			}
			if next := p[one.role]; next != look {
				if look != "" {
					b.WriteString(ansi.ResetStyle)
				}
				b.WriteString(next)
				look = next
			}
			b.WriteRune(one.r)
		}
		if look != "" {
			b.WriteString(ansi.ResetStyle)
		}
	}
	return b.String()
}
