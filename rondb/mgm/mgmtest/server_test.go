package mgmtest_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

func start(t testing.TB, setup mgmtest.Setup) *mgmtest.Local {
	t.Helper()
	server, err := mgmtest.Start(t.Context(), mgmtest.NewCluster(setup))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return server
}

func dial(t testing.TB, server *mgmtest.Local) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// recorded is the cluster whose replies the fixtures are.
func recorded(t testing.TB) mgmtest.Setup {
	t.Helper()
	version := mgm.ServerVersion{
		Version: mgm.MakeVersion(7, 2, 1), MySQL: mgm.MakeVersion(5, 6, 27), Flavour: mgm.NDB, Text: "mysql-5.6.27 ndb-7.2.1",
	}
	setup := mgmtest.Running(version, 1, 2, 2)
	setup.Nodes = append(setup.Nodes, mgm.NodeStatus{ID: 69, Type: mgm.APINode, State: mgm.NoContact, Group: mgm.NoGroup, Address: "0.0.0.0"})
	return setup
}

// TestTheServerRepliesAsARealOneDid: the requests of the fixtures get the replies
// of the fixtures, byte for byte, where the cluster is in the state they show.
func TestTheServerRepliesAsARealOneDid(t *testing.T) {
	for name, prepare := range map[string]func(*mgmtest.Cluster){
		"check_connection":          nil,
		"create_nodegroup_error":    nil,
		"drop_nodegroup_error":      nil,
		"dump_events_memory":        nil,
		"end_session":               nil,
		"get_info_clusterlog":       nil,
		"get_mgmd_nodeid":           nil,
		"get_status":                nil,
		"get_status_api":            nil,
		"get_status_types":          nil,
		"get_version":               nil,
		"listen_event_bad":          nil,
		"listen_event_header":       nil,
		"missing_argument":          nil,
		"purge_stale_sessions":      nil,
		"restart_node_v2":           nil,
		"start_backup_wait_started": nil,
		"stop_missing_node":         nil,
		"stop_v2":                   nil,
		"unknown_argument":          nil,
		"unknown_command":           nil,
		"show_config_section":       nil,
		"stop_last_of_group":        func(c *mgmtest.Cluster) { c.Kill(2) },
	} {
		t.Run(name, func(t *testing.T) {
			setup := recorded(t)
			request, reply := readFixture(t, name)
			server := start(t, setup)
			if prepare != nil {
				prepare(server.Cluster())
			}
			got := ask(t, dial(t, server), request, len(reply))
			if got != reply {
				t.Errorf("got\n%s\nwant\n%s", got, reply)
			}
		})
	}
}

// TestShowConfigIsRepeated: the configuration of a real server, given to ours.
func TestShowConfigIsRepeated(t *testing.T) {
	for _, name := range []string{"show_config", "show_config_node"} {
		_, whole := readFixture(t, "show_config")
		setup := recorded(t)
		setup.Config = parseConfig(whole)
		request, reply := readFixture(t, name)
		if got := ask(t, dial(t, start(t, setup)), request, len(reply)); got != reply {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

func parseConfig(reply string) mgm.Config {
	var c mgm.Config
	for line := range strings.Lines(strings.TrimPrefix(reply, "show config reply\n")) {
		line = strings.TrimSuffix(line, "\n")
		if name, value, ok := strings.Cut(line, "="); ok {
			last := &c.Sections[len(c.Sections)-1]
			last.Params = append(last.Params, mgm.Param{Name: name, Value: value})
		} else if line != "" {
			c.Sections = append(c.Sections, mgm.Section{Name: strings.Trim(line, "[]")})
		}
	}
	return c
}

func readFixture(t testing.TB, name string) (request, reply string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", name+".mgm"))
	if err != nil {
		t.Fatal(err)
	}
	head, tail, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("# request\n")), []byte("# reply\n"))
	return string(head), string(tail)
}

// ask sends a request and reads as many bytes as are wanted; what comes after them
// is looked for with another request.
func ask(t *testing.T, c net.Conn, request string, size int) string {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	reply := make([]byte, size)
	n, err := io.ReadFull(c, reply)
	if err != nil {
		return string(reply[:n]) + "(" + err.Error() + ")"
	}
	if _, err := io.WriteString(c, "get mgmd nodeid\n\n"); err != nil {
		t.Fatal(err)
	}
	const after = "get mgmd nodeid reply\nnodeid:65\n\n"
	rest := make([]byte, len(after))
	if n, err := io.ReadFull(c, rest); err != nil || string(rest) != after {
		t.Errorf("after the reply comes %q, %v", rest[:n], err)
	}
	return string(reply)
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	c := dial(t, start(t, recorded(t)))
	for request, reply := range map[string]string{
		"Get Status\n\n":                                  "result: Unknown command, 'Get Status'\n\n",
		"start\nnode: two\n\n":                            "result: Type mismatch, 'two'\n\n",
		"start\nnode: 2\nnode: 2\n\n":                     "result: Argument given twice, 'node'\n\n",
		"start\nnode 2\n\n":                               "result: Invalid arg. format, 'node 2'\n\n",
		"\n\nget session id\n\n":                          "get session id reply\nid: 1\n\n",
		"start\n\n":                                       "result: Missing arg., '\n'\n\n",
		"get status\ntypes = \"MGM\"\n\n":                 "node status\nnodes: 1\n",
		"stop v2\nnode: 1 x\nabort: 0\n\n":                "stop reply\nresult: Invalid node list\nstopped: 0\ndisconnect: 0\n\n",
		"listen event\nfilter: BACKUP:99\nparsable=1\n\n": "listen event\nresult: -1\nmsg: Invalid level: >99<\n\n",
	} {
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(reply))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != reply {
			t.Errorf("%q: got %q, %v", request, got, err)
		}
		if strings.HasPrefix(reply, "node status") { // the rest of it
			for r := bufio.NewReader(c); ; {
				if line, err := r.ReadString('\n'); err != nil || line == "\n" {
					break
				}
			}
		}
	}
}

func TestALineForEverEndsItsSession(t *testing.T) {
	server := start(t, recorded(t))
	c := dial(t, server)
	go func() { _, _ = c.Write(bytes.Repeat([]byte("x"), 1<<20)) }() // it ends when the server hangs up
	if _, err := io.ReadAll(c); err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the session goes on: %v", err)
	}
}

func TestASubscriberWhoDoesNotReadIsDropped(t *testing.T) {
	server := start(t, recorded(t))
	c := dial(t, server)
	if _, err := io.WriteString(c, "listen event\nparsable: 1\nfilter: INFO=15\n\n"); err != nil {
		t.Fatal(err)
	}
	header := make([]byte, len("listen event\nresult: 0\n\n"))
	if _, err := io.ReadFull(c, header); err != nil {
		t.Fatal(err)
	}
	message := mgm.Event{Type: mgm.EventInfo, Source: 1, Body: mgm.NewMessage(strings.Repeat("long ", 2000))}
	for sent := 0; server.Cluster().Listeners() > 0; sent++ {
		if sent > 1<<16 {
			t.Fatal("it is still kept")
		}
		server.Cluster().Emit(message)
	}
}

func TestActCarriesOutWhatIsAsked(t *testing.T) {
	setup := recorded(t)
	var asked []mgmtest.Action
	var cluster *mgmtest.Cluster
	setup.Act = func(a mgmtest.Action) error {
		asked = append(asked, a)
		if a.Kind == mgmtest.ActRestart {
			return errors.New("it does not come back")
		}
		cluster.SetState(a.Node, mgm.ShuttingDown, 1)
		cluster.SetState(a.Node, mgm.NoContact, 0)
		return nil
	}
	server := start(t, setup)
	cluster = server.Cluster()
	client, err := mgm.Dial(t.Context(), server.Addr, mgm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if _, err := client.Stop(t.Context(), mgm.StopOptions{Nodes: []mgm.NodeID{2}}); err != nil {
		t.Error(err)
	}
	_, err = client.Restart(t.Context(), mgm.RestartOptions{Nodes: []mgm.NodeID{1}, Abort: true, Initial: true, NoStart: true})
	if kind, _ := mgm.KindOf(err); kind != mgm.KindRefused || !strings.Contains(err.Error(), "it does not come back") {
		t.Errorf("got %v", err)
	}
	want := []mgmtest.Action{
		{Kind: mgmtest.ActStop, Node: 2},
		{Kind: mgmtest.ActRestart, Node: 1, Abort: true, Initial: true, NoStart: true},
	}
	if len(asked) != 2 || asked[0] != want[0] || asked[1] != want[1] {
		t.Errorf("asked for %+v", asked)
	}
	if n := cluster.Status()[1]; n.State != mgm.NoContact {
		t.Errorf("node 2 is %v", n.State)
	}
}

func TestALostNodeGroupEndsTheCluster(t *testing.T) {
	setup := mgmtest.Running(recorded(t).Version, 2, 2, 1)
	cluster := mgmtest.NewCluster(setup)
	states := func() (words []string) {
		for _, n := range cluster.Status() {
			words = append(words, n.State.String())
		}
		return words
	}
	cluster.Kill(1)
	if got, want := strings.Join(states(), " "), "NO_CONTACT STARTED STARTED STARTED CONNECTED CONNECTED"; got != want {
		t.Errorf("one of a group was killed: %s", got)
	}
	cluster.Kill(2)
	if got, want := strings.Join(states(), " "), "NO_CONTACT NO_CONTACT NO_CONTACT NO_CONTACT CONNECTED NO_CONTACT"; got != want {
		t.Errorf("both of a group were killed: %s", got)
	}
}

func FuzzRequests(f *testing.F) {
	for _, request := range []string{
		"get status\ntypes: NDB\n\n", "stop v2\nnode: 1 2\nabort: 1\n\n", "listen event\nfilter: 250=15\n\n", "dump events\ntype: 62\nnodes: 1\n\n",
		"activate\nnode: 1\n\n", "create nodegroup\nnodes: 1\n\n", "start backup\n\n", "enter single user\nnodeId: 67\n\n",
	} {
		f.Add([]byte(request))
	}
	server := start(f, recorded(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := dial(t, server)
		if _, err := c.Write(b); err != nil {
			return // the server had enough of it
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		if _, err := io.Copy(io.Discard, io.LimitReader(c, 1<<20)); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the session does not end")
		}
	})
}
