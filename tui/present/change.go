package present

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

// ChangeRows is what a change would do, in rows of w columns: problems with
// their fixes if it is refused, else the availability, the whole plan, the steps
// under their causes, and the notices that the change adds.
func ChangeRows(s *engine.Snapshot, p *engine.Preview, w int) []Line {
	var rows []Line
	add := func(role Role, indent, text string) {
		for _, row := range Wrap(Clean(text), max(w-len(indent), 8)) {
			rows = append(rows, Words(role, indent+row))
		}
	}
	for _, problem := range p.Problems {
		path := problem.Path + ": "
		if strings.HasPrefix(problem.Text, problem.Path) {
			path = ""
		}
		add(Bad, "", fmt.Sprintf("refused: %s%s (%s)", path, problem.Text, problem.Rule))
		if problem.Fix != "" {
			add(Plain, "  ", "fix: "+problem.Fix)
		}
	}
	if len(p.Problems) > 0 {
		return rows
	}
	text, role := availability(&s.Cluster.Observed, &p.Plan)
	add(role, "", text)
	for _, waiting := range p.Report.Waiting() {
		add(Info, "", "waits: "+waiting)
	}
	if p.Plan.Empty() {
		rows = append(rows, Words(Dim, "plan: nothing to do now"))
	} else {
		rows = append(rows, Words(Strong, fmt.Sprintf("plan: %s", plural(len(p.Plan.Steps), "step"))))
	}
	cause := ""
	for i := range p.Plan.Steps {
		step := &p.Plan.Steps[i]
		if i == 0 || step.Cause != cause {
			cause = step.Cause
			add(Info, "", cause+":")
		}
		rows = append(rows, Words(Plain, Clip(fmt.Sprintf("%4d  %s", step.ID, Clean(step.Action.String())), w)))
	}
	for _, notice := range p.Notices {
		if !slices.Contains(s.Cluster.Notices, notice) { // only what this change adds
			add(Dim, "", "note: "+notice.String())
		}
	}
	return rows
}

// availability walks a plan in the order of its steps and says what clients
// keep.
func availability(o *engine.Observed, p *engine.Plan) (string, Role) {
	if !o.Serving || o.Config == nil {
		return "The cluster does not serve now; nothing that runs is interrupted.", Info
	}
	up := map[engine.NodeID]engine.Slot{}
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Status == engine.StatusStarted {
			up[n.ID] = n.Slot
		}
	}
	groups := o.Config.NodeGroups
	leastCopies, leastMySQL := count(up, groups)
	hadMySQL := leastMySQL > 0
	for i := range p.Steps {
		if _, all := p.Steps[i].Action.(engine.StopAllDataNodes); all {
			return "NOT AVAILABLE: every data node stops; clients are refused until they are started again.", Alarm
		}
		walk(p.Steps[i].Action, up)
		copies, mysql := count(up, groups)
		leastCopies, leastMySQL = min(leastCopies, copies), min(leastMySQL, mysql)
	}
	switch {
	case leastCopies == 0:
		return "NOT AVAILABLE: a node group has no started replica for a part of this plan.", Alarm
	case hadMySQL && leastMySQL == 0:
		return "NOT AVAILABLE: no MySQL server answers for a part of this plan.", Alarm
	case leastMySQL == 0:
		return fmt.Sprintf("Every node group keeps at least %s; no MySQL server answers before this plan has started one.",
			plural(leastCopies, "started replica")), Warn
	default:
		return fmt.Sprintf("Stays available: in the order of these steps every node group keeps at least %s, and %s.",
			plural(leastCopies, "started replica"), keepsMySQL(leastMySQL)), Good
	}
}

func keepsMySQL(least int) string {
	if least == 1 {
		return "at least 1 MySQL server answers"
	}
	return fmt.Sprintf("at least %d MySQL servers answer", least)
}

// walk applies one action to the set of started nodes.
func walk(a engine.Action, up map[engine.NodeID]engine.Slot) {
	switch a := a.(type) {
	case engine.StopNode, engine.DeactivateNode, engine.RemoveNode:
		delete(up, a.Node())
	case engine.AwaitStarted:
		up[a.Slot.ID] = a.Slot
	}
}

// count gives the copies of the node group that has fewest, and the MySQL
// servers.
func count(up map[engine.NodeID]engine.Slot, groups int) (copies, mysql int) {
	in := make([]int, groups)
	for _, slot := range up {
		switch {
		case slot.Kind == engine.KindMySQL:
			mysql++
		case slot.Kind == engine.KindData && slot.Group >= 0 && int(slot.Group) < groups:
			in[slot.Group]++
		}
	}
	if groups == 0 {
		return 0, mysql
	}
	return slices.Min(in), mysql
}

// SpecRows says what of the desired state a change alters, in rows of w columns.
func SpecRows(from, to *engine.Spec, w int) []Line {
	running := func(spec *engine.Spec) string {
		if spec.RonDBRunning {
			return "running"
		}
		return "stopped"
	}
	var rows []Line
	for _, one := range []struct{ name, from, to string }{
		{"RonDB", running(from), running(to)},
		{"version", from.RonDBVersion, to.RonDBVersion},
		{"node groups", number(from.NumNodeGroups), number(to.NumNodeGroups)},
		{"replicas", number(from.ActiveReplicationFactor), number(to.ActiveReplicationFactor)},
		{"management servers", number(from.NumManagedMgmdVms), number(to.NumManagedMgmdVms)},
		{"MySQL servers", number(from.NumManagedMysqldVms), number(to.NumManagedMysqldVms)},
		{"API nodes", number(from.NumManagedApiVms), number(to.NumManagedApiVms)},
		{"memory", from.TotalMemoryConfig, to.TotalMemoryConfig},
	} {
		if one.from != one.to {
			rows = append(rows, Words(Strong, Clip(Clean(fmt.Sprintf("%s: %s -> %s", one.name, one.from, one.to)), w)))
		}
	}
	return rows
}

func number(n int) string { return strconv.Itoa(n) }
