package present

import (
	"fmt"

	"rondb-tui/engine"
)

// IncidentTitle numbers the last incident.
func IncidentTitle(s *engine.Snapshot) (left, right string) {
	if len(s.Load.Incidents) == 0 {
		return "Last incident", "none"
	}
	one := &s.Load.Incidents[len(s.Load.Incidents)-1]
	right = "measured"
	switch {
	case one.Overlaps > 0:
		right = fmt.Sprintf("together with #%d", one.Overlaps)
	case one.Open:
		right = "still being measured"
	}
	return fmt.Sprintf("Last incident  #%d", one.ID), right
}

// IncidentRows is what the last fault did to the clients.
func IncidentRows(s *engine.Snapshot, v *View, w, h int) []Line {
	if len(s.Load.Incidents) == 0 {
		return []Line{Words(Dim, Clip("no fault yet", w))}
	}
	one := &s.Load.Incidents[len(s.Load.Incidents)-1]
	e := &one.Errors
	role := Good
	if one.Lost > 0 {
		role = Alarm
	}
	ago := ", " + age(v.Now, one.At) + " ago"
	rows := []Line{
		Words(Strong, Clip(Clean(one.Fault), max(w-Width(ago), 0))+ago),
		Words(Plain, Clip(fmt.Sprintf("no write at all   %s", timeSpan(one.Blackout)), w)),
		Words(Plain, Clip(fmt.Sprintf("some path down    %s", timeSpan(one.Brownout)), w)),
	}
	if !one.Measured {
		return firstRows([]Line{rows[0], Words(Dim, Clip("not measured: the load did not run", w))}, h)
	}
	errors := fmt.Sprintf("%s temporary, %s permanent,", Count(e.Temporary), Count(e.Permanent))
	more := fmt.Sprintf("%s unknown, %s refused", Count(e.Unknown), Count(e.Refused))
	if 18+Width(errors)+1+Width(more) <= w {
		rows = append(rows, Words(Plain, "errors            "+errors+" "+more))
	} else {
		rows = append(rows, Words(Plain, Clip("errors            "+errors, w)), Words(Plain, Clip("                  "+more, w)))
	}
	lost := "lost              "
	if one.Open || s.Load.Ledger.Verdict == engine.VerdictUnsure {
		lost = "lost so far       " // not all of them are read back yet
	}
	lost += fmt.Sprintf("%s of %s acknowledged writes", Count(one.Lost), Count(one.Acked))
	rows = append(rows, Words(role, Clip(lost, w)))
	if one.RolledBack > 0 {
		rows = append(rows, Words(Warn, Clip("rolled back       "+Count(one.RolledBack)+" by design (system restart)", w)))
	}
	return firstRows(rows, h)
}
