package dockerdrv

import (
	"maps"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// Limits of the board.
const (
	maxPending = engine.MaxRecentEvents // events that nobody has asked for yet
	silence    = 3500 * time.Millisecond
)

// board holds what was seen last: the daemon's list and what the agents stream.
// Watchers write it, observations and awaits read it, all under its lock.
type board struct {
	now  func() time.Time
	ring func()

	leftover string // uuid of objects that an interrupted run left; set by Open alone

	listing sync.Mutex // held while the daemon is asked for a list

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	listed  time.Time     // when the list below was taken; zero: it must be taken anew
	expired uint64        // counts what made lists old
	stock   stock
	nodes   map[engine.NodeID]*seen
	view    view
	events  eventQueue
}

// stock is what the daemon listed.
type stock struct {
	containers map[engine.NodeID]boxed
	volumes    map[engine.NodeID]bool
	cuts       map[engine.NodeID]cut
	spent      []string // containers of cuts that are over
}

// boxed is a container as it was listed.
type boxed struct {
	id        string
	name      string
	state     string // the daemon's word: "created", "running", "exited"…
	exit      string // "Exited (137)", where it has ended
	agentPort int    // on 127.0.0.1; 0 unless it runs
}

func (b boxed) running() bool { return b.state == "running" }

// seen is what is known about a node besides the list.
type seen struct {
	link *link
	last *agentproto.ProcessStatus // the newest; kept when the container ends
	base uint64                    // Record.Base when it was seen
	// started is the incarnation that a view said is started, stopping the one
	// that was told to stop, emptied the one that was started with --initial.
	started, stopping, emptied uint64
}

// view is what the management servers say about the cluster.
type view struct {
	from    engine.NodeID // the server; 0 if none tells
	status  *agentproto.ClusterStatus
	known   map[engine.NodeID]bool // nodes that this process of the server has had contact with
	session string                 // of the agent that tells
	process uint64                 // incarnation of the server
	counted int                    // system restarts, as this session counts them
	earlier int                    // those that it does not count
}

func newBoard(now func() time.Time, ring func()) *board {
	return &board{
		now: now, ring: ring, changed: make(chan struct{}), nodes: map[engine.NodeID]*seen{},
		stock: stock{containers: map[engine.NodeID]boxed{}, volumes: map[engine.NodeID]bool{}, cuts: map[engine.NodeID]cut{}},
	}
}

// touch tells everybody who waits that something changed. The lock is held.
func (b *board) touch() {
	close(b.changed)
	b.changed = make(chan struct{})
	b.ring()
}

// expire has the next look list anew.
func (b *board) expire() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.old()
	b.touch()
}

// old has the next look list anew. The lock is held.
func (b *board) old() {
	b.listed = time.Time{}
	b.expired++
}

// node gives a node's record; the lock is held.
func (b *board) node(id engine.NodeID) *seen {
	n := b.nodes[id]
	if n == nil {
		n = &seen{}
		b.nodes[id] = n
	}
	return n
}

// forget drops what was seen of processes whose volume is gone: a new volume
// counts from 1 again.
func (b *board) forget(id engine.NodeID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.nodes[id]; n != nil {
		n.last, n.started, n.stopping, n.emptied = nil, 0, 0, 0
	}
}

// disconnect forgets all links; their watchers have ended.
func (b *board) disconnect() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.nodes {
		n.link = nil
	}
}

// linkTo gives the connection to a node's agent; nil if it does not answer.
func (b *board) linkTo(id engine.NodeID) *link {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.nodes[id]; n != nil && n.link != nil && n.link.up {
		return n.link
	}
	return nil
}

// container gives a node's container as it was listed.
func (b *board) container(id engine.NodeID) (boxed, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.stock.containers[id]
	return c, ok
}

// lists says whether the daemon listed a container as running, and whether that
// list is the newest there is to have.
func (b *board) lists(container string) (running, fresh bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, box := range b.stock.containers {
		running = running || box.id == container && box.running()
	}
	for _, cut := range b.stock.cuts {
		running = running || cut.container == container
	}
	return running, !b.listed.IsZero()
}

// process gives the newest status of a node's process; nil if there is none.
func (b *board) process(id engine.NodeID) *agentproto.ProcessStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.nodes[id]; n != nil && n.link != nil && n.link.up {
		return n.last
	}
	return nil
}

// heard takes one message of an agent.
func (b *board) heard(l *link, message *agentproto.AgentStatus) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.node(l.node)
	if n.link != l {
		return // a watcher of a container that is gone
	}
	now := b.now()
	silent := !l.up || now.Sub(l.heard) > silence
	l.up, l.heard, l.problem = true, now, ""
	changed := silent || !sameProcess(n.last, message.GetProcess())
	if p := message.GetProcess(); p != nil {
		if changed {
			b.tell(l, n.last, p)
		}
		n.last = p
	}
	if message.GetCluster() != nil && l.kind == engine.KindManagement {
		changed = changed || !sameCluster(l.cluster, message.GetCluster())
		l.cluster = message.GetCluster()
	}
	b.chooseView()
	for _, e := range message.GetEvents() {
		if l.node == b.view.from && b.events.addRemote(l.session, e) {
			changed = true
		}
	}
	if changed {
		b.touch()
	}
}

// sameProcess compares what may change an observation.
func sameProcess(a, b *agentproto.ProcessStatus) bool {
	return a.GetState() == b.GetState() && a.GetIncarnation() == b.GetIncarnation() && a.GetServing() == b.GetServing() &&
		a.GetHasData() == b.GetHasData() && a.GetPauseUntilUnixMs() == b.GetPauseUntilUnixMs() && a.GetError() == b.GetError() &&
		a.GetVersion() == b.GetVersion()
}

// sameCluster compares two views but for the checkpoint, which only ticks.
func sameCluster(a, b *agentproto.ClusterStatus) bool {
	if a == nil {
		return false
	}
	a = proto.CloneOf(a)
	a.Checkpoint = b.GetCheckpoint()
	return proto.Equal(a, b)
}

// lost notes that an agent does not answer any more.
func (b *board) lost(l *link, problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.node(l.node)
	if n.link != l {
		return
	}
	was := l.up || l.problem == ""
	l.up, l.problem, l.cluster = false, problem, nil
	b.chooseView()
	if was {
		b.old() // its container may have ended
		b.touch()
	}
}

// chooseView takes the view of the lowest management server that tells one. The
// lock is held.
func (b *board) chooseView() {
	for _, id := range slices.Sorted(maps.Keys(b.nodes)) {
		n := b.nodes[id]
		if n.link == nil || !n.link.up || n.link.cluster == nil || !n.last.GetServing() || n.last.GetState() != agentproto.ProcessState_PROCESS_RUNNING {
			continue
		}
		b.setView(n.link)
		return
	}
	b.view.from = 0
}

// setView takes a management server's view. The lock is held.
func (b *board) setView(l *link) {
	v, process := &b.view, b.nodes[l.node].last
	if v.session != l.session || v.process != process.GetIncarnation() {
		v.known = map[engine.NodeID]bool{}
	}
	count := int(l.cluster.GetSystemRestarts())
	if v.session != "" && v.session != l.session {
		v.earlier += v.counted - count // each counts from where it began to watch
	}
	v.from, v.status, v.session, v.process, v.counted = l.node, l.cluster, l.session, process.GetIncarnation(), count
	for _, s := range l.cluster.GetNodes() {
		id := engine.NodeID(s.GetNode())
		if s.GetConnected() || isStarted(s) {
			v.known[id] = true
		}
		if n := b.nodes[id]; n != nil && isStarted(s) && n.last.GetState() == agentproto.ProcessState_PROCESS_RUNNING {
			n.started = n.last.GetIncarnation()
		}
	}
}

// of finds a node in the view; nil if it is not there.
func (v *view) of(id engine.NodeID) *agentproto.NodeState {
	for _, s := range v.status.GetNodes() {
		if engine.NodeID(s.GetNode()) == id {
			return s
		}
	}
	return nil
}
