package plan

import (
	"fmt"
	"strings"

	"rondb-tui/engine"
)

// specLine writes the counts of a desired state on one line.
func specLine(s engine.Spec) string {
	return fmt.Sprintf("running=%t groups=%d replicas=%d/%d mgmds=%d mysqlds=%d apis=%d",
		s.RonDBRunning, s.NumNodeGroups, s.ActiveReplicationFactor, s.MaxReplicationFactor,
		s.NumManagedMgmdVms, s.NumManagedMysqldVms, s.NumManagedApiVms)
}

// table writes a world as its transcripts do: a line for the cluster, then one for
// each node that is more than an empty slot.
func table(o *engine.Observed) string {
	var b strings.Builder
	b.WriteString("cluster")
	for _, f := range clusterFlags(o) {
		if *f.value {
			b.WriteString(" " + f.name)
		}
	}
	b.WriteString("\n")
	for i := range o.Nodes {
		n := &o.Nodes[i]
		line := fmt.Sprintf("%d %s %s", n.ID, n.Kind, n.Status)
		for _, f := range nodeFlags(n) {
			if *f.value {
				line += " " + f.name
			}
		}
		if n.Incarnation > 0 {
			line += fmt.Sprintf(" incarnation=%d", n.Incarnation)
		}
		if n.Lease != nil {
			line += " lease=" + n.Lease.Fault
		}
		if n.Err != "" {
			line += " err=" + strings.ReplaceAll(n.Err, " ", "_")
		}
		if line != fmt.Sprintf("%d %s absent", n.ID, n.Kind) {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// word is a flag in a transcript and the field it sets.
type word struct {
	name  string
	value *bool
}

func clusterFlags(o *engine.Observed) []word {
	return []word{{"formed", &o.Formed}, {"serving", &o.Serving}, {"arbitration", &o.ArbitrationReady}}
}

func nodeFlags(n *engine.NodeObservation) []word {
	return []word{
		{"active", &n.Active}, {"data", &n.HasData}, {"stale", &n.Stale}, {"handled", &n.FailureHandled},
		{"isolated", &n.Isolated}, {"arbitrator", &n.Arbitrator},
	}
}
