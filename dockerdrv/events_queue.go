package dockerdrv

import (
	"fmt"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// eventQueue holds what happened until a look takes it along. Numbers are given
// then, so that they have no gaps whatever was dropped before.
type eventQueue struct {
	pending []engine.Event
	next    uint64            // number of the next event that is taken
	heard   map[string]uint64 // per session of an agent: the newest number taken in
	newest  int64             // Unix ms of the newest event of any agent
	session string            // the last session that told events
}

// addRemote takes an event of the cluster log in. Each server tells all of them,
// so after a change of the server that is listened to, the ones before are old.
func (q *eventQueue) addRemote(session string, e *agentproto.ClusterEvent) bool {
	if q.heard == nil {
		q.heard = map[string]uint64{}
	}
	if e.GetSeq() <= q.heard[session] || e.GetText() == "" {
		return false
	}
	changed := q.session != session && q.session != ""
	if changed && e.GetUnixMs() <= q.newest {
		return false
	}
	if len(q.heard) > engine.MaxNodeID { // sessions of agents that are long gone
		clear(q.heard)
	}
	q.heard[session], q.session = e.GetSeq(), session
	q.newest = max(q.newest, e.GetUnixMs())
	severity := engine.SeverityInfo
	if s := e.GetSeverity(); s > 0 && s <= int32(engine.SeverityAlert) {
		severity = engine.Severity(s)
	}
	q.add(engine.Event{At: time.UnixMilli(e.GetUnixMs()), Node: engine.NodeID(e.GetNode()), Severity: severity, Text: e.GetText()})
	return true
}

func (q *eventQueue) add(e engine.Event) {
	e.Actor = engine.ActorNode
	if len(q.pending) >= maxPending {
		q.pending = q.pending[1:]
	}
	q.pending = append(q.pending, e)
}

// take gives what is pending its numbers.
func (q *eventQueue) take() []engine.Event {
	taken := q.pending
	q.pending = nil
	for i := range taken {
		q.next++
		taken[i].Seq = q.next
	}
	return taken
}

// tell makes an event of what changed about a process. The lock is held.
func (b *board) tell(l *link, before, after *agentproto.ProcessStatus) {
	event := engine.Event{At: b.now(), Node: l.node}
	name := engine.Slot{ID: l.node, Kind: l.kind}.String()
	switch state := after.GetState(); {
	case before.GetState() == state && before.GetIncarnation() == after.GetIncarnation():
		return
	case state == agentproto.ProcessState_PROCESS_RUNNING && before.GetState() == agentproto.ProcessState_PROCESS_PAUSED:
		event.Text = name + " goes on"
	case state == agentproto.ProcessState_PROCESS_RUNNING:
		event.Text = name + " runs"
	case state == agentproto.ProcessState_PROCESS_STOPPED && before != nil:
		event.Text = name + " has stopped"
	case state == agentproto.ProcessState_PROCESS_DEAD && before != nil:
		event.Severity, event.Text = engine.SeverityAlert, name+" has died: "+whyDead(after)
	case state == agentproto.ProcessState_PROCESS_PAUSED:
		event.Severity, event.Text = engine.SeverityWarning, name+" is frozen"
	default:
		return
	}
	b.events.add(event)
}

// whyDead tells how a process ended, in words.
func whyDead(p *agentproto.ProcessStatus) string {
	switch {
	case p.GetError() != "":
		return p.GetError()
	case p.GetExitCode() < 0:
		return fmt.Sprintf("killed by signal %d", -p.GetExitCode())
	default:
		return fmt.Sprintf("it ended with %d", p.GetExitCode())
	}
}
