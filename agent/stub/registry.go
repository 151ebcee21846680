package stub

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

// arrived takes a message of a node.
func (m *management) arrived(ctx context.Context, a arrival) {
	id := a.report.Node
	if a.lost {
		for known, p := range m.peers {
			if p.line == a.line {
				m.lose(known)
			}
		}
		return
	}
	p, known := m.peers[id]
	if !known || p.line != a.line {
		if m.dead[id] == a.report.PID {
			_ = a.line.send(declaredDead()) // it comes back until it has heard it
			_ = a.line.socket.Close()
			return
		}
		delete(m.dead, id)
		if text := m.refuses(a.report); text != "" {
			_ = a.line.send(order{Do: doRefuse, Text: text}) // it goes whether it hears that or not
			_ = a.line.socket.Close()
			return
		}
		if known {
			m.lose(id)
		}
		p = &peer{line: a.line, gone: make(chan struct{})}
		m.peers[id] = p
		m.moved = time.Now()
		say(m.out, "INFO", "Node %d Connected", id)
	}
	was := p.report
	p.report, p.heard = a.report, time.Now()
	if was.State != p.report.State || was.Phase != p.report.Phase {
		m.show(was, p.report)
	}
	m.gci = max(m.gci, p.report.GCI)
	if p.report.Kind == agentproto.KindManagementServer && p.report.Change > m.change {
		m.adopt(ctx, p.report)
	}
}

// refuses says why a node may not take part; "" if it may.
func (m *management) refuses(r report) string {
	types := map[string]mgm.NodeType{
		agentproto.KindDataNode: mgm.DataNode, agentproto.KindManagementServer: mgm.ManagementServer,
		agentproto.KindMySQLServer: mgm.APINode, agentproto.KindAPINode: mgm.APINode,
	}
	s, ok := m.config.slot(r.Node)
	p, known := m.peers[r.Node]
	switch {
	case !ok:
		return fmt.Sprintf("No node defined with id=%d in config file.", r.Node)
	case s.kind != types[r.Kind]:
		return fmt.Sprintf("Id %d configured as another type of node.", r.Node)
	case r.Kind == agentproto.KindDataNode && !m.fake.Active(mgm.NodeID(r.Node)):
		return fmt.Sprintf("Unable to allocate nodeid %d as node is currently deactivated", r.Node)
	case known && p.report.PID != r.PID:
		return fmt.Sprintf("Id %d already allocated by another node.", r.Node)
	}
	return ""
}

// lose takes note that a node is gone.
func (m *management) lose(id int) {
	p := m.peers[id]
	delete(m.peers, id)
	_ = p.line.socket.Close()
	close(p.gone)
	m.moved, m.stale = time.Now(), true
	if p.report.State == stateStarted && !p.told {
		m.ticket++
		say(m.out, "ALERT", "Node %d has failed. The Node state at failure was 0", id)
	}
	say(m.out, "ALERT", "Node %d Disconnected", id)
	m.fake.SetState(mgm.NodeID(id), mgm.NoContact, 0)
}

// show moves the node in what the management protocol tells.
func (m *management) show(was, now report) {
	id := mgm.NodeID(now.Node)
	if now.Kind != agentproto.KindDataNode {
		if now.Kind == agentproto.KindManagementServer {
			m.fake.SetState(id, mgm.Connected, 0)
		}
		return // API nodes are known through the data nodes: see look
	}
	switch now.State {
	case stateWaiting:
		m.fake.SetState(id, mgm.Starting, 0)
	case stateStarting:
		m.fake.SetState(id, mgm.Starting, now.Phase)
		if was.State != stateStarting {
			m.tellStart(now)
		}
		say(m.out, "INFO", "Node %d: Start phase %d completed (%s restart)", now.Node, now.Phase, now.How)
	case stateStarted:
		m.fake.SetState(id, mgm.Started, 0)
		m.ticket++
		m.stale = true
		say(m.out, "INFO", "Node %d: Started (version %s)", now.Node, m.options.Version)
	case stateStopping:
		m.fake.SetState(id, mgm.ShuttingDown, now.Phase)
		say(m.out, "INFO", "Node %d: Node shutdown initiated", now.Node)
	}
}

// tellStart says what kind of start it is, and what a system restart restores.
func (m *management) tellStart(r report) {
	kinds := map[string]mgm.StartType{
		howInitial: mgm.InitialStart, howSystem: mgm.SystemRestart, howNode: mgm.NodeRestart, howInitialNode: mgm.InitialNodeRestart,
	}
	id := mgm.NodeID(r.Node)
	m.fake.Emit(mgm.Event{Type: mgm.EventStartPhaseCompleted, Source: id, Body: &mgm.StartPhase{Type: kinds[r.How]}})
	if r.How == howSystem {
		gci := uint32(r.GCI & 0xffffffff)
		m.fake.Emit(mgm.Event{Type: mgm.EventRedoStarted, Source: id, Body: &mgm.RedoStarted{Node: id, KeepGCI: gci, CompletedGCI: gci, RestoringGCI: gci}})
	}
}

// look does what is due.
func (m *management) look(ctx context.Context, now time.Time) {
	frozen := now.Sub(m.looked) > frozenTime
	m.looked = now
	m.missHeartbeats(now, frozen)
	m.noticeActivity(now)
	m.fake.EndBackup(errorNoBackup)
	serving := m.serving()
	for id, p := range m.peers {
		if p.report.Kind == agentproto.KindMySQLServer || p.report.Kind == agentproto.KindAPINode {
			state := mgm.NoContact
			if serving {
				state = mgm.Connected
			}
			m.fake.SetState(mgm.NodeID(id), state, 0)
		}
	}
	m.arbitrate(serving)
	if serving && now.Sub(m.ticked) >= tickTime {
		m.checkpoint(now)
	}
	if m.leads() && now.Sub(m.began) >= settleTime && ctx.Err() == nil {
		m.command(now)
	}
}

// missHeartbeats declares dead who was not heard of. If no data node is heard of,
// it is this server that is cut off, and nobody is dead.
func (m *management) missHeartbeats(now time.Time, frozen bool) {
	heard := false
	for _, p := range m.peers {
		if frozen {
			p.heard = now
		}
		heard = heard || p.report.Kind == agentproto.KindDataNode && now.Sub(p.heard) <= silenceTime
	}
	for id, p := range m.peers {
		if now.Sub(p.heard) <= silenceTime {
			continue
		}
		say(m.out, "ALERT", "Node %d declared dead due to missed heartbeat", id)
		m.fake.Emit(mgm.Event{Type: mgm.EventDeadByHeartbeat, Source: mgm.NodeID(m.options.Node), Body: &mgm.Connection{Node: mgm.NodeID(id)}})
		if heard && p.report.Kind == agentproto.KindDataNode {
			m.dead[id] = p.report.PID
			_ = p.line.send(declaredDead()) // it may be too frozen to hear it
		}
		m.lose(id)
	}
}

func declaredDead() order {
	return order{Do: doFail, Error: errorDead, Text: "Node declared dead. See error log for details"}
}

// errorNoBackup ends every backup: a stand-in has nothing to write.
const errorNoBackup = 1306

func (m *management) serving() bool {
	for _, p := range m.peers {
		if p.report.Kind == agentproto.KindDataNode && p.report.State == stateStarted {
			return true
		}
	}
	return false
}

// command tells the data nodes what was decided.
func (m *management) command(now time.Time) {
	var members []member
	for _, s := range m.config.slots {
		if s.kind != mgm.DataNode {
			continue
		}
		one := member{id: s.id, group: m.group(s.id), active: m.fake.Active(mgm.NodeID(s.id))}
		if p, ok := m.peers[s.id]; ok {
			one.state, one.how, one.data = p.report.State, p.report.How, p.report.Data
			if p.told {
				one.state = stateStopping
			}
		}
		members = append(members, one)
	}
	for _, d := range decide(members, now.Sub(m.moved)) {
		if d.order.Do == doFail && now.Sub(m.began) < doomTime {
			continue
		}
		if d.order.Do == doFail {
			say(m.out, "ALERT", "Node %d: Forced node shutdown: %s (%d)", d.node, d.order.Text, d.order.Error)
		}
		if p, ok := m.peers[d.node]; ok && p.line.send(d.order) != nil {
			m.lose(d.node)
		}
	}
}

// group is a node's: groups are made while the cluster runs.
func (m *management) group(id int) int {
	for _, n := range m.fake.Status() {
		if int(n.ID) == id {
			return n.Group
		}
	}
	return mgm.NoGroup
}

// checkpoint completes a global checkpoint. The one that leads has the nodes keep
// it; both tell of it.
func (m *management) checkpoint(now time.Time) {
	m.ticked = now
	m.gci++
	gci := m.gci
	m.fake.Emit(mgm.Event{
		Type: mgm.EventGlobalCheckpointDone, Source: mgm.President(m.fake.Status()),
		Body: &mgm.GlobalCheckpoint{GCI: uint32(gci & 0xffffffff)},
	})
	if !m.leads() {
		return
	}
	for id, p := range m.peers {
		if p.report.Kind != agentproto.KindManagementServer && p.line.send(order{Do: doTick, GCI: gci}) != nil {
			m.lose(id)
		}
	}
}

// arbitrate says who the arbitrator is, whenever that is news, or was told before
// anybody listened.
func (m *management) arbitrate(serving bool) {
	listeners := m.fake.Listeners()
	unheard := listeners > m.listeners
	m.listeners = listeners
	if !serving {
		m.arbiter = 0
		return
	}
	leader := m.leader()
	if leader == m.arbiter && !m.stale && !unheard {
		return
	}
	m.arbiter, m.stale = leader, false
	m.fake.Emit(mgm.Event{
		Type: mgm.EventArbitrationState, Source: mgm.President(m.fake.Status()),
		Body: &mgm.Arbitration{Code: uint32(mgm.ArbitratorStarted), Arbiter: mgm.NodeID(leader), Ticket0: uint32(leader), Ticket1: m.ticket}, //nolint:gosec // small
	})
}

// noticeActivity tells the other management servers which slots were activated or
// deactivated here.
func (m *management) noticeActivity(now time.Time) {
	var inactive []int
	for _, s := range m.config.slots {
		if !m.fake.Active(mgm.NodeID(s.id)) {
			inactive = append(inactive, s.id)
		}
	}
	if slices.Equal(inactive, m.inactive) {
		return
	}
	m.inactive, m.change = inactive, uint64(now.UnixNano())
	m.post()
}

func (m *management) post() {
	r, _ := m.board.get()
	r.Inactive, r.Change = m.inactive, m.change
	m.board.put(r)
}

// adopt takes over what another management server knows of activity, through our
// own management protocol: it has the rules.
func (m *management) adopt(ctx context.Context, r report) {
	ctx, cancel := context.WithTimeout(ctx, syncPatience)
	defer cancel()
	client, err := mgm.Dial(ctx, net.JoinHostPort(m.options.Address, strconv.Itoa(m.options.ManagementPort)), mgm.Options{})
	if err != nil {
		return // the next report tries again
	}
	defer func() { _ = client.Close() }()
	for _, s := range m.config.slots {
		active := !slices.Contains(r.Inactive, s.id)
		if active == m.fake.Active(mgm.NodeID(s.id)) {
			continue
		}
		change := client.Deactivate
		if active {
			change = client.Activate
		}
		if err := change(ctx, mgm.NodeID(s.id)); err != nil {
			return
		}
	}
	m.inactive, m.change = slices.Clone(r.Inactive), r.Change
	m.post()
}
