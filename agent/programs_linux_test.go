package agent_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
)

// real adds the agent of a node that finds this test's fake programs.
func (r *rig) real(id int32, kind string, names ...string) *member {
	r.t.Helper()
	m := &member{rig: r, id: id, kind: kind, dir: r.t.TempDir()}
	r.members[id] = m
	b := r.bundle(id, kind, m.dir)
	b.StubVersion = ""
	m.boot(b, []string{r.t.TempDir(), programs(r.t, names...)})
	return m
}

func (m *member) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(m.pathIn(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

func (m *member) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(m.pathIn(name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *member) hello() *agentproto.AgentHelloReply {
	m.t.Helper()
	ctx, cancel := m.patiently()
	defer cancel()
	reply, err := m.client.Hello(ctx, &agentproto.AgentHelloRequest{Protocol: agentproto.AgentProtocol, Version: "test", Epoch: m.epoch})
	m.must("hello", err)
	return reply
}

func TestTheProgramsAreAskedWhatTheyAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct {
		id                     int32
		kind, flavour, version string
	}{
		{2, agentproto.KindDataNode, "ndb", "7.2.1"},
		{mgmd, agentproto.KindManagementServer, "rondb", "24.10.17"},
		{mysqld, agentproto.KindMySQLServer, "rondb", "22.10.1"},
	} {
		got := r.real(tc.id, tc.kind, tc.kind).hello()
		if got.GetFlavour() != tc.flavour || got.GetDatabaseVersion() != tc.version || got.GetKind() != tc.kind || got.GetNode() != tc.id {
			t.Errorf("%s: %v", tc.kind, got)
		}
	}
	none := r.real(3, agentproto.KindDataNode, "mysqld")
	if got := none.hello(); got.GetFlavour() != "" {
		t.Errorf("without programs: %v", got)
	}
	ctx, cancel := r.patiently()
	defer cancel()
	_, err := none.client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{Call: r.call(), Connect: r.connectString()})
	none.refused("start without a program", err, codes.FailedPrecondition, "no ndbmtd or ndbd")
}

func TestACrashedDataNodeLeavesItsWordsAndFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(2, agentproto.KindDataNode, "ndbmtd")
	text, err := os.ReadFile("../rondb/crash/testdata/ndb_2_error.log")
	if err != nil {
		t.Fatal(err)
	}
	m.write("crash.log", string(text))
	m.start(true)
	dead := m.awaitState(agentproto.ProcessState_PROCESS_DEAD)
	if dead.GetExitCode() != 0 || !strings.Contains(dead.GetError(), "error 6000") {
		t.Errorf("after a crash: %v", dead)
	}
	want := "--no-defaults\n--nodaemon\n--ndb-nodeid=2\n--ndb-connectstring=" + r.connectString() + "\n--initial"
	if got := m.read("ndbmtd.args"); got != want {
		t.Errorf("started with %q, want %q", got, want)
	}
	if err := os.Remove(m.pathIn("crash.log")); err != nil {
		t.Fatal(err)
	}
	m.start(false)
	running := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING)
	if running.GetVersion() != "7.2.1" || running.GetIncarnation() != 2 || running.GetError() != "" {
		t.Errorf("started again: %v", running)
	}
	if !isFile(m.pathIn("crash/1/ndb_2_error.log")) || isFile(m.pathIn("log/ndb_2_error.log")) {
		t.Error("the error log of the first run was not set aside")
	}
	ctx, cancel := r.patiently()
	defer cancel()
	stream, err := m.client.Logs(ctx, &agentproto.AgentLogsRequest{})
	m.must("logs", err)
	lines, err := stream.Recv()
	m.must("logs", err)
	if got := lines.GetLines()[0]; got.GetSeq() != 1 || got.GetSeverity() != 2 || !strings.HasSuffix(got.GetText(), "a line of the data node") {
		t.Errorf("the first line of the log is %v", got)
	}
	m.stop() // no management server answers: SIGTERM
	if stopped := m.awaitState(agentproto.ProcessState_PROCESS_STOPPED); stopped.GetExitCode() != -15 {
		t.Errorf("after the stop: %v", stopped)
	}
}

func (m *member) startMySQL(accounts ...*agentproto.Account) error {
	ctx, cancel := m.patiently()
	defer cancel()
	_, err := m.client.StartMySQLServer(ctx, &agentproto.StartMySQLServerRequest{Call: m.call(), Connect: m.connectString(), Accounts: accounts})
	return err
}

func TestAMySQLServerGetsItsDataAndAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(mysqld, agentproto.KindMySQLServer, "mysqld")
	account := &agentproto.Account{User: "app", Host: "%", Password: `it's \ a secret`, Grants: "SELECT, INSERT ON `bank`.*"}
	m.refused("start without my.cnf", m.startMySQL(account), codes.FailedPrecondition, "my.cnf")
	m.do("write my.cnf", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: r.call(), File: agentproto.ConfigFile_MY_CNF, Content: []byte("[mysqld]\n")})
	})

	m.write("broken", "")
	m.refused("start in a full volume", m.startMySQL(account), codes.FailedPrecondition, "no space left")
	if err := os.Remove(m.pathIn("broken")); err != nil {
		t.Fatal(err)
	}
	m.must("start", m.startMySQL(account))
	if isFile(m.pathIn("mysql/half")) {
		t.Error("what the broken attempt left is still there")
	}
	running := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING)
	if running.GetServing() || !running.GetHasData() || !isFile(m.pathIn("accounts.sql")) {
		t.Errorf("before it answers: %v", running)
	}
	m.write("open.next", r.address(mysqld)+":3306")
	if err := os.Rename(m.pathIn("open.next"), m.pathIn("open")); err != nil {
		t.Fatal(err)
	}
	m.await("a greeting", func(s *agentproto.AgentStatus) bool { return s.GetProcess().GetServing() })
	if isFile(m.pathIn("accounts.sql")) {
		t.Error("the file of accounts outlived the start")
	}
	want := "CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY 'it''s \\\\ a secret';\n" +
		"ALTER USER 'app'@'%' IDENTIFIED BY 'it''s \\\\ a secret';\n" +
		"GRANT SELECT, INSERT ON `bank`.* TO 'app'@'%';\n" +
		"ALTER USER 'root'@'localhost' ACCOUNT LOCK;\n"
	if got := m.read("ran.sql"); got != want {
		t.Errorf("it ran\n%s, want\n%s", got, want)
	}
	for _, name := range []string{"mysqld.args", "initialize.args", "agent.json"} {
		if strings.Contains(m.read(name), "secret") {
			t.Errorf("the password is in %s", name)
		}
	}
	before := m.read("initialize.args")
	m.kill()
	m.must("start again", m.startMySQL(account))
	if m.read("initialize.args") != before || !isFile(m.pathIn("mysql/mysql")) {
		t.Error("the data directory was made again")
	}
}

func TestAccountsThatWouldEndAStatementAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(mysqld, agentproto.KindMySQLServer, "mysqld")
	m.do("write my.cnf", func(ctx context.Context) (*agentproto.Done, error) {
		return m.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: r.call(), File: agentproto.ConfigFile_MY_CNF, Content: []byte("[mysqld]\n")})
	})
	good := agentproto.Account{User: "app", Host: "%", Password: "p"}
	for says, a := range map[string]*agentproto.Account{
		"grants":     {User: good.User, Host: good.Host, Password: good.Password, Grants: "ALL ON *.*; DROP TABLE a.b"},
		"line break": {User: good.User, Host: good.Host, Password: "p\nDROP DATABASE bank;"},
		"password":   {User: good.User, Host: good.Host},
		"user":       {Host: good.Host, Password: good.Password},
		"host":       {User: good.User, Password: good.Password},
	} {
		m.refused(says, m.startMySQL(a), codes.InvalidArgument, says)
	}
}

func TestAnAgentRemembersWhatItsVolumeSaw(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.real(2, agentproto.KindDataNode, "ndbmtd")
	if now := m.awaitState(agentproto.ProcessState_PROCESS_NONE); now.GetIncarnation() != 0 {
		t.Errorf("a new volume: %v", now)
	}
	m.start(false)
	pid := m.awaitState(agentproto.ProcessState_PROCESS_RUNNING).GetPid()
	session := m.hello().GetSession()
	began := time.Now()
	m.end() // as when the container is told to stop
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the end took %s", took)
	}
	if state := procState(t, pid); state != "" {
		t.Errorf("the process outlived its agent in state %s", state)
	}
	m.boot(r.bundle(2, agentproto.KindDataNode, m.dir), nil)
	again := m.awaitState(agentproto.ProcessState_PROCESS_STOPPED)
	if again.GetIncarnation() != 1 || m.hello().GetSession() == session {
		t.Errorf("after the restart: %v", again)
	}
}
