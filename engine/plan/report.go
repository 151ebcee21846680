package plan

import (
	"slices"
	"strings"

	"rondb-tui/engine"
)

// Why steps are planned. Most steps share few causes, so that a person reads a
// plan of many nodes at a glance.
const (
	causeConfig    = "because the cluster has no configuration yet"
	causeUnhandled = "because it cannot join before the others are done with its failure"

	causeFirstMySQL = "because the first MySQL server sets up the tables that the others need"
	causeSurplus    = "because the desired state has no place for it"
	causeStop       = "because the desired state wants the cluster stopped"
	causeRestart    = "because a restart of it was asked for"

	causeActivate    = "because the desired state wants another replica in the group"
	causeDeactivate  = "because the desired state wants fewer replicas in the group"
	causeNotStarting = "because the cluster starts with fewer replicas than were configured"
	causeSettle      = "because only a data node at rest is deactivated"

	causeServing     = "because clients need a cluster that survives a failure"
	causeBeforeStop  = "because the next step needs an arbitrator"
	causeAfterStop   = "because the arbitrator is chosen anew after a node has left"
	causeStopThrough = "because data nodes are stopped through a management server"
)

// causeStart says why a wanted node is brought up, by what it was found as.
func causeStart(n *node) string {
	switch n.status {
	case engine.StatusAbsent:
		return "because it does not exist and the desired state wants it started"
	case engine.StatusDead:
		return "because it is dead and the desired state wants it started"
	case engine.StatusStopping:
		return "because it is stopping and the desired state wants it started"
	case engine.StatusStarting:
		return "because it is starting and the desired state wants it started"
	default:
		return "because it is stopped and the desired state wants it started"
	}
}

// subject names a node at the beginning of a sentence.
func subject(n *node) string {
	name := n.slot.String()
	return strings.ToUpper(name[:1]) + name[1:]
}

// did adds a sentence about what the running pass has planned.
func (p *planner) did(verb string, n *node, cause string) {
	p.pass.Did = append(p.pass.Did, verb+" "+n.slot.String()+", "+cause+".")
}

// didStart is did for a start; one that has begun already is waited for.
func (p *planner) didStart(n *node, cause string) {
	if n.status == engine.StatusStarting {
		p.did("Waits for", n, cause)
		return
	}
	p.did("Starts", n, cause)
}

// wait adds a sentence about what keeps the running pass from going on, once.
func (p *planner) wait(sentence string) {
	if !slices.Contains(p.pass.Waiting, sentence) {
		p.pass.Waiting = append(p.pass.Waiting, sentence)
	}
}
