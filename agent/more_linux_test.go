package agent_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
)

// A frozen data node is declared dead, and learns of it when its pause ends.
func TestAFrozenDataNodeIsDeclaredDead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	m := r.members[5]
	m.do("pause", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.Pause(ctx, &agentproto.PauseRequest{Call: r.call(), LeaseMs: time.Minute.Milliseconds()})
	})
	r.members[mgmd].await("the end of node 5", func(s *agentproto.AgentStatus) bool { return stateOf(s, 5).GetStatus() == "NO_CONTACT" })
	m.do("resume", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.Resume(ctx, &agentproto.ResumeRequest{Call: r.call()})
	})
	if dead := m.awaitState(agentproto.ProcessState_PROCESS_DEAD); dead.GetError() == "" {
		t.Errorf("it says nothing of its end: %v", dead)
	}
}

func TestFaultsNeedAProcessAndALease(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(2, agentproto.KindDataNode, "ndbmtd")
	ctx, cancel := r.patiently()
	defer cancel()
	_, err := m.client.Kill(ctx, &agentproto.KillRequest{Call: r.call()})
	m.refused("kill nothing", err, codes.PermissionDenied, "no process runs")
	_, err = m.client.Pause(ctx, &agentproto.PauseRequest{Call: r.call(), LeaseMs: 1000})
	m.refused("pause nothing", err, codes.PermissionDenied, "no process runs")
	m.start(false)
	for _, lease := range []int64{0, -1, time.Hour.Milliseconds() + 1, 1 << 62} {
		_, err = m.client.Pause(ctx, &agentproto.PauseRequest{Call: r.call(), LeaseMs: lease})
		m.refused(fmt.Sprintf("a lease of %d ms", lease), err, codes.InvalidArgument, "lease")
	}
	_, err = m.client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{Call: r.call(), Connect: "x --initial"})
	m.refused("a strange connect string", err, codes.InvalidArgument, "list of host:port")
	_, err = m.client.StartMySQLServer(ctx, &agentproto.StartMySQLServerRequest{Call: r.call(), Connect: "x:1186"})
	m.refused("another kind of start", err, codes.InvalidArgument, "agent of a ndbmtd")
	_, err = m.client.Mgm(ctx, &agentproto.MgmRequest{Call: r.call()})
	m.refused("no management server", err, codes.InvalidArgument, "no management server is beside")
}

// Killed or frozen, a management server changes nothing for the data nodes, and
// knows them again when it is back.
func TestAManagementServerComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	server := r.members[mgmd]
	pids := map[int32]int32{}
	for _, id := range dataNodes() {
		pids[id] = r.members[id].awaitState(agentproto.ProcessState_PROCESS_RUNNING).GetPid()
	}
	server.kill()
	if now := server.await("no view of the cluster", func(s *agentproto.AgentStatus) bool { return s.GetCluster() == nil }); now.GetProcess().GetServing() {
		t.Errorf("a dead server serves: %v", now.GetProcess())
	}
	server.start(true)
	again := r.started(dataNodes()...)
	if again.GetSystemRestarts() != 0 || !again.GetFormed() {
		t.Errorf("it takes the old cluster for a new one: %v", again)
	}
	for id, pid := range pids {
		if now := r.members[id].awaitState(agentproto.ProcessState_PROCESS_RUNNING); now.GetPid() != pid {
			t.Errorf("node %d was restarted", id)
		}
	}
	server.await("the MySQL servers", func(s *agentproto.AgentStatus) bool {
		return stateOf(s, mysqld).GetStatus() == "CONNECTED" && stateOf(s, mysqld+1).GetStatus() == "CONNECTED"
	})
}

// Events come numbered, in the cluster log's wording.
func TestEventsAreTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	server := r.members[mgmd]
	told := map[string]bool{}
	r.members[4].kill()
	last := uint64(0)
	server.await("the events of a failure", func(s *agentproto.AgentStatus) bool {
		for _, e := range s.GetEvents() {
			if e.GetSeq() <= last {
				t.Errorf("event %d after %d", e.GetSeq(), last)
			}
			last = e.GetSeq()
			told[e.GetText()] = true
		}
		return told["Node 4 has failed."] && told["All nodes completed failure of Node 4"] && told["Start phase 9 completed (node restart)"]
	})
}
