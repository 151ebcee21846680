package mgm_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

func ronDB() mgm.ServerVersion {
	return mgm.ServerVersion{
		Version: mgm.MakeVersion(24, 10, 17), MySQL: mgm.MakeVersion(8, 4, 3), Flavour: mgm.RonDB, Text: "RonDB-24.10.17",
	}
}

// serve starts a fake server and a client of it.
func serve(t *testing.T, setup mgmtest.Setup) (*mgmtest.Local, *mgm.Client) {
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
	client, err := mgm.Dial(t.Context(), server.Addr, mgm.Options{Patience: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return server, client
}

func wantCode(t *testing.T, err error, kind mgm.ErrorKind, code int) {
	t.Helper()
	if got, ok := mgm.KindOf(err); !ok || got != kind || mgm.CodeOf(err) != code {
		t.Errorf("got %v (%v, %d), want %v, %d", err, got, mgm.CodeOf(err), kind, code)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestClientAndServerAgreeOnEveryQuestion(t *testing.T) {
	setup := mgmtest.Running(ronDB(), 2, 2, 2)
	setup.Inactive = []mgm.NodeID{68}
	server, c := serve(t, setup)
	ctx := t.Context()
	if v := must[mgm.ServerVersion](t)(c.Version(ctx)); v != ronDB() {
		t.Errorf("version %+v", v)
	}
	if got := must[[]mgm.NodeStatus](t)(c.Status(ctx)); !reflect.DeepEqual(got, server.Cluster().Status()) {
		t.Errorf("status %+v", got)
	}
	if got := must[[]mgm.NodeStatus](t)(c.Status(ctx, mgm.ManagementServer)); len(got) != 1 || got[0].ID != 65 {
		t.Errorf("status of servers %+v", got)
	}
	if id := must[mgm.NodeID](t)(c.ServerID(ctx)); id != 65 {
		t.Errorf("node id %d", id)
	}
	config := must[mgm.Config](t)(c.ShowConfig(ctx, mgm.ConfigFilter{}))
	if len(config.Nodes()) != 7 {
		t.Errorf("config of %d nodes", len(config.Nodes()))
	}
	if node, _ := config.Node(68); node.Active() {
		t.Error("node 68 is active in the configuration")
	}
	if value, ok, err := c.Parameter(ctx, 3, "Nodegroup"); value != "1" || !ok || err != nil {
		t.Errorf("parameter %q, %v, %v", value, ok, err)
	}
	if _, ok, err := c.Parameter(ctx, 3, "NoSuchThing"); ok || err != nil {
		t.Errorf("a parameter that is not there: %v, %v", ok, err)
	}
	server.Cluster().Reserve(68)
	if got := must[[]mgm.Session](t)(c.Sessions(ctx)); len(got) != 2 || got[1].Node != 68 {
		t.Errorf("sessions %+v", got)
	}
	if id := must[int64](t)(c.SessionID(ctx)); id != server.Sessions()[0] {
		t.Errorf("session %d", id)
	}
	server.Cluster().SetState(67, mgm.NoContact, 0)
	server.Cluster().Reserve(67)
	if got := must[[]mgm.NodeID](t)(c.PurgeStaleSessions(ctx)); !slices.Equal(got, []mgm.NodeID{67}) {
		t.Errorf("purged %v", got)
	}
	for _, err := range []error{
		c.Check(ctx), c.ReloadConfig(ctx, mgm.ReloadOptions{MyCnf: true, Force: true}),
		c.SetLogLevel(ctx, 1, mgm.CategoryStartup, 15), c.SetClusterLogLevel(ctx, 1, mgm.CategoryBackup, 0),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	before := must[int64](t)(c.SessionID(ctx))
	if err := c.EndSession(ctx); err != nil {
		t.Error(err)
	}
	if after := must[int64](t)(c.SessionID(ctx)); after == before {
		t.Errorf("session %d goes on after its end", after)
	}
	wantCode(t, c.SetLogLevel(ctx, 1, mgm.CategoryStartup, 16), mgm.KindRefused, 0)
	wantCode(t, c.ReloadConfig(ctx, mgm.ReloadOptions{Path: "/nowhere"}), mgm.KindRefused, 0)
	if filter := must[mgm.LogFilter](t)(c.ClusterLogInfo(ctx)); !filter.Enabled || filter.Debug {
		t.Errorf("log filter %+v", filter)
	}
	if v := must[map[string]string](t)(c.Variables(ctx)); v["nodeid"] != "65" {
		t.Errorf("variables %v", v)
	}
	if got := must[[]mgm.Event](t)(c.DumpEvents(ctx, mgm.EventMemoryUsage, 2, 3)); len(got) != 4 || got[0].Source != 2 {
		t.Errorf("report %+v", got)
	}
	_, err := c.DumpEvents(ctx, mgm.EventInfo)
	wantCode(t, err, mgm.KindRefused, 0)
}

func TestNodesStopAndStartAsTheGroupsAllow(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 2, 2, 1))
	ctx, cluster := t.Context(), server.Cluster()
	if got := must[mgm.Stopped](t)(c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{2}})); got != (mgm.Stopped{Count: 1}) {
		t.Errorf("stopped %+v", got)
	}
	_, err := c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{1}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeWouldCrash)
	_, err = c.Restart(ctx, mgm.RestartOptions{Nodes: []mgm.NodeID{1}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeWouldCrash)
	_, err = c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{2}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeNoContact)
	_, err = c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{67}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeWrongType)
	_, err = c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{1, 3}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeMultiNodeStop)
	_, err = c.Stop(ctx, mgm.StopOptions{})
	wantCode(t, err, mgm.KindInvalid, 0)

	cluster.SetState(2, mgm.Starting, 4)
	_, err = c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{3}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeStartStop)
	if got := must[mgm.Stopped](t)(c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{2}, Abort: true})); got.Count != 1 {
		t.Errorf("aborted %+v", got)
	}
	cluster.SetState(2, mgm.NotStarted, 0)
	if err := c.StartNode(ctx, 2); err != nil {
		t.Error(err)
	}
	must[mgm.Stopped](t)(c.Restart(ctx, mgm.RestartOptions{Nodes: []mgm.NodeID{4}, NoStart: true, Initial: true}))
	if started := must[int](t)(c.StartAll(ctx)); started != 1 {
		t.Errorf("%d nodes were started, want 1", started)
	}
	wantCode(t, c.StartNode(ctx, 65), mgm.KindRefused, mgm.CodeWrongType)
	must[mgm.Stopped](t)(c.RestartAll(ctx, mgm.RestartAllOptions{}))
	for _, n := range cluster.Status()[:4] {
		if n.State != mgm.Started {
			t.Errorf("node %d is %v", n.ID, n.State)
		}
	}
	if president := mgm.President(cluster.Status()); president == 0 {
		t.Error("there is no president")
	}
	if got := must[mgm.Stopped](t)(c.StopAll(ctx, mgm.StopAllOptions{})); got != (mgm.Stopped{Count: 4}) {
		t.Errorf("stopped all: %+v", got)
	}
	if got := must[mgm.Stopped](t)(c.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{65}})); got != (mgm.Stopped{Count: 1, Disconnect: true}) {
		t.Errorf("stopped the server itself: %+v", got)
	}
}

func TestSingleUserGroupsAndSlots(t *testing.T) {
	setup := mgmtest.Running(ronDB(), 1, 2, 1)
	for id := mgm.NodeID(3); id <= 4; id++ {
		setup.Nodes = append(setup.Nodes, mgm.NodeStatus{ID: id, Type: mgm.DataNode, State: mgm.NoContact, Group: mgm.NoGroup})
	}
	setup.Inactive = []mgm.NodeID{3, 4}
	server, c := serve(t, setup)
	ctx, cluster := t.Context(), server.Cluster()
	wantCode(t, c.EnterSingleUser(ctx, 1), mgm.KindRefused, mgm.CodeNotAPINode)
	if err := c.EnterSingleUser(ctx, 67); err != nil {
		t.Error(err)
	}
	if n := must[[]mgm.NodeStatus](t)(c.Status(ctx, mgm.DataNode))[0]; n.State != mgm.SingleUserMode || !n.SingleUser {
		t.Errorf("in single user mode: %+v", n)
	}
	_, err := c.CreateNodeGroup(ctx, []mgm.NodeID{3, 4})
	wantCode(t, err, mgm.KindRefused, mgm.CodeSingleUser)
	if err := c.ExitSingleUser(ctx); err != nil {
		t.Error(err)
	}

	wantCode(t, c.SetHostname(ctx, 1, "n1"), mgm.KindRefused, 0)
	var e *mgm.Error
	if err := c.SetHostname(ctx, 3, "n3\nstop all"); !errors.As(err, &e) || e.Kind != mgm.KindInvalid || e.Sent {
		t.Errorf("a host name of two lines: %+v", err)
	}
	if err := c.SetHostname(ctx, 3, "n3"); err != nil {
		t.Error(err)
	}
	if host, _, err := c.Parameter(ctx, 3, "HostName"); host != "n3" || err != nil {
		t.Errorf("host %q, %v", host, err)
	}
	for _, id := range []mgm.NodeID{3, 4} {
		if err := c.Activate(ctx, id); err != nil || !cluster.Active(id) {
			t.Errorf("activate %d: %v", id, err)
		}
	}
	_, err = c.CreateNodeGroup(ctx, []mgm.NodeID{3, 4})
	wantCode(t, err, mgm.KindRefused, mgm.CodeGroupNoneStarted)
	cluster.SetState(3, mgm.Started, 0)
	_, err = c.CreateNodeGroup(ctx, []mgm.NodeID{3})
	wantCode(t, err, mgm.KindRefused, mgm.CodeGroupSize)
	if group := must[int](t)(c.CreateNodeGroup(ctx, []mgm.NodeID{3, 4})); group != 1 {
		t.Errorf("group %d", group)
	}
	_, err = c.CreateNodeGroup(ctx, []mgm.NodeID{3, 4})
	wantCode(t, err, mgm.KindRefused, mgm.CodeGroupNodes)
	if err := c.DropNodeGroup(ctx, 1); err != nil {
		t.Error(err)
	}
	wantCode(t, c.DropNodeGroup(ctx, 0), mgm.KindRefused, -2)
	wantCode(t, c.Deactivate(ctx, 3), mgm.KindRefused, 0)
	if err := c.Deactivate(ctx, 4); err != nil || cluster.Active(4) {
		t.Errorf("deactivate: %v", err)
	}
}

func TestPlainNDBKnowsNoActivate(t *testing.T) {
	version := mgm.ServerVersion{Version: ndb721, MySQL: mysql, Flavour: mgm.NDB, Text: "mysql-5.6.27 ndb-7.2.1"}
	_, c := serve(t, mgmtest.Running(version, 1, 2, 0))
	wantCode(t, c.Activate(t.Context(), 1), mgm.KindUnsupported, 0)
	if err := c.Check(t.Context()); err != nil { // on a new connection, the old one has another error on it
		t.Errorf("after an unknown command: %v", err)
	}
}

func TestCallsTakeTurns(t *testing.T) {
	_, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 0))
	done := make(chan error)
	for range 20 {
		go func() {
			id, err := c.ServerID(context.WithoutCancel(t.Context()))
			if err == nil && id != 65 {
				t.Errorf("node id %d", id)
			}
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	wantCode(t, c.Check(t.Context()), mgm.KindClosed, 0)
}
