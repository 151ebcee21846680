package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"rondb-tui/agent"
	"rondb-tui/agentproto"
)

const (
	uuid     = "5f0c7f4e-8d43-4f0e-9d0a-2f7a2c1b9e11"
	patience = 20 * time.Second
)

// TestMain lets this binary be the program that is tested, and what its tests start.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "as-agent":
		shareWithGroup()
		os.Exit(run(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	case len(os.Args) > 1 && (os.Args[1] == "stub" || os.Args[1] == "remove"): // an agent's own children
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	case len(os.Args) > 1 && os.Args[1] == "as-reaper":
		os.Exit(reapOrphans())
	case len(os.Args) > 1 && os.Args[1] == "as-parent": // leaves an orphan behind
		child, err := os.StartProcess(os.Args[0], []string{os.Args[0], "as-orphan"}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}})
		if err != nil {
			os.Exit(1)
		}
		_, _ = fmt.Println(child.Pid)
		os.Exit(7)
	case len(os.Args) > 1 && os.Args[1] == "as-orphan":
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// reapOrphans is the first process of a container, as far as orphans go: it starts
// a parent that leaves one behind, and ends with 0 once that is gone too.
func reapOrphans() int {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 2
	}
	reaper := agent.NewReaper(agent.ReaperOptions{Orphans: true})
	defer reaper.Close()
	said := make(chan string, 1)
	parent, err := reaper.Start(agent.Command{Path: os.Args[0], Args: []string{"as-parent"}, Line: func(line string) { said <- line }})
	if err != nil {
		return 3
	}
	<-parent.Ended()
	orphan := <-said
	for ticker := time.NewTicker(5 * time.Millisecond); ; <-ticker.C {
		if _, err := os.Stat("/proc/" + orphan); err != nil {
			return parent.ExitCode()
		}
	}
}

func TestOrphansAreReaped(t *testing.T) {
	process, err := os.StartProcess(self(t), []string{self(t), "as-reaper"}, &os.ProcAttr{Files: []*os.File{nil, nil, os.Stderr}})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.AfterFunc(patience, func() { _ = process.Kill() })
	defer deadline.Stop()
	state, err := process.Wait()
	if err != nil || state.ExitCode() != 7 { // the parent's, and the orphan is no zombie
		t.Errorf("ended with %v, %v", state, err)
	}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// image is a folder that everybody may enter, with a copy of this program in it: the
// processes of an agent that is root belong to somebody else.
func image(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "rt") //nolint:usetesting // others may not enter t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	program, err := os.ReadFile(self(t))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "rondb-agent"), program, 0o755)
	}
	if err == nil {
		err = os.Chmod(folder, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// running is an agent as a process.
type running struct {
	process *os.Process
	client  agentproto.AgentClient
	errs    *os.File
}

// launch starts an agent as Docker does, with its bundle on standard input.
func launch(t *testing.T, folder string, authority *agentproto.Authority, b agentproto.Bundle) running {
	t.Helper()
	c, err := authority.Agent(b.Node, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.Credentials, b.Listen = c, net.JoinHostPort(b.Address, strconv.Itoa(agentproto.DefaultAgentPort))
	text, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := os.Create(filepath.Join(t.TempDir(), "errors"))
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.StartProcess(filepath.Join(folder, "rondb-agent"), []string{"rondb-agent", "as-agent"}, &os.ProcAttr{Files: []*os.File{in, errs, errs}})
	if err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	if _, err := feed.Write(text); err != nil {
		t.Fatal(err)
	}
	_ = feed.Close()
	t.Cleanup(func() { // told to, so that it takes its process with it; the test may have waited already
		_ = process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(patience, func() { _ = process.Kill() })
		_, _ = process.Wait()
		late.Stop()
		_ = errs.Close()
	})
	return running{process: process, client: dial(t, authority, b), errs: errs}
}

func dial(t *testing.T, authority *agentproto.Authority, b agentproto.Bundle) agentproto.AgentClient {
	t.Helper()
	engine, err := authority.Engine(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	tls, err := engine.ClientTLS(uuid, b.Node, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient("passthrough:///"+b.Listen, grpc.WithTransportCredentials(credentials.NewTLS(tls)), grpc.WithNoProxy())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return agentproto.NewAgentClient(conn)
}

func (r running) await(t *testing.T, what string, want func(*agentproto.AgentStatus) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := r.client.Status(ctx, &agentproto.StatusRequest{}, grpc.WaitForReady(true))
	for err == nil {
		var now *agentproto.AgentStatus
		if now, err = stream.Recv(); err == nil && want(now) {
			return
		}
	}
	said, _ := os.ReadFile(r.errs.Name())
	t.Fatalf("waiting for %s: %v\n%s", what, err, said)
}

// A container that is told to stop has its data node leave in order, which the
// other replica sees as a stop, not as a failure.
func TestAnAgentThatIsToldToStopStopsItsNodeInOrder(t *testing.T) {
	authority, err := agentproto.NewAuthority(uuid, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	network := fmt.Sprintf("127.%d.%d.", 1+rand.IntN(250), rand.IntN(250))
	kinds := map[int32]string{65: agentproto.KindManagementServer, 1: agentproto.KindDataNode, 2: agentproto.KindDataNode}
	agents, base := map[int32]running{}, image(t)
	folder := func(id int32) string { return filepath.Join(base, strconv.Itoa(int(id))) }
	for _, id := range []int32{65, 1, 2} {
		b := agentproto.NewBundle(uuid, id, kinds[id], network+strconv.Itoa(int(id)), 1, agentproto.Credentials{})
		b.Dir, b.StubVersion = folder(id), "24.10.0"
		agents[id] = launch(t, base, authority, b)
		agents[id].await(t, "the agent", func(*agentproto.AgentStatus) bool { return true })
	}
	ini := "[NDBD DEFAULT]\nNoOfReplicas=2\n[NDBD]\nNodeId=1\nHostName=" + network + "1\n[NDBD]\nNodeId=2\nHostName=" + network +
		"2\n[NDB_MGMD]\nNodeId=65\nHostName=" + network + "65\n"
	call := func(key string) *agentproto.Call { return &agentproto.Call{Epoch: 1, Key: key} }
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = agents[65].client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: call("config"), Content: []byte(ini)})
	if err == nil {
		_, err = agents[65].client.StartManagementServer(ctx, &agentproto.StartManagementServerRequest{Call: call("start"), Initial: true})
	}
	for _, id := range []int32{1, 2} {
		if err == nil {
			_, err = agents[id].client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{Call: call("start"), Connect: network + "65:1186"})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	agents[65].await(t, "started data nodes", func(s *agentproto.AgentStatus) bool {
		return s.GetCluster().GetArbitrationReady() && startedNodes(s) == 2
	})
	agents[2].await(t, "an unprivileged process", func(s *agentproto.AgentStatus) bool {
		owner, err := os.Stat(fmt.Sprintf("/proc/%d", s.GetProcess().GetPid()))
		if err != nil {
			return false
		}
		who, ok := owner.Sys().(*syscall.Stat_t)
		return ok && who.Uid != 0
	})
	began := time.Now()
	if err := agents[2].process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	state, err := agents[2].process.Wait()
	if err != nil || state.ExitCode() != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("the agent ended with %v, %v after %s", state, err, time.Since(began))
	}
	memory, err := os.ReadFile(filepath.Join(folder(2), "agent.json"))
	if err != nil || !bytes.Contains(memory, []byte(`"stopped":true`)) || !bytes.Contains(memory, []byte(`"exit_code":0`)) {
		t.Errorf("it remembers %s, %v", memory, err)
	}
	agents[65].await(t, "one data node", func(s *agentproto.AgentStatus) bool { return startedNodes(s) == 1 })
}

func startedNodes(s *agentproto.AgentStatus) int {
	count := 0
	for _, n := range s.GetCluster().GetNodes() {
		if n.GetStatus() == "STARTED" {
			count++
		}
	}
	return count
}

func TestWrongArgumentsAndBundlesAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		in   string
		says string
	}{
		"no bundle":    {nil, "", "standard input is empty"},
		"a broken one": {nil, `{"node":"secret"}`, "not the JSON"},
		"an argument":  {[]string{"serve"}, "", "usage"},
		"no kind":      {[]string{"stub"}, "", "name what to stand in for"},
		"no node":      {[]string{"stub", "ndbmtd", "--connect=x:1186", "--dir=/x"}, "", "--node"},
	} {
		var out, errs strings.Builder
		if code := run(tc.args, strings.NewReader(tc.in), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), tc.says) || strings.Contains(errs.String(), "secret") {
			t.Errorf("%s: code %d: %s", name, code, errs.String())
		}
	}
}
