package stub

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

const patience = 20 * time.Second

// pair is two management servers and two data nodes, all in this process.
type pair struct {
	t       *testing.T
	network string
	connect string
	dirs    map[int]string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t, network: fmt.Sprintf("127.%d.%d.", 1+rand.IntN(250), rand.IntN(250)), dirs: map[int]string{}}
	p.connect = p.address(65) + "," + p.address(66)
	ini := "[NDBD DEFAULT]\nNoOfReplicas=3\n"
	for id := 1; id <= 3; id++ {
		ini += fmt.Sprintf("[NDBD]\nNodeId=%d\nNodeActive=%d\nHostName=%s%d\n", id, boolean(id < 3), p.network, id)
	}
	for id := 65; id <= 66; id++ {
		ini += fmt.Sprintf("[NDB_MGMD]\nNodeId=%d\nHostName=%s%d\n", id, p.network, id)
	}
	for _, id := range []int{1, 2, 65, 66} {
		p.dirs[id] = t.TempDir()
		if err := os.WriteFile(filepath.Join(p.dirs[id], "config.ini"), []byte(ini), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *pair) address(id int) string { return net.JoinHostPort(fmt.Sprint(p.network, id), "1186") }

// run runs a stand-in; the function it gives ends it, and waits.
func (p *pair) run(kind string, id int) func() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context())) // the end of the test ends it
	o := Options{
		Kind: kind, Node: id, Dir: p.dirs[id], Address: fmt.Sprint(p.network, id), Connect: p.connect,
		Version: "24.10.0", ManagementPort: 1186, MySQLPort: 3306,
	}
	done := make(chan int, 1)
	go func() { done <- Run(ctx, o, io.Discard) }()
	end := sync.OnceFunc(func() {
		cancel()
		<-done
	})
	p.t.Cleanup(end)
	return end
}

// follow folds what one server tells until it is as wanted.
func (p *pair) follow(server int, what string, want func(*mgm.States) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	states := mgm.NewStates()
	client := p.dial(ctx, server)
	defer func() { _ = client.Close() }()
	err := mgm.Follow(ctx, []string{p.address(server)}, mgm.DefaultFilter(), mgm.Options{}, func(u mgm.Update) error {
		switch u.Kind {
		case mgm.Subscribed:
			nodes, err := client.Status(ctx)
			if err != nil {
				return err
			}
			states.Observe(nodes)
		case mgm.Happened:
			states.Fold(u.Event)
		default: // a cut is followed by a new subscription
		}
		if want(states) {
			return io.EOF
		}
		return nil
	})
	if err != io.EOF { //nolint:errorlint // our own, as it is
		p.t.Fatalf("server %d: waiting for %s: %v; %+v, %+v", server, what, err, states.Nodes(), states.Arbitrator())
	}
}

// dial connects as soon as the server answers.
func (p *pair) dial(ctx context.Context, server int) *mgm.Client {
	p.t.Helper()
	for ticker := time.NewTicker(10 * time.Millisecond); ; {
		client, err := mgm.Dial(ctx, p.address(server), mgm.Options{})
		if err == nil {
			return client
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			p.t.Fatal(err)
		}
	}
}

func in(s *mgm.States, id mgm.NodeID, state mgm.State) bool {
	n, _ := s.Node(id)
	return n.State == state
}

func TestTwoManagementServersKnowTheSame(t *testing.T) {
	p := newPair(t)
	first := p.run(agentproto.KindManagementServer, 65)
	p.run(agentproto.KindManagementServer, 66)
	p.run(agentproto.KindDataNode, 1)
	second := p.run(agentproto.KindDataNode, 2)
	started := func(arbitrator mgm.NodeID) func(*mgm.States) bool {
		return func(s *mgm.States) bool {
			return in(s, 1, mgm.Started) && in(s, 2, mgm.Started) && s.Arbitrator() == mgm.Arbitrator{Node: arbitrator, Ready: true}
		}
	}
	p.follow(65, "a start", started(65))
	p.follow(66, "a start", started(65))

	// What one is told of activity, the other knows, also after a restart.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := p.dial(ctx, 65)
	defer func() { _ = client.Close() }()
	if err := client.Activate(ctx, 3); err != nil {
		t.Fatal(err)
	}
	p.active(ctx, 66, 3)

	// The other decides when the first is gone.
	first()
	p.follow(66, "another arbitrator", func(s *mgm.States) bool { return in(s, 65, mgm.NoContact) && s.Arbitrator().Node == 66 })
	second()
	p.follow(66, "the failure", func(s *mgm.States) bool { return in(s, 2, mgm.NoContact) })
	p.run(agentproto.KindDataNode, 2)
	p.follow(66, "the restart", started(66))

	p.run(agentproto.KindManagementServer, 65)
	p.active(ctx, 65, 3)
	p.follow(65, "the old order", started(65))
}

// active waits until a server knows that a slot is active.
func (p *pair) active(ctx context.Context, server int, node mgm.NodeID) {
	p.t.Helper()
	client := p.dial(ctx, server)
	defer func() { _ = client.Close() }()
	for ticker := time.NewTicker(10 * time.Millisecond); ; {
		value, ok, err := client.Parameter(ctx, node, "NodeActive")
		if err != nil {
			p.t.Fatalf("server %d: %v", server, err)
		}
		if ok && value == "1" {
			return
		}
		<-ticker.C
	}
}
