package agent

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

// How the cluster is followed.
const (
	pollInterval    = time.Second            // of the status, besides the events
	attemptInterval = 100 * time.Millisecond // until the management server answers
	configEvery     = 5                      // polls between looks at the configuration
	callPatience    = 3 * time.Second
	failureGrace    = 10 * time.Second // a failure of which no end was heard counts as handled after it
	quietTime       = 5 * time.Second  // see settledArbitration
	maxEvents       = 1000
	maxCheckpoints  = 1000
	checkpointLevel = 10 // global checkpoints are told, fragments are not
)

// follower knows what the management server beside it knows, through its protocol.
// The fields below events belong to the goroutine in run.
type follower struct {
	node    node
	now     func() time.Time
	running func() bool // the management server's process runs, and is not frozen
	changed func() <-chan struct{}
	answers func(ctx context.Context, yes bool)
	formed  func(ctx context.Context)
	bell    bell
	view    atomic.Pointer[agentproto.ClusterStatus] // nil until it answered; never changed once stored
	again   chan struct{}                            // asks for a look at the configuration
	events  eventRing

	states      *mgm.States
	active      map[mgm.NodeID]bool
	doing       map[mgm.NodeID]string
	gone        map[mgm.NodeID]time.Time // when it left, until the others are over it
	ticket      uint64
	disputed    bool                 // something about arbitration was heard in this session
	servedSince time.Time            // in this session
	checkpoints map[uint64]time.Time // when each was complete
	last        uint64               // checkpoint
	redo        uint64               // the highest that a start restores
	system      bool                 // the present start is of the whole cluster, with data
	served      bool                 // some data node was started at the last look
	wasFormed   bool
	restored    uint64
	restoredAt  time.Time
	restarts    int32
}

// run follows until its context ends.
func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := f.changed()
		if f.running() {
			f.session(ctx)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-time.After(attemptInterval):
			// A session that ended while the process runs is begun again.
		}
	}
}

// session follows one run of the process, or what of it answers.
func (f *follower) session(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var followers sync.WaitGroup
	defer followers.Wait()
	defer cancel()
	client, err := mgm.Dial(ctx, f.node.management(), mgm.Options{Patience: callPatience})
	if err != nil {
		f.answers(ctx, false)
		return
	}
	defer func() { _ = client.Close() }()
	f.forget()
	filter := mgm.DefaultFilter()
	for i := range filter {
		if filter[i].Category == mgm.CategoryCheckpoint {
			filter[i].Max = checkpointLevel
		}
	}
	updates := make(chan mgm.Update, 64)
	followers.Go(func() {
		// Follow only ends with its context, or if the server refuses the filter: then the polls go on alone.
		_ = mgm.Follow(ctx, []string{f.node.management()}, filter, mgm.Options{Patience: callPatience}, func(u mgm.Update) error {
			select {
			case updates <- u:
				return nil
			case <-ctx.Done():
				return ctx.Err() //nolint:wrapcheck // nobody reads it
			}
		})
	})
	f.watch(ctx, client, updates)
}

// watch takes news until the process is gone or does not answer.
func (f *follower) watch(ctx context.Context, client *mgm.Client, updates <-chan mgm.Update) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	look := true
	for round := 0; ; {
		if look {
			err := f.poll(ctx, client, round%configEvery == 0)
			f.answers(ctx, err == nil)
			if err != nil {
				return
			}
			round++
		}
		f.publish(ctx)
		changed := f.changed()
		if !f.running() || ctx.Err() != nil {
			return
		}
		look = false
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ticker.C:
			look = true
		case <-f.again:
			round, look = 0, true
		case u := <-updates:
			look = f.update(u)
		}
	}
}

// forget drops what was known from an earlier process: a server does not tell what
// happened before it was asked.
func (f *follower) forget() {
	f.states = mgm.NewStates()
	f.active, f.doing, f.gone = map[mgm.NodeID]bool{}, map[mgm.NodeID]string{}, map[mgm.NodeID]time.Time{}
	f.disputed, f.servedSince = false, time.Time{}
	if f.checkpoints == nil {
		f.checkpoints = map[uint64]time.Time{}
	}
}

// poll asks for the status, and for the configuration when it is due.
func (f *follower) poll(ctx context.Context, client *mgm.Client, config bool) error {
	nodes, err := client.Status(ctx)
	if err != nil {
		return err //nolint:wrapcheck // only its presence counts
	}
	f.moved(f.states.Observe(nodes))
	if !config {
		return nil
	}
	for _, n := range nodes {
		if n.Type != mgm.DataNode {
			continue
		}
		shown, err := client.ShowConfig(ctx, mgm.ConfigFilter{Node: n.ID})
		if err != nil {
			return err //nolint:wrapcheck // only its presence counts
		}
		if section, ok := shown.Node(n.ID); ok {
			f.active[n.ID] = section.Active()
		}
	}
	return nil
}

// update takes what Follow tells, and says whether to look at the status.
func (f *follower) update(u mgm.Update) bool {
	switch u.Kind {
	case mgm.Happened:
		f.happened(u.Event)
		return false
	case mgm.Subscribed, mgm.Missed:
		return true
	default:
		return false
	}
}

// happened folds an event.
func (f *follower) happened(e mgm.Event) {
	f.moved(f.states.Fold(e))
	switch b := e.Body.(type) {
	case *mgm.NodeFailed:
		f.disputed = true
	case *mgm.Message:
		f.disputed = f.disputed || strings.Contains(b.Text(), "arbitrator")
	case *mgm.Arbitration:
		f.disputed = true
		if e.Type == mgm.EventArbitrationState {
			f.ticket = uint64(b.Ticket0)<<32 | uint64(b.Ticket1)
		}
	case *mgm.GlobalCheckpoint:
		if e.Type == mgm.EventGlobalCheckpointDone {
			f.completed(uint64(b.GCI))
		}
	case *mgm.RedoStarted:
		f.redo = max(f.redo, uint64(b.RestoringGCI))
		f.doing[e.Source] = "running the redo log"
	case *mgm.StartPhase:
		f.doing[e.Source] = "start phase completed: " + b.Type.String()
		f.system = f.system || b.Type == mgm.SystemRestart
	default:
		if doing := doingOf(e); doing != "" {
			f.doing[e.Source] = doing
		}
	}
	if text, severity := wording(e); text != "" {
		f.events.add(&agentproto.ClusterEvent{UnixMs: f.now().UnixMilli(), Node: int32(e.Source), Severity: severity, Text: text}) //nolint:gosec // an id
		f.bell.ring()
	}
}

func (f *follower) completed(gci uint64) {
	f.last = max(f.last, gci)
	f.checkpoints[gci] = f.now()
	delete(f.checkpoints, gci-min(gci, maxCheckpoints))
}

// moved looks at who left and who is back.
func (f *follower) moved(changes []mgm.Change) {
	for _, c := range changes {
		id := c.To.ID
		switch {
		case c.To.Type != mgm.DataNode:
		case c.To.State.Up():
			delete(f.gone, id)
			if c.To.State == mgm.Started {
				delete(f.doing, id)
			}
		case c.To.Failure == mgm.FailureHandled:
			delete(f.gone, id)
		case c.From.ID != 0 && c.From.State.Up():
			f.gone[id] = f.now()
			delete(f.doing, id)
		}
	}
}

// publish shows what is known, and rings if it is news.
func (f *follower) publish(ctx context.Context) {
	nodes, started := f.states.Nodes(), false
	for _, n := range nodes {
		started = started || n.Type == mgm.DataNode && (n.State == mgm.Started || n.State == mgm.SingleUserMode)
	}
	f.serves(ctx, started)
	arbitrator := f.states.Arbitrator()
	now := &agentproto.ClusterStatus{
		President: int32(f.states.President()), Arbitrator: int32(arbitrator.Node), ArbitrationReady: f.settledArbitration(arbitrator, started), //nolint:gosec // ids
		Ticket: f.ticket, Checkpoint: f.last, RestoredCheckpoint: f.restored, SystemRestarts: f.restarts, Formed: f.wasFormed,
	}
	if !f.restoredAt.IsZero() {
		now.RestoredUnixMs = f.restoredAt.UnixMilli()
	}
	for _, n := range nodes {
		now.Nodes = append(now.Nodes, f.nodeState(n, started))
	}
	if before := f.view.Load(); before == nil || !proto.Equal(before, now) {
		f.view.Store(now)
		f.bell.ring()
	}
}

// settledArbitration says whether an arbitrator stands ready. A server that was
// restarted is not told of one that stands already; but had the data nodes none,
// they would take this server at once and say so. So if nothing is said for a
// while, there is one.
func (f *follower) settledArbitration(told mgm.Arbitrator, started bool) bool {
	if !started {
		f.servedSince = time.Time{}
		return false
	}
	if f.servedSince.IsZero() {
		f.servedSince = f.now()
	}
	return told.Ready || (!f.disputed && f.now().Sub(f.servedSince) > quietTime)
}

// serves notices when the cluster comes and goes.
func (f *follower) serves(ctx context.Context, started bool) {
	switch {
	case started && !f.served:
		if f.system {
			f.restarts++
			f.restored, f.restoredAt = f.redo, f.checkpoints[f.redo]
		}
		f.redo, f.system = 0, false
		if !f.wasFormed {
			f.wasFormed = true
			f.formed(ctx)
		}
	case !started && f.served:
		f.redo, f.system = 0, false
	}
	f.served = started
}

func (f *follower) nodeState(n mgm.NodeState, someStarted bool) *agentproto.NodeState {
	active, known := f.active[n.ID]
	left, waiting := f.gone[n.ID]
	out := &agentproto.NodeState{
		Node: int32(n.ID), Status: n.State.String(), NodeGroup: int32(n.Group), Connected: n.State.Up(), //nolint:gosec // small
		Address: n.Address, Active: active || !known, Doing: f.doing[n.ID],
		FailureHandled: n.Failure != mgm.FailureSeen && (!waiting || !someStarted || f.now().Sub(left) > failureGrace),
	}
	if n.State == mgm.Starting {
		out.StartPhase = int32(n.Phase) //nolint:gosec // small
	}
	if n.State.Up() && n.Version != 0 {
		out.Version = n.Version.String()
	}
	return out
}

// eventRing is the newest events, numbered from 1. Any goroutine may use it.
type eventRing struct {
	mutex  sync.Mutex
	events []*agentproto.ClusterEvent
	last   uint64
}

func (r *eventRing) add(e *agentproto.ClusterEvent) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.last++
	e.Seq = r.last
	r.events = append(r.events, e)
	if len(r.events) > maxEvents {
		r.events = r.events[len(r.events)-maxEvents:]
	}
}

// after gives the newest events with a number above seq, at most limit.
func (r *eventRing) after(seq uint64, limit int) []*agentproto.ClusterEvent {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	from := len(r.events)
	for from > 0 && r.events[from-1].GetSeq() > seq {
		from--
	}
	return append([]*agentproto.ClusterEvent(nil), r.events[max(from, len(r.events)-limit):]...)
}
