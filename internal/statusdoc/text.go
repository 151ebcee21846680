package statusdoc

import (
	"fmt"
	"strconv"
	"strings"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// The table's size: its width, and the widths of its columns but the last.
const (
	tableWidth    = 80
	idWidth       = 3
	kindWidth     = 8
	statusWidth   = 8
	groupWidth    = 5
	versionWidth  = 10
	maxWhyWaiting = 5
)

// Table is the state for people: a header, then one row a node, at most 80
// columns wide, with a line end.
func (d Document) Table() string {
	var b strings.Builder
	simulated := ""
	if d.Simulated {
		simulated = ", SIMULATED"
	}
	header(&b, "cluster", d.Cluster+simulated)
	header(&b, "revision", fmt.Sprintf("%d, %s", d.Revision, d.ReconciliationState))
	header(&b, "health", d.Health)
	header(&b, "LOST", d.lost())
	for i, why := range d.Plan.WhyWaiting {
		if i == maxWhyWaiting {
			header(&b, "", fmt.Sprintf("and %d more", len(d.Plan.WhyWaiting)-i))
			break
		}
		header(&b, "waiting", strings.TrimPrefix(why, "waiting "))
	}
	b.WriteByte('\n')
	row(&b, "ID", "KIND", "STATUS", "GROUP", "VERSION", "NOTE")
	for i := range d.Nodes {
		n := &d.Nodes[i]
		row(&b, n.ID.String(), n.Kind, n.Status, text(n.NodeGroup), text(n.Version), n.note())
	}
	return b.String()
}

func header(b *strings.Builder, name, content string) {
	line(b, present.Pad(name, kindWidth)+" "+present.Clean(content))
}

func row(b *strings.Builder, id, kind, status, group, version, note string) {
	line(b, strings.Join([]string{
		present.PadLeft(id, idWidth), present.Pad(kind, kindWidth), present.Pad(status, statusWidth),
		present.PadLeft(group, groupWidth), present.Pad(present.Clean(version), versionWidth), note,
	}, " "))
}

func line(b *strings.Builder, content string) {
	b.WriteString(strings.TrimRight(present.Clip(content, tableWidth), " "))
	b.WriteByte('\n')
}

// note tells what is special about a node, the most urgent first.
func (n *Node) note() string {
	var notes []string
	if n.StartPhase != nil {
		notes = append(notes, "phase "+strconv.Itoa(*n.StartPhase))
	}
	for _, mark := range []struct {
		on   bool
		word string
	}{{n.LastCopy, "last copy"}, {n.President, "president"}, {n.Arbitrator, "arbitrator"}} {
		if mark.on {
			notes = append(notes, mark.word)
		}
	}
	for _, foreign := range []*string{n.Address, n.Error} {
		if foreign != nil {
			notes = append(notes, present.Clean(*foreign))
		}
	}
	return strings.Join(notes, ", ")
}

// Oneline is the state in one line for prompts and status bars, without a line
// end: "demo healthy AT_DESIRED_STATE rev 3 2x2 LOST 0".
func (d Document) Oneline() string {
	replicas := 0
	for _, g := range d.NodeGroups {
		replicas = max(replicas, len(g.Nodes))
	}
	return present.Clean(fmt.Sprintf("%s %s %s rev %d %dx%d LOST %s",
		d.Cluster, d.Health, d.ReconciliationState, d.Revision, len(d.NodeGroups), replicas, d.lost()))
}

// lost is the count of lost writes, "-" where no ledger is kept.
func (d Document) lost() string {
	if lost := text(d.Workload.Lost); lost != "" {
		return lost
	}
	return "-"
}

// text writes what may be null; null as nothing.
func text[T uint64 | string | engine.GroupID](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}
