package tui

import (
	"testing"

	"pgregory.net/rapid"
)

// TestLayoutProperties: whatever the size, everything stands inside the screen,
// nothing overlaps, and from the list layout up nothing is left empty.
func TestLayoutProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(-1, 300).Draw(t, "w"), rapid.IntRange(-1, 120).Draw(t, "h")
		focus := rapid.SampledFrom(tabOrder()).Draw(t, "focus")
		bottom := rapid.SampledFrom(tabOrder()[2:]).Draw(t, "bottom")
		l := layoutFor(w, h, focus, bottom)
		if l.kind == layoutNone {
			if w >= 1 && h >= 1 {
				t.Fatalf("no layout for %dx%d", w, h)
			}
			return
		}
		taken := make([]bool, w*h)
		area := 0
		place := func(r rect) {
			for y := r.y; y < r.y+r.h; y++ {
				for x := r.x; x < r.x+r.w; x++ {
					if x < 0 || y < 0 || x >= w || y >= h {
						t.Fatalf("%+v reaches outside of %dx%d", r, w, h)
					}
					if taken[y*w+x] {
						t.Fatalf("%+v overlaps at %d,%d", r, x, y)
					}
					taken[y*w+x] = true
					area++
				}
			}
		}
		for _, p := range l.panes {
			if p.at.w < 20 || p.at.h < 3 {
				t.Fatalf("pane %d is too small to say anything: %+v", p.id, p.at)
			}
			place(p.at)
		}
		for _, r := range []rect{l.header, l.status, l.events} {
			place(r)
		}
		if l.kind > layoutLine {
			place(l.footer)
		}
		if l.kind >= layoutSingle && area != w*h {
			t.Fatalf("%d of %d columns and rows are used", area, w*h)
		}
		if _, shown := l.pane(focus); !shown && l.kind == layoutSingle {
			t.Fatalf("the focused pane %d is not shown", focus)
		}
	})
}

func TestLayoutThresholds(t *testing.T) {
	for _, one := range []struct {
		w, h int
		want layoutKind
	}{
		{0, 0, layoutNone}, {1, 1, layoutLine}, {39, 60, layoutLine}, {200, 7, layoutLine}, {40, 8, layoutSingle},
		{79, 24, layoutSingle}, {80, 23, layoutSingle}, {80, 24, layoutList}, {110, 33, layoutList},
		{110, 34, layoutWide}, {179, 60, layoutWide}, {180, 50, layoutDashboard},
	} {
		if got := layoutFor(one.w, one.h, paneCluster, paneTimeline).kind; got != one.want {
			t.Errorf("%dx%d has layout %d, want %d", one.w, one.h, got, one.want)
		}
	}
}
