package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host/serve"
)

// publishCommand is what this program is started with to be the publisher.
const publishCommand = "publish"

// lastRev is the revision of the last snapshot of the flood.
const lastRev = 1 + beats

func lastEvent() string { return eventText(beats * eventsPerBeat) }

func eventText(seq uint64) string { return fmt.Sprintf("event-%d", seq) }

// publish is the process of the publisher: an engine behind a real control socket.
// It says that it listens, waits for a line, makes the flood, says what it was, and
// serves until its input ends.
func publish(ctx context.Context, socket string) error {
	listener, err := serve.Listen(socket)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := newFlood()
	served := make(chan error, 1)
	go func() {
		served <- serve.Run(ctx, listener, e, serve.Info{Cluster: "flood", Driver: "none", PID: os.Getpid(), Since: time.Now()})
	}()
	input, output := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	err = output.Encode(told{})
	if _, failed := input.ReadString('\n'); err == nil && failed == nil {
		var t told
		if t, err = e.run(ctx); err == nil {
			err = output.Encode(t)
		}
		_, _ = io.Copy(io.Discard, input) // until it ends
	}
	cancel()
	return errors.Join(err, <-served)
}

// flood is an engine whose cluster nothing but the clock moves.
type flood struct {
	mu     sync.Mutex
	latest *engine.Snapshot
	bells  map[chan struct{}]bool
	events []engine.Event
}

// newFlood is a cluster of 12 nodes that has been under load for ten minutes.
func newFlood() *flood {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor, spec.NumManagedMysqldVms = 4, 2, 3
	now := time.Now()
	s := &engine.Snapshot{Rev: 1, At: now}
	c := &s.Cluster
	c.Name, c.Driver, c.Revision, c.Spec, c.State = "flood", "none", 1, spec, engine.AtDesiredState
	config := spec.Config()
	c.Observed = engine.Observed{At: now, Config: &config, Formed: true, Serving: true, ArbitrationReady: true}
	for _, slot := range spec.Slots() {
		if spec.Fills(slot) {
			c.Observed.Nodes = append(c.Observed.Nodes, engine.NodeObservation{
				Slot: slot, Status: engine.StatusStarted, Active: true, HasData: true, Version: spec.RonDBVersion,
				Address: fmt.Sprintf("127.0.0.1:%d", 13000+int(slot.ID)), MemoryUsed: 1 << 28, MemoryTotal: 1 << 31, Rows: 100_000, StartedAt: now,
			})
		}
	}
	c.Groups, c.Health = c.Observed.Groups(), engine.Healthy
	s.Load = engine.LoadView{
		Workload: "bank", Ready: true, Running: true, Rate: 200, Clients: 8,
		OpsPerSecond: 200, P50: 4 * time.Millisecond, P99: 9 * time.Millisecond,
	}
	s.Load.Ledger = engine.LedgerView{Acked: 120_000, Verified: 120_000, Verdict: engine.VerdictPass}
	for i := range engine.MaxLoadSamples {
		at := now.Add(time.Duration(i-engine.MaxLoadSamples) * time.Second)
		s.Load.Samples = append(s.Load.Samples, engine.LoadSample{At: at, Ops: 200, P50: 4 * time.Millisecond, P99: 9 * time.Millisecond})
	}
	return &flood{latest: s, bells: map[chan struct{}]bool{}}
}

// run makes the flood. A beat that comes late is not left out.
func (f *flood) run(ctx context.Context) (told, error) {
	if nodes := len(f.Latest().Cluster.Observed.Nodes); nodes != floodNodes {
		return told{}, fmt.Errorf("the cluster has %d nodes, not %d", nodes, floodNodes)
	}
	before, err := usageOf("self")
	if err != nil {
		return told{}, err
	}
	began := time.Now()
	for i := range beats {
		if err := pause(ctx, time.Until(began.Add(time.Duration(i)*beat))); err != nil {
			return told{}, err
		}
		f.next(i)
	}
	lasted := time.Since(began)
	after, err := usageOf("self")
	return told{Events: beats * eventsPerBeat, Lasted: lasted, Processor: after.processor - before.processor}, err
}

// next publishes the snapshot of a beat. The number of a node's state is its
// incarnation.
func (f *flood) next(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := *f.latest
	s.Rev, s.At = s.Rev+1, time.Now()
	nodes := slices.Clone(s.Cluster.Observed.Nodes)
	node := &nodes[i%len(nodes)]
	node.Status = []engine.NodeStatus{engine.StatusDead, engine.StatusStarting, engine.StatusStarted}[i/len(nodes)%3]
	node.Incarnation = uint64(i) + 1
	s.Cluster.Observed.Nodes = nodes
	for j := range eventsPerBeat {
		seq := uint64(i*eventsPerBeat + j + 1)
		f.events = append(f.events, engine.Event{Seq: seq, At: s.At, Actor: engine.ActorNode, Node: node.ID, Text: eventText(seq)})
	}
	f.events = slices.Clone(f.events[max(0, len(f.events)-engine.MaxRecentEvents):])
	s.Cluster.Events = f.events
	f.latest = &s
	for bell := range f.bells {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// Latest gives the newest snapshot.
func (f *flood) Latest() *engine.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}

// Listen gives a bell for new snapshots.
func (f *flood) Listen() (<-chan struct{}, func()) {
	bell := make(chan struct{}, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bells[bell] = true
	return bell, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.bells, bell)
	}
}

// Submit refuses: nothing moves this cluster but the clock.
func (f *flood) Submit(context.Context, engine.Request) error { return errClockwork() }

// Preview refuses.
func (f *flood) Preview(context.Context, engine.Request) (engine.Preview, error) {
	return engine.Preview{}, errClockwork()
}

// Logs refuses.
func (f *flood) Logs(context.Context, engine.NodeID, uint64, int) ([]engine.LogLine, error) {
	return nil, errClockwork()
}

// Endpoints are none.
func (f *flood) Endpoints() []engine.Endpoint { return nil }

// End refuses.
func (f *flood) End(context.Context) (*engine.Snapshot, error) { return nil, errClockwork() }

func errClockwork() error {
	return engine.Errorf(engine.KindUnsupported, "move the flood", 0, "nothing but the clock does")
}
