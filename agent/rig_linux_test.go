package agent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"rondb-tui/agent"
	"rondb-tui/agent/stub"
	"rondb-tui/agentproto"
)

const (
	uuid     = "5f0c7f4e-8d43-4f0e-9d0a-2f7a2c1b9e11"
	patience = 20 * time.Second // of one wait: far beyond what is needed
)

// TestMain lets this binary be what the agents start: stand-ins, and the helpers of
// helper_test.go.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "stub" {
		options, err := stub.Parse(os.Args[2:])
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(stub.Run(context.Background(), options, os.Stdout)) //nolint:forbidigo // it is a program here
	}
	if code, ok := helper(os.Args); ok {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// rig is a cluster of agents in this process, whose stand-ins are processes. Every
// node has a loopback address of its own.
type rig struct {
	t         *testing.T
	authority *agentproto.Authority
	engine    agentproto.Credentials
	network   string // "127.x.y."
	reaper    *agent.Reaper
	members   map[int32]*member
	epoch     uint64
	keys      int
}

type member struct {
	*rig
	id       int32
	kind     string
	dir      string
	listener string // the agent's address
	client   agentproto.AgentClient
	conn     *grpc.ClientConn
	end      func() // ends the agent, and waits
}

func newRig(t *testing.T) *rig {
	t.Helper()
	authority, err := agentproto.NewAuthority(uuid, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := authority.Engine(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, authority: authority, engine: engine, members: map[int32]*member{}, epoch: 1,
		network: fmt.Sprintf("127.%d.%d.", 1+rand.IntN(250), rand.IntN(250)), // others test on this machine, too
		reaper:  agent.NewReaper(agent.ReaperOptions{}),
	}
	t.Cleanup(r.reaper.Close)
	return r
}

func (r *rig) address(id int32) string { return r.network + strconv.Itoa(int(id)) }

// bundle is a node's, with a volume of its own.
func (r *rig) bundle(id int32, kind, dir string) agentproto.Bundle {
	r.t.Helper()
	c, err := r.authority.Agent(id, time.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	b := agentproto.NewBundle(uuid, id, kind, r.address(id), r.epoch, c)
	b.Dir, b.StubVersion = dir, "24.10.7"
	return b
}

// add starts the agent of a node.
func (r *rig) add(id int32, kind string) *member {
	r.t.Helper()
	m := &member{rig: r, id: id, kind: kind, dir: r.t.TempDir()}
	r.members[id] = m
	m.boot(r.bundle(id, kind, m.dir), nil)
	return m
}

// boot starts an agent in this process.
func (m *member) boot(b agentproto.Bundle, search []string) {
	m.t.Helper()
	self, err := os.Executable()
	if err != nil {
		m.t.Fatal(err)
	}
	a, err := agent.New(m.t.Context(), b, agent.Options{Version: "test", Self: self, Starter: m.reaper, Search: search, Cgroup: m.dir})
	if err != nil {
		m.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", m.address(m.id)+":0")
	if err != nil {
		m.t.Fatal(err)
	}
	m.listener = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(m.t.Context())) // the end of the test ends it
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, listener) }()
	m.end = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			m.t.Errorf("agent %d: %v", m.id, err)
		}
	})
	m.t.Cleanup(m.end)
	m.dial()
}

func (m *member) dial() {
	m.t.Helper()
	m.conn = m.connect(m.engine)
	m.client = agentproto.NewAgentClient(m.conn)
}

// connect makes a connection with some credentials.
func (m *member) connect(c agentproto.Credentials) *grpc.ClientConn {
	m.t.Helper()
	tls, err := c.ClientTLS(uuid, m.id, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	conn, err := grpc.NewClient("passthrough:///"+m.listener, grpc.WithTransportCredentials(credentials.NewTLS(tls)), grpc.WithNoProxy())
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// call is a new wish.
func (r *rig) call() *agentproto.Call {
	r.keys++
	return &agentproto.Call{Epoch: r.epoch, Key: fmt.Sprintf("key %d", r.keys)}
}

// must checks the error of a call.
func (m *member) must(what string, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("node %d: %s: %v\n%s", m.id, what, err, m.describe())
	}
}

// refused checks the code of an error and what it says.
func (m *member) refused(what string, err error, code codes.Code, says string) {
	m.t.Helper()
	if status.Code(err) != code || !strings.Contains(err.Error(), says) {
		m.t.Errorf("node %d: %s: got %v, want %s with %q", m.id, what, err, code, says)
	}
}

// patiently bounds a call.
func (r *rig) patiently() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.t.Context(), patience)
}

// do runs a call that must succeed.
func (m *member) do(what string, f func(context.Context) (*agentproto.Done, error)) {
	m.t.Helper()
	ctx, cancel := m.patiently()
	defer cancel()
	_, err := f(ctx)
	m.must(what, err)
}

func (m *member) kill() {
	m.t.Helper()
	m.do("kill", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.Kill(ctx, &agentproto.KillRequest{Call: m.call()})
	})
}

func (m *member) stop() {
	m.t.Helper()
	m.do("stop", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.StopProcess(ctx, &agentproto.StopProcessRequest{Call: m.call()})
	})
}

// await follows the status until it is as wanted.
func (m *member) await(what string, want func(*agentproto.AgentStatus) bool) *agentproto.AgentStatus {
	m.t.Helper()
	ctx, cancel := m.patiently()
	defer cancel()
	stream, err := m.client.Status(ctx, &agentproto.StatusRequest{}, grpc.WaitForReady(true))
	m.must("status", err)
	for {
		now, err := stream.Recv()
		if err != nil {
			m.t.Fatalf("node %d: waiting for %s: %v\n%s", m.id, what, err, m.describe())
		}
		if want(now) {
			return now
		}
	}
}

func (m *member) awaitState(state agentproto.ProcessState) *agentproto.ProcessStatus {
	m.t.Helper()
	return m.await(state.String(), func(s *agentproto.AgentStatus) bool { return s.GetProcess().GetState() == state }).GetProcess()
}

// describe is what a failure needs: the status and the end of the log.
func (m *member) describe() string {
	ctx, cancel := context.WithTimeout(m.t.Context(), 2*time.Second)
	defer cancel()
	text := ""
	for _, one := range m.members {
		if stream, err := one.client.Status(ctx, &agentproto.StatusRequest{}); err == nil {
			if now, err := stream.Recv(); err == nil {
				now.Events = nil
				text += fmt.Sprintf("node %d: %v\n", one.id, now)
			}
		}
		if stream, err := one.client.Logs(ctx, &agentproto.AgentLogsRequest{Limit: 8}); err == nil {
			if lines, err := stream.Recv(); err == nil {
				for _, line := range lines.GetLines() {
					text += "    " + line.GetText() + "\n"
				}
			}
		}
	}
	return text
}

// Nodes of the test's cluster: two groups of two replicas and room for a third.
const (
	mgmd   int32 = 65
	mysqld int32 = 67
)

func dataNodes() []int32 { return []int32{1, 2, 4, 5} }

// configIni is the configuration; some data nodes may be active besides.
func (r *rig) configIni(active ...int32) []byte {
	active = append(active, dataNodes()...)
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "[NDBD DEFAULT]\nNoOfReplicas=3\n")
	for id := int32(1); id <= 6; id++ {
		on := 0
		for _, one := range active {
			if one == id {
				on = 1
			}
		}
		_, _ = fmt.Fprintf(&b, "[NDBD]\nNodeId=%d\nNodeGroup=%d\nNodeActive=%d\nHostName=%s\n", id, (id-1)/3, on, r.address(id))
	}
	_, _ = fmt.Fprintf(&b, "[NDB_MGMD]\nNodeId=%d\nHostName=%s\nArbitrationRank=1\n", mgmd, r.address(mgmd))
	for id := mysqld; id < mysqld+2; id++ {
		_, _ = fmt.Fprintf(&b, "[MYSQLD]\nNodeId=%d\nHostName=%s\n", id, r.address(id))
	}
	return []byte(b.String())
}

func (r *rig) connectString() string { return net.JoinHostPort(r.address(mgmd), "1186") }

func (m *member) writeConfig(content []byte) {
	m.t.Helper()
	m.do("write the configuration", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: m.call(), Content: content})
	})
}

// start starts a node's process, whatever it is.
func (m *member) start(initial bool) {
	m.t.Helper()
	m.do("start", func(ctx context.Context) (*agentproto.Done, error) {
		switch m.kind {
		case agentproto.KindManagementServer:
			return m.client.StartManagementServer(ctx, &agentproto.StartManagementServerRequest{Call: m.call(), Initial: true})
		case agentproto.KindDataNode:
			return m.client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{Call: m.call(), Initial: initial, Connect: m.connectString()})
		default:
			return m.client.StartMySQLServer(ctx, &agentproto.StartMySQLServerRequest{Call: m.call(), Connect: m.connectString()})
		}
	})
}

// mgm runs a management command.
func (m *member) mgm(r *agentproto.MgmRequest) error {
	m.t.Helper()
	ctx, cancel := m.patiently()
	defer cancel()
	r.Call = m.call()
	_, err := m.client.Mgm(ctx, r)
	return err
}

// up brings a whole cluster to its first start.
func (r *rig) up() {
	r.t.Helper()
	server := r.add(mgmd, agentproto.KindManagementServer)
	for _, id := range dataNodes() {
		r.add(id, agentproto.KindDataNode)
	}
	for id := mysqld; id < mysqld+2; id++ {
		r.add(id, agentproto.KindMySQLServer)
	}
	server.writeConfig(r.configIni())
	server.start(true)
	for _, id := range dataNodes() {
		r.members[id].start(false)
	}
	for id := mysqld; id < mysqld+2; id++ {
		r.members[id].start(false)
	}
	r.started(dataNodes()...)
	for id := mysqld; id < mysqld+2; id++ {
		r.members[id].await("an answering MySQL server", func(s *agentproto.AgentStatus) bool { return s.GetProcess().GetServing() })
	}
}

// started waits until data nodes are started and an arbitrator is ready.
func (r *rig) started(ids ...int32) *agentproto.ClusterStatus {
	r.t.Helper()
	return r.members[mgmd].await(fmt.Sprintf("started data nodes %v", ids), func(s *agentproto.AgentStatus) bool {
		for _, id := range ids {
			if stateOf(s, id).GetStatus() != "STARTED" {
				return false
			}
		}
		return s.GetCluster().GetArbitrationReady()
	}).GetCluster()
}

func stateOf(s *agentproto.AgentStatus, id int32) *agentproto.NodeState {
	for _, n := range s.GetCluster().GetNodes() {
		if n.GetNode() == id {
			return n
		}
	}
	return nil
}

// pathIn is a file of a node's volume.
func (m *member) pathIn(name string) string { return filepath.Join(m.dir, name) }
