package stub

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

const (
	settleTime   = 500 * time.Millisecond // before anything is decided: who runs registers within it
	doomTime     = 2 * time.Second        // before anybody is told to fail
	frozenTime   = time.Second            // between two looks: it was us who were frozen
	tickTime     = 500 * time.Millisecond // between two global checkpoints
	actPatience  = time.Minute
	syncPatience = 2 * time.Second
)

// management is a stand-in of ndb_mgmd. The goroutine in run owns its fields below
// acts.
type management struct {
	options  Options
	out      io.Writer
	config   cluster
	fake     *mgmtest.Cluster
	board    *board // what the other management servers are told
	arrivals chan arrival
	acts     chan act

	peers     map[int]*peer
	dead      map[int]int // the pid of a node that was declared dead: it must end
	began     time.Time
	looked    time.Time // the last look
	moved     time.Time // the set of those who wait changed
	ticked    time.Time
	gci       uint64
	change    uint64 // when the activity of a slot was changed, in ns
	inactive  []int
	ticket    uint32
	arbiter   int // told of; 0 for none
	stale     bool
	listeners int
	stop      context.CancelFunc
}

// peer is a node that registered.
type peer struct {
	line   *line
	report report
	heard  time.Time
	told   bool          // to stop
	gone   chan struct{} // closed when the line is lost
}

// arrival is a message of a connection; lost ends it.
type arrival struct {
	line   *line
	report report
	lost   bool
}

// act is what the management protocol asks of a node.
type act struct {
	action mgmtest.Action
	result chan actResult
}

type actResult struct {
	gone <-chan struct{} // nil: nothing to wait for
	err  error
}

func runManagement(ctx context.Context, o Options, out io.Writer) error {
	config, err := readConfig(o.layout().ConfigIni)
	if err != nil {
		return err
	}
	if own, ok := config.slot(o.Node); !ok || own.kind != mgm.ManagementServer {
		return fmt.Errorf("config.ini has no management server %d", o.Node)
	}
	server, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(o.Address, strconv.Itoa(o.ManagementPort)))
	if err != nil {
		return fmt.Errorf("listen for commands: %w", err)
	}
	registry, err := (&net.ListenConfig{}).Listen(ctx, "tcp", linkAddress(o.Address, o.ManagementPort))
	if err != nil {
		_ = server.Close()
		return fmt.Errorf("listen for registrations: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	m := newManagement(o, out, config, cancel)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	parts.Go(func() {
		if err := mgmtest.NewServer(m.fake, 0).Serve(ctx, server); err != nil {
			say(out, "ERROR", "%v", err)
		}
		cancel()
	})
	parts.Go(func() { m.accept(ctx, registry) })
	for _, other := range config.slots {
		if other.kind == mgm.ManagementServer && other.id != o.Node && other.host != "" {
			parts.Go(func() { register(ctx, linkAddress(other.host, o.ManagementPort), m.board, nil) })
		}
	}
	say(out, "INFO", "Management server %d is up (version %s)", o.Node, o.Version)
	m.run(ctx)
	return nil
}

func newManagement(o Options, out io.Writer, config cluster, stop context.CancelFunc) *management {
	m := &management{
		options: o, out: out, config: config, arrivals: make(chan arrival), acts: make(chan act), peers: map[int]*peer{}, dead: map[int]int{},
		began: time.Now(), looked: time.Now(), moved: time.Now(), stop: stop,
	}
	setup := mgmtest.Setup{Version: versionOf(o.Version), ID: mgm.NodeID(o.Node), Replicas: config.replicas, HoldBackups: true}
	setup.Act = m.act
	for _, s := range config.slots {
		state := mgm.NoContact
		if s.id == o.Node {
			state = mgm.Connected
		}
		setup.Nodes = append(setup.Nodes, mgm.NodeStatus{ID: mgm.NodeID(s.id), Type: s.kind, State: state, Group: s.group, Address: s.host})
		if !s.active {
			setup.Inactive = append(setup.Inactive, mgm.NodeID(s.id))
			m.inactive = append(m.inactive, s.id)
		}
	}
	m.fake = mgmtest.NewCluster(setup)
	m.board = newBoard(report{Node: o.Node, PID: os.Getpid(), Kind: o.Kind, State: stateRunning, Address: o.Address, Inactive: m.inactive})
	return m
}

// versionOf reads the version to claim. RonDB's begin with 21.
func versionOf(text string) mgm.ServerVersion {
	const firstRonDB = 21
	var major, minor, build uint8
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &major, &minor, &build); err != nil {
		major, minor, build = 24, 10, 0
	}
	v := mgm.ServerVersion{Version: mgm.MakeVersion(major, minor, build), MySQL: mgm.MakeVersion(8, 0, 0), Flavour: mgm.NDB}
	v.Text = fmt.Sprintf("mysql-8.0.0 ndb-%s", v.Version)
	if major >= firstRonDB {
		v.Flavour, v.Text = mgm.RonDB, fmt.Sprintf("RonDB-%s", v.Version)
	}
	return v
}

// accept takes registrations until the context ends.
func (m *management) accept(ctx context.Context, listener net.Listener) {
	var lines sync.WaitGroup
	defer lines.Wait()
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		socket, err := listener.Accept()
		if err != nil {
			m.stop() // without registrations we are of no use
			return
		}
		lines.Go(func() {
			end := context.AfterFunc(ctx, func() { _ = socket.Close() })
			defer end()
			m.follow(ctx, newLine(socket))
			_ = socket.Close()
		})
	}
}

func (m *management) follow(ctx context.Context, l *line) {
	for lost := false; !lost; {
		a := arrival{line: l}
		lost = l.receive(&a.report) != nil
		a.lost = lost
		select {
		case m.arrivals <- a:
		case <-ctx.Done():
			return
		}
	}
}

// act implements mgmtest.Setup.Act: it waits until the node has left.
func (m *management) act(a mgmtest.Action) error {
	ctx, cancel := context.WithTimeout(context.Background(), actPatience) //nolint:forbidigo // the caller has no context
	defer cancel()
	asked := act{action: a, result: make(chan actResult, 1)}
	select {
	case m.acts <- asked:
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the server words it
	}
	result := <-asked.result
	if result.err != nil || result.gone == nil {
		return result.err
	}
	select {
	case <-result.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the server words it
	}
}

func (m *management) run(ctx context.Context) {
	ticker := time.NewTicker(decideTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-m.arrivals:
			m.arrived(ctx, a)
		case a := <-m.acts:
			gone, err := m.carryOut(a.action)
			a.result <- actResult{gone, err}
		case <-ticker.C:
			m.look(ctx, time.Now())
		}
	}
}

// carryOut tells a node what the management protocol asks.
func (m *management) carryOut(a mgmtest.Action) (<-chan struct{}, error) {
	if int(a.Node) == m.options.Node && a.Kind == mgmtest.ActStop {
		m.stop()
		return nil, nil //nolint:nilnil // there is nothing to wait for
	}
	p, ok := m.peers[int(a.Node)]
	if !ok || p.report.Kind != agentproto.KindDataNode || a.Kind != mgmtest.ActStop {
		return nil, fmt.Errorf("a stand-in cannot do this: only data nodes and this server can be stopped")
	}
	p.told = true
	what := order{Do: doStop}
	if a.Abort && p.report.State != stateStarted {
		what.Do = doAbort
	}
	if err := p.line.send(what); err != nil {
		return nil, err
	}
	return p.gone, nil
}

// leads says whether this server decides: it has the lowest id of those that run.
func (m *management) leads() bool { return m.leader() == m.options.Node }

func (m *management) leader() int {
	lowest := m.options.Node
	for id, p := range m.peers {
		if p.report.Kind == agentproto.KindManagementServer && !slices.Contains(m.inactive, id) {
			lowest = min(lowest, id)
		}
	}
	return lowest
}
