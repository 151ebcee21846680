package present

import (
	"fmt"
	"slices"
	"time"

	"rondb-tui/engine"
)

// LoadTitle names the workload and says at the right whether it runs.
func LoadTitle(s *engine.Snapshot) (left, right string) {
	l := &s.Load
	switch {
	case l.Workload == "" || l.Workload == "none":
		return "Load", "none"
	case l.Running:
		return "Load " + Clean(l.Workload), fmt.Sprintf("ON %s/s %dc", Count(uint64(max(l.Rate, 0))), l.Clients)
	default:
		return "Load " + Clean(l.Workload), "OFF"
	}
}

// LoadRows is the clients' view in w columns and h rows: throughput and latency
// with a plot each, then errors. The plots grow with the height.
func LoadRows(s *engine.Snapshot, v *View, w, h int) []Line {
	l := &s.Load
	if l.Workload == "" || l.Workload == "none" {
		return []Line{Words(Dim, Clip("no workload: nothing is measured", w))}
	}
	ops, p99 := series(l.Samples)
	var tail []Line
	if l.Reason != "" {
		for _, row := range Wrap(Clean(l.Reason), w) {
			tail = append(tail, Words(Warn, row))
		}
	}
	tail = append(tail, errorRows(l, w)...)
	if w >= 60 && h >= 12 {
		tail = append(tail, serverRows(l, v, w)...)
	}
	marked := slices.ContainsFunc(l.Incidents, func(one engine.Incident) bool { return inSight(l, &one, w) })
	const figures = 2 // rows, one over each plot
	p := plotFor(h-figures, len(tail), w, marked)
	if p.axes {
		p.gutter = 1 + max(minScale, Width(opsLabel(newest(ops, w))), Width(latencyLabel(newest(p99, w))))
	}
	text := loadFigures(l, newest(ops, w-p.gutter), w)
	rows := []Line{text[0]}
	rows = append(rows, p.rows(ops, Good, opsLabel, v)...)
	if p.under {
		rows = append(rows, p.timeAxis(l))
	}
	rows = append(rows, text[1])
	rows = append(rows, p.rows(p99, Info, latencyLabel, v)...)
	return firstRows(append(rows, tail...), h)
}

func firstRows(rows []Line, h int) []Line { return rows[:min(len(rows), max(h, 0))] }

// series gives the samples as numbers: operations, and p99 in milliseconds.
func series(samples []engine.LoadSample) (ops, p99 []float64) {
	ops = make([]float64, len(samples))
	p99 = make([]float64, len(samples))
	for i := range samples {
		ops[i] = float64(samples[i].Ops)
		p99[i] = float64(samples[i].P99) / float64(time.Millisecond)
	}
	return ops, p99
}

// loadFigures is the two rows of figures, one over each plot.
func loadFigures(l *engine.LoadView, ops []float64, w int) []Line {
	throughput := Words(Plain, "ops/s ").Add(Strong, PadLeft(Count(uint64(max(l.OpsPerSecond, 0))), 7))
	throughput = Between(throughput, Words(Dim, "max "+Count(uint64(largest(ops)))), w)
	latency := Words(Plain, "p50 ").Add(Strong, shortSpan(l.P50)).Add(Plain, " p99 ").Add(Strong, shortSpan(l.P99))
	if most := " max " + shortSpan(l.Max); latency.Width()+Width(most) <= w {
		latency = latency.Add(Dim, most)
	}
	if w >= 44 {
		latency = Words(Plain, "p50 ").Add(Strong, timeSpan(l.P50)).
			Add(Plain, "  p95 ").Add(Strong, timeSpan(l.P95)).Add(Plain, "  p99 ").Add(Strong, timeSpan(l.P99))
		latency = Between(latency, Words(Dim, "max "+timeSpan(l.Max)), w)
	}
	return []Line{throughput, latency}
}

func errorRows(l *engine.LoadView, w int) []Line {
	e := &l.Errors
	rows := []Line{
		Words(Plain, Clip(fmt.Sprintf("errors  %s temp  %s unknown", ShortCount(e.Temporary), ShortCount(e.Unknown)), w)),
	}
	if w >= 60 {
		rows[0] = Words(Plain, fmt.Sprintf("errors  temporary %s (retried)  permanent %s  unknown %s  refused %s",
			ShortCount(e.Temporary), ShortCount(e.Permanent), ShortCount(e.Unknown), ShortCount(e.Refused)))
	} else if e.Permanent+e.Refused > 0 {
		rows = append(rows, Words(Plain, Clip(fmt.Sprintf("        %s perm  %s refused", ShortCount(e.Permanent), ShortCount(e.Refused)), w)))
	}
	if l.LastBlackout > 0 {
		rows = append(rows, Words(Plain, Clip("outage  "+timeSpan(l.LastBlackout)+" (last fault)", w)))
	}
	return rows
}

func serverRows(l *engine.LoadView, v *View, w int) []Line {
	top := 0.0
	for i := range l.Servers {
		top = max(top, l.Servers[i].OpsPerSecond)
	}
	var rows []Line
	for i := range l.Servers {
		one := &l.Servers[i]
		line := Words(Plain, fmt.Sprintf("MySQL server %3d  ", one.Node))
		if !one.Up {
			rows = append(rows, line.Add(Bad, "no connection"))
			continue
		}
		share := 0.0
		if top > 0 {
			share = one.OpsPerSecond / top
		}
		rows = append(rows, line.Add(Good, v.Glyphs.bar(share, min(20, w-40))).
			Add(Plain, fmt.Sprintf(" %7s/s", Count(uint64(max(one.OpsPerSecond, 0))))))
	}
	return rows
}

// LedgerRows is what became of every write, in w columns.
func LedgerRows(s *engine.Snapshot, v *View, w int) []Line {
	l := &s.Load.Ledger
	rows := []Line{
		Between(Words(Plain, "acked"), Words(Strong, Count(l.Acked)), min(w, 28)),
		Between(Words(Plain, "verified"), Words(Strong, Count(l.Verified)), min(w, 28)),
		lostRow(l, w),
	}
	if l.SelfVerified > 0 {
		text := "of them by itself " + ShortCount(l.SelfVerified)
		if w >= 60 {
			text = fmt.Sprintf("of them %s through the server that wrote them: no other answered", Count(l.SelfVerified))
		}
		rows = append(rows, Words(Dim, Clip(text, w)))
	}
	if l.Unknown > 0 {
		text := fmt.Sprintf("unknown %s: %s there, %s not", ShortCount(l.Unknown), ShortCount(l.UnknownPresent), ShortCount(l.UnknownAbsent))
		if w >= 60 {
			text = fmt.Sprintf("unknown %s: %s found present, %s absent (both legal)",
				Count(l.Unknown), Count(l.UnknownPresent), Count(l.UnknownAbsent))
		}
		rows = append(rows, Words(Warn, Clip(text, w)))
	}
	if l.RolledBack > 0 {
		rows = append(rows, Words(Warn, Clip("rolled back by design "+Count(l.RolledBack), w)))
	}
	for _, wrong := range []struct {
		name  string
		count uint64
	}{{"duplicated", l.Duplicated}, {"torn", l.Torn}, {"resurrected", l.Resurrected}} {
		if wrong.count > 0 {
			rows = append(rows, Words(Alarm, Clip(wrong.name+" "+Count(wrong.count), w)))
		}
	}
	return append(rows, auditRow(l, v, w))
}

func lostRow(l *engine.LedgerView, w int) Line {
	role := Good
	if l.Lost > 0 {
		role = Alarm
	}
	var verdict Role
	switch l.Verdict {
	case engine.VerdictPass:
		verdict = Good
	case engine.VerdictUnsure:
		verdict = Warn
	case engine.VerdictFail:
		verdict = Alarm
	}
	left := Words(role, "LOST "+Count(l.Lost))
	return Between(left, Words(verdict, Clean(string(l.Verdict))), min(w, 28))
}

// auditRow tells what the last full audit found.
func auditRow(l *engine.LedgerView, v *View, w int) Line {
	if l.Audits == 0 {
		return Words(Dim, Clip("no audit yet (a: audit now)", w))
	}
	text := fmt.Sprintf("audits %d, last %s ago", l.Audits, age(v.Now, l.LastAudit))
	if l.TotalWanted != 0 && w >= 44 {
		text += fmt.Sprintf(", total %s of %s", signed(l.Total), signed(l.TotalWanted))
	}
	return Words(Dim, Clip(text, w))
}

// LoadLine is the load in one row of w columns, for a screen that shows one pane
// at a time.
func LoadLine(s *engine.Snapshot, v *View, w int) Line {
	l := &s.Load
	if !hasWorkload(s) {
		return Words(Dim, Clip(" no workload", w))
	}
	state := ""
	if !l.Running {
		state = " OFF"
	}
	line := Words(Plain, fmt.Sprintf(" ops %s/s%s  p99 %s  out %s ",
		Count(uint64(max(l.OpsPerSecond, 0))), state, timeSpan(l.P99), timeSpan(l.LastBlackout)))
	if room := w - line.Width() - 1; room >= 4 {
		ops, _ := series(l.Samples)
		return line.Add(Good, spark(ops, min(room, 30), &v.Glyphs))
	}
	return Words(Plain, Clip(line.String(), w))
}
