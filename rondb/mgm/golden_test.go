package mgm_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rondb-tui/rondb/mgm"
)

// golden is what a client makes of a fixture.
type golden struct {
	name string
	ask  func(context.Context, *mgm.Client) (any, error)
	want any        // nil where the request fails
	err  *mgm.Error // Kind, Code and Text count
}

func refused(code int, text string) *mgm.Error {
	return &mgm.Error{Kind: mgm.KindRefused, Code: code, Text: text}
}

const (
	ndb721 = mgm.Version(459265)
	mysql  = mgm.Version(329243)
)

func dataNode(id mgm.NodeID, state mgm.State, phase int, dynamic int32, count int) mgm.NodeStatus {
	return mgm.NodeStatus{
		ID: id, Type: mgm.DataNode, State: state, Version: ndb721, MySQLVersion: mysql,
		Phase: phase, DynamicID: dynamic, ConnectCount: count, Address: "127.0.0.1",
	}
}

func other(id mgm.NodeID, kind mgm.NodeType) mgm.NodeStatus {
	return mgm.NodeStatus{ID: id, Type: kind, State: mgm.Connected, Version: ndb721, MySQLVersion: mysql, Group: mgm.NoGroup, Address: "127.0.0.1"}
}

func away(id mgm.NodeID, kind mgm.NodeType) mgm.NodeStatus {
	return mgm.NodeStatus{ID: id, Type: kind, State: mgm.NoContact, Group: mgm.NoGroup}
}

func status(types ...mgm.NodeType) func(context.Context, *mgm.Client) (any, error) {
	return func(ctx context.Context, c *mgm.Client) (any, error) { return c.Status(ctx, types...) }
}

// none is a call that gives nothing but an error.
func none(call func(context.Context, *mgm.Client) error) func(context.Context, *mgm.Client) (any, error) {
	return func(ctx context.Context, c *mgm.Client) (any, error) { return nil, call(ctx, c) }
}

func raw(command, header string, arguments ...mgm.Token) func(context.Context, *mgm.Client) (any, error) {
	return none(func(ctx context.Context, c *mgm.Client) error { return c.Raw(ctx, command, arguments, header) })
}

func statusGoldens() []golden {
	started, mgmd := dataNode(1, mgm.Started, 0, -1, 0), other(65, mgm.ManagementServer)
	apis := []mgm.NodeStatus{other(67, mgm.APINode), other(68, mgm.APINode), away(69, mgm.APINode)}
	return []golden{
		{
			name: "get_status", ask: status(),
			want: append([]mgm.NodeStatus{started, dataNode(2, mgm.Started, 0, 2, 0), mgmd}, apis...),
		},
		{name: "get_status_api", ask: status(mgm.APINode), want: apis},
		{
			name: "get_status_types", ask: status(mgm.DataNode, mgm.ManagementServer),
			want: []mgm.NodeStatus{started, dataNode(2, mgm.Started, 0, 2, 0), mgmd},
		},
		{
			name: "get_status_node2_down", ask: status(mgm.DataNode, mgm.ManagementServer),
			want: []mgm.NodeStatus{started, away(2, mgm.DataNode), mgmd},
		},
		{name: "get_status_node2_starting_3", ask: status(mgm.DataNode), want: []mgm.NodeStatus{started, dataNode(2, mgm.Starting, 4, 3, 2)}},
		{name: "get_status_node2_starting_6", ask: status(mgm.DataNode), want: []mgm.NodeStatus{started, dataNode(2, mgm.Starting, 4, 3, 2)}},
		{name: "get_status_node2_starting_10", ask: status(mgm.DataNode), want: []mgm.NodeStatus{started, dataNode(2, mgm.Starting, 100, 3, 2)}},
	}
}

func nodeGoldens() []golden {
	const noOption = "Node shutdown would cause system crash: Permanent error: Application error"
	stop := func(o mgm.StopOptions) func(context.Context, *mgm.Client) (any, error) {
		return func(ctx context.Context, c *mgm.Client) (any, error) { return c.Stop(ctx, o) }
	}
	return []golden{
		{name: "stop_v2", ask: stop(mgm.StopOptions{Nodes: []mgm.NodeID{2}}), want: mgm.Stopped{Count: 1}},
		{name: "stop_last_of_group", ask: stop(mgm.StopOptions{Nodes: []mgm.NodeID{1}}), err: refused(mgm.CodeWouldCrash, noOption)},
		{name: "stop_missing_node", ask: raw("stop v2", "stop reply"), err: &mgm.Error{Kind: mgm.KindInvalid, Text: "Missing arg., '"}},
		{
			name: "restart_node_v2", want: mgm.Stopped{Count: 1},
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				return c.Restart(ctx, mgm.RestartOptions{Nodes: []mgm.NodeID{1}})
			},
		},
		{
			name: "create_nodegroup_error",
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				return c.CreateNodeGroup(ctx, []mgm.NodeID{1, 2})
			},
			err: refused(mgm.CodeGroupNodes,
				"322-Invalid node(s) specified for new nodegroup, node already in nodegroup: Permanent error: Application error"),
		},
		{
			name: "drop_nodegroup_error", err: refused(-2, "error: -2"),
			ask: none(func(ctx context.Context, c *mgm.Client) error { return c.DropNodeGroup(ctx, 0) }),
		},
		{
			name: "start_backup_wait_started", want: uint32(7),
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				return c.StartBackup(ctx, mgm.BackupOptions{ID: 7, Wait: mgm.WaitStarted})
			},
		},
		{
			name: "unknown_command", err: &mgm.Error{Kind: mgm.KindUnsupported, Text: "Unknown command, 'activate'"},
			ask: none(func(ctx context.Context, c *mgm.Client) error { return c.Activate(ctx, 1) }),
		},
		{
			name: "unknown_argument", ask: raw("get status", "node status", mgm.Token{Name: "foo", Value: "1"}),
			err: &mgm.Error{Kind: mgm.KindUnsupported, Text: "Unknown argument, 'foo'"},
		},
		{
			name: "missing_argument", ask: raw("start backup", "start backup reply", mgm.Token{Name: "foo", Value: "1"}),
			err: &mgm.Error{Kind: mgm.KindUnsupported, Text: "Unknown argument, 'foo'"},
		},
	}
}

func serverGoldens() []golden {
	sessions := []mgm.Session{{ID: 1}, {ID: 3, Node: 1}, {ID: 5, Node: 2}, {ID: 7}, {ID: 17, Node: 68}, {ID: 18, Node: 67}, {ID: 26}}
	return []golden{
		{
			name: "get_version", ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.Version(ctx) },
			want: mgm.ServerVersion{Version: ndb721, MySQL: mysql, Flavour: mgm.NDB, Text: "mysql-5.6.27 ndb-7.2.1"},
		},
		{name: "get_mgmd_nodeid", ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.ServerID(ctx) }, want: mgm.NodeID(65)},
		{name: "check_connection", ask: none(func(ctx context.Context, c *mgm.Client) error { return c.Check(ctx) })},
		{name: "end_session", ask: none(func(ctx context.Context, c *mgm.Client) error { return c.EndSession(ctx) })},
		{name: "get_session_id", ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.SessionID(ctx) }, want: int64(27)},
		{name: "list_sessions", ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.Sessions(ctx) }, want: sessions},
		{
			name: "purge_stale_sessions", want: []mgm.NodeID{},
			ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.PurgeStaleSessions(ctx) },
		},
		{
			name: "get_info_clusterlog", want: mgm.LogFilter{Enabled: true, Info: true, Warning: true, Error: true, Critical: true, Alert: true},
			ask: func(ctx context.Context, c *mgm.Client) (any, error) { return c.ClusterLogInfo(ctx) },
		},
		{
			name: "reload_config_nochange", err: refused(0, "Could not load configuration from 'config.ini'"),
			ask: none(func(ctx context.Context, c *mgm.Client) error { return c.ReloadConfig(ctx, mgm.ReloadOptions{}) }),
		},
		{
			name: "show_variables", want: "19 500 65 config.ini",
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				v, err := c.Variables(ctx)
				return strings.Join([]string{itoa(len(v)), v["log_level_thread_sleep"], v["nodeid"], v["config_filename"]}, " "), err
			},
		},
		{
			name: "show_config_section", want: mgm.Config{},
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				return c.ShowConfig(ctx, mgm.ConfigFilter{Section: "DB"})
			},
		},
		{
			name: "show_config_node", want: "1 sections, DataMemory 67108864 of node 1 in group 0, active true",
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				config, err := c.ShowConfig(ctx, mgm.ConfigFilter{Node: 1})
				return wordConfig(config), err
			},
		},
		{
			name: "show_config", want: "16 sections, DataMemory 67108864 of node 1 in group 0, active true",
			ask: func(ctx context.Context, c *mgm.Client) (any, error) {
				config, err := c.ShowConfig(ctx, mgm.ConfigFilter{})
				return wordConfig(config), err
			},
		},
		{name: "dump_events_memory", want: memoryReport(), ask: dump(mgm.EventMemoryUsage)},
		{name: "dump_events_backup", want: backupReport(), ask: dump(mgm.EventBackupStatus)},
		{name: "listen_event_bad"}, // TestRefusedSubscriptions
		{name: "listen_event_header"},
	}
}

func TestEveryFixtureReadsAsItWasMeant(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range append(append(statusGoldens(), nodeGoldens()...), serverGoldens()...) {
		seen[g.name+".mgm"] = true
		if g.ask == nil {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			var got any
			err := exchange(t, g.name, func(ctx context.Context, c *mgm.Client) (err error) {
				got, err = g.ask(ctx, c)
				return err
			})
			compare(t, g, got, err)
		})
	}
	files, err := filepath.Glob("testdata/*.mgm")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !seen[filepath.Base(file)] {
			t.Errorf("%s has no golden", file)
		}
	}
	if len(files) != len(seen) || len(files) != 34 {
		t.Errorf("%d fixtures, %d goldens, want 34", len(files), len(seen))
	}
}

func compare(t *testing.T, g golden, got any, err error) {
	t.Helper()
	if g.err == nil {
		if err != nil {
			t.Fatal(err)
		}
		if g.want != nil && !reflect.DeepEqual(got, g.want) {
			t.Errorf("got %+v\nwant %+v", got, g.want)
		}
		return
	}
	var e *mgm.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an error of kind %v", err, g.err.Kind)
	}
	if e.Kind != g.err.Kind || e.Code != g.err.Code || e.Text != g.err.Text || e.Op == "" {
		t.Errorf("got %+v, want %+v", *e, *g.err)
	}
}

func TestTheFixturesAreThoseOfTheRealServer(t *testing.T) {
	text, err := os.ReadFile("testdata/show_config.mgm")
	if err != nil || len(text) != 9246 {
		t.Errorf("show_config.mgm has %d bytes, want 9246: %v", len(text), err)
	}
}
