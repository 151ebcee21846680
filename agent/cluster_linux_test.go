package agent_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
)

func TestTheLifeOfACluster(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	server := r.members[mgmd]
	first := r.started(dataNodes()...)
	if first.GetPresident() == 0 || first.GetArbitrator() != mgmd || !first.GetFormed() {
		t.Errorf("president %d, arbitrator %d, formed %t", first.GetPresident(), first.GetArbitrator(), first.GetFormed())
	}

	// A killed data node is a failed one; its restart needs no --initial.
	victim := r.members[2]
	victim.kill()
	dead := victim.awaitState(agentproto.ProcessState_PROCESS_DEAD)
	if dead.GetExitCode() != -9 || !dead.GetHasData() || dead.GetIncarnation() != 1 {
		t.Errorf("after SIGKILL: %v", dead)
	}
	server.await("the handled failure of node 2", func(s *agentproto.AgentStatus) bool {
		n := stateOf(s, 2)
		return n.GetStatus() == "NO_CONTACT" && n.GetFailureHandled()
	})
	victim.start(false)
	r.started(dataNodes()...)
	if again := victim.awaitState(agentproto.ProcessState_PROCESS_RUNNING); again.GetIncarnation() != 2 {
		t.Errorf("incarnation %d after a restart", again.GetIncarnation())
	}

	// An orderly stop leaves it stopped, and the last of a group stays.
	if err := server.mgm(&agentproto.MgmRequest{Command: &agentproto.MgmRequest_Stop{Stop: &agentproto.MgmStop{Nodes: []int32{1}}}}); err != nil {
		t.Fatal(err)
	}
	r.members[1].awaitState(agentproto.ProcessState_PROCESS_STOPPED)
	err := server.mgm(&agentproto.MgmRequest{Command: &agentproto.MgmRequest_Stop{Stop: &agentproto.MgmStop{Nodes: []int32{2}}}})
	server.refused("stop the last of a group", err, codes.PermissionDenied, "would cause system crash")
	r.members[1].start(false)
	r.started(dataNodes()...)

	// All stop together, and what was there is there after a system restart.
	checkpoint := server.await("a checkpoint", func(s *agentproto.AgentStatus) bool { return s.GetCluster().GetCheckpoint() > 1 }).GetCluster().GetCheckpoint()
	if err := server.mgm(&agentproto.MgmRequest{Command: &agentproto.MgmRequest_Stop{Stop: &agentproto.MgmStop{}}}); err != nil {
		t.Fatal(err)
	}
	for _, id := range dataNodes() {
		r.members[id].awaitState(agentproto.ProcessState_PROCESS_STOPPED)
	}
	for _, id := range dataNodes() {
		r.members[id].start(false)
	}
	after := r.started(dataNodes()...)
	if after.GetSystemRestarts() != 1 || after.GetRestoredCheckpoint() < checkpoint-1 || after.GetRestoredUnixMs() == 0 {
		t.Errorf("after the system restart: %d restarts, restored %d (of %d) at %d",
			after.GetSystemRestarts(), after.GetRestoredCheckpoint(), checkpoint, after.GetRestoredUnixMs())
	}
}

func TestAReplicaIsActivatedAndDeactivated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	server, third := r.members[mgmd], r.add(3, agentproto.KindDataNode)
	third.start(true) // its slot is not active: it ends by itself
	if dead := third.awaitState(agentproto.ProcessState_PROCESS_DEAD); dead.GetExitCode() != 1 {
		t.Errorf("an inactive node: %v", dead)
	}
	server.writeConfig(r.configIni(3))
	if err := server.mgm(&agentproto.MgmRequest{Command: &agentproto.MgmRequest_Activate{Activate: &agentproto.MgmNode{Node: 3}}}); err != nil {
		t.Fatal(err)
	}
	server.await("an active node 3", func(s *agentproto.AgentStatus) bool { return stateOf(s, 3).GetActive() })
	third.start(true)
	r.started(append(dataNodes(), 3)...)
	deactivate := &agentproto.MgmRequest{Command: &agentproto.MgmRequest_Deactivate{Deactivate: &agentproto.MgmNode{Node: 3}}}
	if err := server.mgm(deactivate); err == nil {
		t.Error("a running node was deactivated")
	}
	third.stop() // through the management protocol
	if stopped := third.awaitState(agentproto.ProcessState_PROCESS_STOPPED); stopped.GetExitCode() != 0 {
		t.Errorf("stopped: %v", stopped)
	}
	if err := server.mgm(deactivate); err != nil {
		t.Fatal(err)
	}
	server.await("an inactive node 3", func(s *agentproto.AgentStatus) bool { return !stateOf(s, 3).GetActive() })
	r.started(dataNodes()...)
}

func TestALostGroupEndsTheCluster(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	r.members[1].kill()
	r.members[2].kill()
	for _, id := range []int32{4, 5} {
		dead := r.members[id].awaitState(agentproto.ProcessState_PROCESS_DEAD)
		if dead.GetError() == "" {
			t.Errorf("node %d says nothing of its end", id)
		}
	}
	ctx, cancel := r.patiently()
	defer cancel()
	left, err := r.members[4].client.CollectCrash(ctx, &agentproto.CollectCrashRequest{})
	if err != nil || len(left.GetFiles()) != 1 || left.GetFiles()[0].GetName() != "log/ndb_4_error.log" {
		t.Fatalf("crash files: %v, %v", left, err)
	}
	for _, id := range dataNodes() {
		r.members[id].start(false)
	}
	if after := r.started(dataNodes()...); after.GetSystemRestarts() != 1 {
		t.Errorf("%d system restarts", after.GetSystemRestarts())
	}
	left, err = r.members[4].client.CollectCrash(ctx, &agentproto.CollectCrashRequest{})
	if err != nil || len(left.GetFiles()) != 1 || left.GetFiles()[0].GetName() != "crash/1/ndb_4_error.log" {
		t.Errorf("crash files of the run before: %v, %v", left, err)
	}
}

func TestAPauseEndsThoughNobodyIsConnected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.up()
	paused := r.members[mysqld]
	const lease = 2 * time.Second
	paused.do("pause", func(ctx context.Context) (*agentproto.Done, error) {
		return paused.client.Pause(ctx, &agentproto.PauseRequest{Call: r.call(), LeaseMs: lease.Milliseconds()})
	})
	now := paused.awaitState(agentproto.ProcessState_PROCESS_PAUSED)
	if now.GetPauseUntilUnixMs() == 0 || now.GetServing() {
		t.Errorf("paused: %v", now)
	}
	awaitProc(t, now.GetPid(), func(state string) bool { return state == "T" }) // its threads stop one after another
	if err := paused.conn.Close(); err != nil {                                 // the engine is gone
		t.Fatal(err)
	}
	awaitProc(t, now.GetPid(), func(state string) bool { return state != "T" })
	paused.dial()
	again := paused.await("the end of the pause", func(s *agentproto.AgentStatus) bool { return s.GetProcess().GetServing() }).GetProcess()
	if again.GetPid() != now.GetPid() || again.GetPauseUntilUnixMs() != 0 {
		t.Errorf("after the pause: %v", again)
	}
}
