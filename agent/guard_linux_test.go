package agent_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
)

func (m *member) config(call *agentproto.Call, content string) error {
	ctx, cancel := m.patiently()
	defer cancel()
	_, err := m.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: call, Content: []byte(content)})
	return err
}

func TestAnOlderEpochIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.epoch = 5
	m := r.add(mgmd, agentproto.KindManagementServer)
	m.must("the epoch of the bundle", m.config(&agentproto.Call{Epoch: 5, Key: "a"}, "one"))
	m.refused("a lower one", m.config(&agentproto.Call{Epoch: 4, Key: "b"}, "two"), codes.FailedPrecondition, "another one with 5")
	m.must("a higher one", m.config(&agentproto.Call{Epoch: 7, Key: "c"}, "three"))
	m.refused("the former one", m.config(&agentproto.Call{Epoch: 5, Key: "d"}, "four"), codes.FailedPrecondition, "another one with 7")
	if got := m.read("config.ini"); got != "three" {
		t.Errorf("config.ini is %q", got)
	}
	r.epoch = 9
	if got := m.hello(); got.GetEpoch() != 9 { // a greeting raises it, too
		t.Errorf("hello: %v", got)
	}
	m.refused("after the greeting", m.config(&agentproto.Call{Epoch: 8, Key: "e"}, "five"), codes.FailedPrecondition, "another one with 9")
	r.epoch = 2
	if got := m.hello(); got.GetEpoch() != 9 {
		t.Errorf("a greeting lowered the epoch: %v", got)
	}
}

func TestAFailureTellsItsKind(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.add(mgmd, agentproto.KindManagementServer)
	err := m.config(&agentproto.Call{Epoch: 0, Key: "a"}, "one")
	for _, detail := range status.Convert(err).Details() {
		if f, ok := detail.(*agentproto.Failure); ok && f.GetKind() == "conflict" && f.GetNode() == mgmd && f.GetOp() == "check the epoch" {
			return
		}
	}
	t.Errorf("%v has no such failure in it", err)
}

func TestAKeyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(2, agentproto.KindDataNode, "ndbmtd")
	start := func(call *agentproto.Call, initial bool) error {
		ctx, cancel := m.patiently()
		defer cancel()
		_, err := m.client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{Call: call, Connect: m.connectString(), Initial: initial})
		return err
	}
	call := &agentproto.Call{Epoch: 1, Key: "start"}
	m.must("start", start(call, false))
	m.kill()
	m.must("the same start again", start(call, false))
	m.must("and by the next engine", start(&agentproto.Call{Epoch: 2, Key: "start"}, false))
	if now := m.awaitState(agentproto.ProcessState_PROCESS_DEAD); now.GetIncarnation() != 1 {
		t.Errorf("a repeated call started it again: %v", now)
	}
	r.epoch = 2
	m.refused("another call of the same key", start(&agentproto.Call{Epoch: 2, Key: "start"}, true), codes.InvalidArgument, "key was used")
	m.refused("no key", start(&agentproto.Call{Epoch: 2}, false), codes.InvalidArgument, "key must have")
	m.refused("a huge key", start(&agentproto.Call{Epoch: 2, Key: strings.Repeat("k", 201)}, false), codes.InvalidArgument, "key must have")
	m.must("a new key", start(&agentproto.Call{Epoch: 2, Key: "start 2"}, false))
	if now := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING); now.GetIncarnation() != 2 {
		t.Errorf("after a new call: %v", now)
	}
}

func TestCallsOfOneKeyAtOnceAreOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(2, agentproto.KindDataNode, "ndbmtd")
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			_, err := m.client.StartDataNode(t.Context(), &agentproto.StartDataNodeRequest{
				Call: &agentproto.Call{Epoch: 1, Key: "start"}, Connect: m.connectString(),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if now := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING); now.GetIncarnation() != 1 {
		t.Errorf("%d starts", now.GetIncarnation())
	}
}

// A call whose connection breaks goes on, and its repetition finds its outcome.
func TestACallOutlivesItsConnection(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(mysqld, agentproto.KindMySQLServer, "mysqld")
	m.do("write my.cnf", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: r.call(), File: agentproto.ConfigFile_MY_CNF, Content: []byte("[mysqld]\n")})
	})
	m.write("slow", "")
	request := &agentproto.StartMySQLServerRequest{
		Call: r.call(), Connect: m.connectString(), Accounts: []*agentproto.Account{{User: "app", Host: "%", Password: "p"}},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := m.client.StartMySQLServer(ctx, request); status.Code(err) != codes.DeadlineExceeded {
		t.Fatalf("got %v from a start that takes long", err)
	}
	m.do("repeat the call", func(ctx context.Context) (*agentproto.Done, error) {
		if err := os.Remove(m.pathIn("slow")); err != nil {
			return nil, err
		}
		return m.client.StartMySQLServer(ctx, request)
	})
	if now := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING); now.GetIncarnation() != 1 {
		t.Errorf("started %d times", now.GetIncarnation())
	}
}

func TestOnlyTheEngineOfTheClusterGetsIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.add(2, agentproto.KindDataNode)
	stranger, err := agentproto.NewAuthority(uuid, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := stranger.Engine(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	foreign.CA = r.engine.CA
	old, err := r.authority.Engine(time.Now().Add(-agentproto.LeafLife))
	if err != nil {
		t.Fatal(err)
	}
	another, err := r.authority.Agent(3, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]agentproto.Credentials{"another cluster": foreign, "an expired one": old, "an agent": another} {
		client := agentproto.NewAgentClient(m.connect(c))
		ctx, cancel := r.patiently()
		_, err := client.Hello(ctx, &agentproto.AgentHelloRequest{Protocol: agentproto.AgentProtocol})
		cancel()
		if status.Code(err) != codes.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := m.hello(); got.GetCluster() != uuid {
		t.Errorf("the engine itself: %v", got)
	}
	ctx, cancel := r.patiently()
	defer cancel()
	_, err = m.client.Hello(ctx, &agentproto.AgentHelloRequest{Protocol: agentproto.AgentProtocol + 1})
	m.refused("another protocol", err, codes.Unimplemented, "speaks protocol")
}
