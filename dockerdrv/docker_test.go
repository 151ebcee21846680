package dockerdrv_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"rondb-tui/dockerdrv"
	"rondb-tui/engine"
)

// realPatience bounds every wait on a real daemon.
const realPatience = 30 * time.Second

// realDaemon connects to the daemon of this machine. Where none answers, the test
// is skipped with a line that CI counts, unless RONDB_TUI_DOCKER=require.
func realDaemon(t *testing.T) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c, err := dockerdrv.Connect(ctx, dockerdrv.SystemEnviron())
	if err != nil {
		if os.Getenv("RONDB_TUI_DOCKER") == "require" {
			t.Fatalf("RONDB_TUI_DOCKER=require: %v", err)
		}
		t.Skipf("SKIPPED because no Docker daemon answers: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// builtAgent builds the agent's program once for all tests.
var builtAgent = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rt")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "rondb-agent")
	build := exec.Command("go", "build", "-trimpath", "-tags", "grpcnotrace", "-ldflags=-s -w", "-o", path, "rondb-tui/cmd/rondb-agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		return out, err
	}
	return os.ReadFile(path)
})

func realProgram(context.Context, string) ([]byte, error) { return builtAgent() }

// rig is a cluster on a real daemon, removed at the end of the test.
type rig struct {
	t      *testing.T
	api    *client.Client
	driver *dockerdrv.Driver
	name   engine.ClusterName
	spec   engine.Spec
}

func newRig(t *testing.T, name string) *rig {
	t.Helper()
	r := &rig{t: t, api: realDaemon(t), name: engine.ClusterName("t" + strconv.Itoa(os.Getpid()) + "-" + name), spec: suiteSpec()}
	if text, err := builtAgent(); err != nil {
		t.Fatalf("build the agent: %v\n%s", err, text)
	}
	before := daemonHas(t, r.api)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), realPatience)
		defer cancel()
		if _, err := dockerdrv.Destroy(ctx, r.api, r.name, true); err != nil {
			t.Errorf("destroy: %v", err)
		}
		program, _ := builtAgent()
		if err := dockerdrv.RemoveStub(ctx, r.api, program); err != nil {
			t.Errorf("remove the stub image: %v", err)
		}
		for _, object := range daemonHas(t, r.api) {
			if !slices.Contains(before, object) {
				t.Errorf("left behind: %s", object)
			}
		}
	})
	r.open()
	return r
}

// daemonHas lists all objects of the daemon that are ours, of this process.
func daemonHas(t *testing.T, api *client.Client) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), realPatience)
	defer cancel()
	var all []string
	filters := make(client.Filters).Add("label", dockerdrv.LabelCluster)
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers.Items {
		all = append(all, "container "+c.Names[0])
	}
	networks, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: filters})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range networks.Items {
		all = append(all, "network "+n.Name)
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: filters})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes.Items {
		all = append(all, "volume "+v.Name)
	}
	return all
}

func (r *rig) open() {
	r.t.Helper()
	driver, err := dockerdrv.Open(r.t.Context(), r.api, dockerdrv.Options{Name: r.name, Image: dockerdrv.StubImage, Agent: realProgram, Version: "test"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.driver = driver
	r.t.Cleanup(func() { _ = driver.Close() })
}

func (r *rig) slot(kind engine.NodeKind, index int) engine.Slot {
	for _, s := range r.spec.Slots() {
		if s.Kind == kind && s.Replica == index {
			return s
		}
	}
	r.t.Fatalf("no %s %d", kind, index)
	return engine.Slot{}
}

// together performs steps next to each other.
func (r *rig) together(actions ...engine.Action) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), realPatience)
	defer cancel()
	began := time.Now()
	var work sync.WaitGroup
	for _, a := range actions {
		work.Go(func() {
			if err := r.driver.Do(ctx, engine.Step{Action: a, Cause: "a test"}); err != nil {
				r.t.Errorf("%s: %v", a, err)
			}
		})
	}
	work.Wait()
	r.t.Logf("%6.2f s  %s", time.Since(began).Seconds(), actions[0])
	if r.t.Failed() {
		r.t.FailNow()
	}
}

func (r *rig) observe() engine.Observed {
	r.t.Helper()
	o, err := r.driver.Observe(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func (r *rig) node(slot engine.Slot) engine.NodeObservation {
	r.t.Helper()
	o := r.observe()
	n, found := o.Node(slot.ID)
	if !found {
		r.t.Fatalf("%s is not there", slot)
	}
	return *n
}

// up brings a management server, both data nodes and a MySQL server up.
func (r *rig) up() (mgmd, first, second, mysqld engine.Slot) {
	r.t.Helper()
	mgmd, mysqld = r.slot(engine.KindManagement, 0), r.slot(engine.KindMySQL, 0)
	first, second = r.slot(engine.KindData, 0), r.slot(engine.KindData, 1)
	r.together(engine.WriteConfig{Config: r.spec.Config()})
	r.together(engine.CreateNode{Slot: mgmd}, engine.CreateNode{Slot: first}, engine.CreateNode{Slot: second}, engine.CreateNode{Slot: mysqld})
	r.together(engine.StartNode{Slot: mgmd})
	r.together(engine.AwaitStarted{Slot: mgmd})
	r.together(engine.StartNode{Slot: first}, engine.StartNode{Slot: second})
	r.together(engine.AwaitStarted{Slot: first}, engine.AwaitStarted{Slot: second})
	r.together(engine.AwaitArbitration{})
	r.together(engine.StartNode{Slot: mysqld})
	r.together(engine.AwaitStarted{Slot: mysqld})
	return mgmd, first, second, mysqld
}

// TestDockerUpKillHealDestroy is the smoke test on a real daemon: a cluster of
// stand-ins comes up, a killed data node comes back, another engine finds the
// cluster, and nothing is left.
func TestDockerUpKillHealDestroy(t *testing.T) {
	r := newRig(t, "smoke")
	mgmd, first, _, mysqld := r.up()
	if o := r.observe(); !o.Serving || !o.Formed || o.Arbitrator != mgmd.ID || o.President == 0 {
		t.Fatalf("the cluster is up: %+v", o)
	}
	ctx, cancel := context.WithTimeout(t.Context(), realPatience)
	defer cancel()
	began := time.Now()
	if err := r.driver.Kill(ctx, []engine.NodeID{first.ID}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%6.2f s  kill", time.Since(began).Seconds())
	if n := r.node(first); n.Status != engine.StatusDead || n.Err == "" || !n.HasData {
		t.Errorf("a killed data node is %+v", n)
	}
	r.together(engine.AwaitFailureHandled{Slot: first})
	r.together(engine.StartNode{Slot: first})
	r.together(engine.AwaitStarted{Slot: first})
	if n := r.node(first); n.Incarnation != 2 {
		t.Errorf("a data node that came back is %+v", n)
	}
	r.noSecrets(mysqld)
	lines, err := r.driver.Logs(ctx, mgmd.ID, 0, 10)
	if err != nil || len(lines) == 0 {
		t.Errorf("the management server's log has %d lines: %v", len(lines), err)
	}

	address := r.node(mysqld).Address
	_ = r.driver.Close()
	r.open()
	if n := r.node(mysqld); n.Status != engine.StatusStarted || n.Address != address {
		t.Errorf("the next engine finds the MySQL server as %+v", n)
	}
	began = time.Now()
	removed, err := dockerdrv.Destroy(ctx, r.api, r.name, true)
	t.Logf("%6.2f s  destroy", time.Since(began).Seconds())
	if want := (dockerdrv.Removed{Containers: 5, Networks: 1, Volumes: 5}); err != nil || removed != want {
		t.Errorf("removed %+v, want %+v: %v", removed, want, err)
	}
}

// noSecrets looks at what anybody who may ask the daemon sees of a container.
func (r *rig) noSecrets(slot engine.Slot) {
	r.t.Helper()
	seen, err := r.api.ContainerInspect(r.t.Context(), r.node(slot).Container, client.ContainerInspectOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, secret := range []string{"PRIVATE KEY", string(r.driver.Meta().Accounts[0].Password)} {
		if strings.Contains(string(seen.Raw), secret) {
			r.t.Errorf("%s shows a secret", slot)
		}
	}
	host := seen.Container.HostConfig
	if !host.ReadonlyRootfs || len(host.CapAdd) > 4 || host.RestartPolicy.Name != "no" || host.Privileged {
		r.t.Errorf("%s is not hardened: %+v", slot, host)
	}
}
