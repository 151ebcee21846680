package present

import (
	"fmt"
	"time"

	"rondb-tui/engine"
)

// View is how a snapshot is looked at.
type View struct {
	Now      time.Time // in the snapshot's time
	Glyphs   Glyphs
	Selected Item
	Marked   map[engine.NodeID]bool
}

// HealthWords puts a cluster's health in words with a mark, long and short.
func HealthWords(s *engine.Snapshot) (long, short string, role Role) {
	c := &s.Cluster
	switch c.Health {
	case engine.Healthy:
		if c.Spec.NumManagedMysqldVms == 0 {
			return "OK, no MySQL server", "OK", Good
		}
		return "OK, serving", "OK", Good
	case engine.AtRisk:
		return "[!] AT RISK, serving", "[!] AT RISK", Warn
	case engine.Starting:
		return "[~] STARTING", "[~] STARTING", Info
	case engine.Stopped:
		return "[ ] STOPPED", "[ ] STOPPED", Dim
	case engine.Down:
		return "[X] DOWN, not serving", "[X] DOWN", Alarm
	default:
		return "[?] UNKNOWN", "[?] UNKNOWN", Warn
	}
}

// lost is the count in the corner of every screen. It is only as good as the
// ledger's verdict: another finding than a loss is no good news either.
func lost(s *engine.Snapshot) Span {
	l := &s.Load.Ledger
	text := fmt.Sprintf(" LOST %s ", Count(l.Lost))
	switch {
	case l.Lost > 0, l.Verdict == engine.VerdictFail:
		return Span{text, Alarm}
	case l.Verdict == engine.VerdictUnsure:
		return Span{text, Warn}
	}
	return Span{text, Good}
}

// Header is the first row of every screen, exactly w columns: name, health,
// shape, version, whether it is simulated, and the ledger at the right end. What
// does not fit goes in this order: version, long words, the shape, acknowledged
// and unknown writes, the name. s may be nil: nothing is known yet.
func Header(s *engine.Snapshot, readOnly bool, w int) Line {
	watch := Span{Role: Warn}
	if readOnly {
		watch.Text = "READ-ONLY"
	}
	if s == nil {
		left := Words(Info, Clip(" waiting for the engine", max(w-8, 0)))
		corner := Span{"LOST ? ", Dim}
		if readOnly && left.Width()+2+Width(watch.Text)+1+Width(corner.Text) <= w {
			left = left.Add(Plain, "  ").Add(watch.Role, watch.Text)
		}
		return cornered(left, corner, w)
	}
	const variants = 7
	for detail := range variants {
		left, right := headerLeft(s, detail), headerRight(s, detail)
		if readOnly {
			left = left.Add(Plain, "  ").Add(watch.Role, watch.Text)
		}
		if left.Width()+1+right.Width() <= w {
			return Between(left, right, w)
		}
	}
	corner := lost(s)
	_, short, role := HealthWords(s)
	left, gap := Line{}, " "
	if readOnly {
		gap = "" // one more word: every column counts
	}
	for _, part := range []Span{simulated(s), {short, role}, watch} {
		if part.Text != "" && left.Width()+len(gap)+Width(part.Text)+Width(corner.Text) < w {
			left = left.Add(Plain, gap).Add(part.Role, part.Text)
			gap = " "
		}
	}
	return cornered(left, corner, w)
}

// cornered puts the count of lost writes at the right end of a row, alone where
// there is room for nothing else.
func cornered(left Line, corner Span, w int) Line {
	if left.Width()+1+Width(corner.Text) <= w {
		return Between(left, Line{corner}, w)
	}
	return Words(corner.Role, Clip(corner.Text, w))
}

func simulated(s *engine.Snapshot) Span {
	if s.Cluster.Simulated {
		return Span{"SIMULATED", Info}
	}
	return Span{}
}

// headerLeft drops more the larger less is.
func headerLeft(s *engine.Snapshot, less int) Line {
	c := &s.Cluster
	long, short, role := HealthWords(s)
	name := Clean(string(c.Name))
	switch {
	case less >= 6:
		name = Clip(name, 4)
	case less >= 5:
		name = Clip(name, 16)
	}
	health := long
	if less >= 2 {
		health = short
	}
	line := Words(Strong, " "+name).Add(Plain, "  ").Add(role, health)
	if less < 3 {
		groups, replicas := shape(c)
		line = line.Add(Plain, fmt.Sprintf("  %dx%d", groups, replicas))
	}
	if less < 1 {
		line = line.Add(Dim, "  "+version(c))
	}
	if c.Simulated {
		line = line.Add(Plain, "  ").Add(Info, "SIMULATED")
	}
	return line
}

func headerRight(s *engine.Snapshot, less int) Line {
	l := &s.Load.Ledger
	line := Line{}
	switch {
	case less < 2:
		line = line.Add(Plain, "acked "+Count(l.Acked)).Add(Plain, "  ").
			Add(unknownRole(l), "unknown "+Count(l.Unknown)).Add(Plain, " ")
	case less < 4:
		line = line.Add(Plain, "acked "+ShortCount(l.Acked)).Add(Plain, "  ").
			Add(unknownRole(l), "unknown "+ShortCount(l.Unknown)).Add(Plain, " ")
	}
	return append(line, lost(s))
}

func unknownRole(l *engine.LedgerView) Role {
	if l.Unknown > 0 {
		return Warn
	}
	return Dim
}

// version is the one the data nodes run, or the desired one while none does.
func version(c *engine.ClusterView) string {
	for i := range c.Observed.Nodes {
		if n := &c.Observed.Nodes[i]; n.Kind == engine.KindData && n.Version != "" {
			return Clean(n.Version)
		}
	}
	return Clean(c.Spec.RonDBVersion)
}

// StatusLine is the whole cluster in one row of at most w columns, for a
// terminal too small for anything else.
func StatusLine(s *engine.Snapshot, w int) Line {
	if s == nil {
		return Words(Dim, Clip("waiting for the engine", w))
	}
	corner := lost(s)
	_, short, role := HealthWords(s)
	parts := []Span{simulated(s), {short, role}}
	for i := range s.Cluster.Groups {
		g := &s.Cluster.Groups[i]
		if g.Started >= s.Cluster.Spec.ActiveReplicationFactor {
			continue // only what is missing is news
		}
		parts = append(parts, Span{fmt.Sprintf("NG%d=%d/%d", g.ID, g.Started, len(g.Nodes)), Plain})
	}
	parts = append(parts, Span{fmt.Sprintf("%.0f op/s", s.Load.OpsPerSecond), Plain})
	left := Line{}
	for _, part := range parts {
		if left.Width()+Width(part.Text)+2+Width(corner.Text) <= w && part.Text != "" {
			left = left.Add(part.Role, part.Text).Add(Plain, " ")
		}
	}
	return cornered(left, corner, w)
}
