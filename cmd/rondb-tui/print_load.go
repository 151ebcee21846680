package main

import (
	"fmt"
	"strconv"
	"strings"

	"rondb-tui/engine"
	"rondb-tui/internal/statusdoc"
	"rondb-tui/tui/present"
)

// pair is one line of a table of names and figures.
type pair struct{ name, figure string }

// printPairs prints names and figures in two columns.
func (p *program) printPairs(pairs []pair) error {
	wide := 0
	for _, one := range pairs {
		wide = max(wide, len(one.name))
	}
	var b strings.Builder
	for _, one := range pairs {
		b.WriteString(present.Pad(one.name, wide) + "  " + present.Clean(one.figure) + "\n")
	}
	_, err := fmt.Fprint(p.stdout, b.String())
	return err
}

// loadPairs is the workload for people.
func loadPairs(w *statusdoc.Workload) []pair {
	return []pair{
		{"running", strconv.FormatBool(w.Running)},
		{"operations/s", figure(w.OpsPerSecond, "")},
		{"p50", figure(w.P50MS, " ms")},
		{"p99", figure(w.P99MS, " ms")},
		{"max", figure(w.MaxMS, " ms")},
		{"last blackout", figure(w.LastBlackoutMS, " ms")},
		{"acked", tally(w.Acked)},
		{"verified", tally(w.Verified)},
		{"unknown", tally(w.Unknown)},
		{"failed", tally(w.Failed)},
		{"rolled back by design", tally(w.RolledBackByDesign)},
		{"LOST", tally(w.Lost)},
	}
}

// figure writes what was measured, - for what was not.
func figure(value *float64, unit string) string {
	if value == nil {
		return "-"
	}
	return strconv.FormatFloat(*value, 'f', 1, 64) + unit
}

func tally(value *uint64) string {
	if value == nil {
		return "-"
	}
	return strconv.FormatUint(*value, 10)
}

// ledgerPairs is the ledger for people.
func ledgerPairs(l *engine.LedgerView) []pair {
	pairs := []pair{
		{"verdict", string(l.Verdict)},
		{"acked", fmt.Sprint(l.Acked)},
		{"verified", fmt.Sprintf("%d, %d of them through the writer's own MySQL server", l.Verified, l.SelfVerified)},
		{"unknown", fmt.Sprintf("%d: %d found, %d absent, %d unresolved", l.Unknown, l.UnknownPresent, l.UnknownAbsent, unresolved(l))},
		{"failed", fmt.Sprint(l.Failed)},
		{"applied twice", fmt.Sprint(l.Duplicated)},
		{"torn", fmt.Sprint(l.Torn)},
		{"found though failed", fmt.Sprint(l.Resurrected)},
		{"rolled back by design", fmt.Sprint(l.RolledBack)},
		{"LOST", fmt.Sprint(l.Lost)},
	}
	if l.TotalWanted != 0 || l.Total != 0 {
		pairs = append(pairs, pair{"total", fmt.Sprintf("%d of %d", l.Total, l.TotalWanted)})
	}
	return pairs
}
