package simdrv

import (
	"context"
	"time"

	"rondb-tui/engine"
)

// Options of a Driver.
type Options struct {
	Speed float64 // virtual seconds in a real one; 0 means 1
	Front Front   // nil: MySQL servers have no sockets
}

// Driver lets a World live in wall-clock time and is the engine's way to it. Run
// must be running for anything to happen by itself; every call brings the world
// to the present first.
type Driver struct {
	w     *World
	front Front
	speed float64
	bell  chan struct{} // something changed
	kick  chan struct{} // the next event is earlier than it was, or the front has work
	turn  chan struct{} // held by whoever calls the front
	seen  uint64        // the last event given to an observer; under the world's lock
}

// NewDriver takes a world over: from now on its time follows the clock, in place
// of Config.Base.
func NewDriver(w *World, opts Options) *Driver {
	d := &Driver{
		w: w, front: opts.Front, speed: opts.Speed,
		bell: make(chan struct{}, 1), kick: make(chan struct{}, 1), turn: make(chan struct{}, 1),
	}
	if d.speed <= 0 {
		d.speed = 1
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	birth, before := time.Now(), w.now
	w.base = birth.Add(-time.Duration(float64(before) / d.speed))
	w.speed, w.fronted = d.speed, d.front != nil
	w.clock = func() time.Duration { return before + time.Duration(float64(time.Since(birth))*d.speed) }
	w.earlier = func() { ring(d.kick) }
	w.ring = func() {
		ring(d.bell)
		if len(w.frontWork) > 0 {
			ring(d.kick)
		}
	}
	return d
}

// ring rings a bell that has room for one ring.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// Run moves virtual time until the context ends, and returns its error.
func (d *Driver) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		d.w.Now()
		d.serveFront(ctx)
		var due <-chan time.Time
		if at, ok := d.w.NextEventAt(); ok {
			timer.Reset(d.until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.kick:
		case <-due:
		}
	}
}

// until is the real time that is left until a virtual moment. It rounds up, so
// that the moment has come when the time has passed.
func (d *Driver) until(at time.Duration) time.Duration {
	left := at - d.w.clock()
	return max(0, time.Duration(float64(left)/d.speed)+1)
}

// serveFront makes the calls that the front is due. The context only bounds
// waiting for one's turn: a call once begun is finished.
func (d *Driver) serveFront(ctx context.Context) {
	if d.front == nil {
		return
	}
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-d.turn }()
	for {
		order, ok := d.w.nextFrontOrder()
		if !ok {
			return
		}
		if order.op == frontKill {
			d.front.Kill(order.server.ID)
			continue
		}
		address, err := d.front.Open(context.WithoutCancel(ctx), order.server.ID)
		d.w.opened(order, address, err)
	}
}

// OpenSession connects to a MySQL server; see World.OpenSession.
func (d *Driver) OpenSession(server engine.NodeID) (*Session, error) { return d.w.OpenSession(server) }

// Observe takes one look. Its events are those since the last look.
func (d *Driver) Observe(ctx context.Context) (engine.Observed, error) {
	if err := ctx.Err(); err != nil {
		return engine.Observed{}, engine.Errorf(engine.KindTransient, "observe", 0, "%w", err)
	}
	d.w.enter()
	defer d.w.leave()
	o := d.w.observe()
	o.Events = d.w.eventsSince(d.seen)
	d.seen = d.w.log.next
	return o, nil
}

// Do performs one step and waits for what the step waits for.
func (d *Driver) Do(ctx context.Context, step engine.Step) error {
	for {
		if err := ctx.Err(); err != nil {
			return refuse(engine.KindTransient, step.Action, "%w", err)
		}
		d.w.enter()
		done, err := d.w.do(step)
		d.w.settle()
		changed := d.w.change()
		d.w.leave()
		d.serveFront(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// Wake rings when something changed.
func (d *Driver) Wake() <-chan struct{} { return d.bell }

// Kill sends SIGKILL to processes at the same moment. When it returns, the
// sockets of killed MySQL servers are closed.
func (d *Driver) Kill(ctx context.Context, nodes []engine.NodeID) error {
	err := d.w.Kill(nodes...)
	d.serveFront(ctx)
	return err
}

// Pause freezes a process for at most lease.
func (d *Driver) Pause(_ context.Context, node engine.NodeID, lease time.Duration) error {
	return d.w.Pause(node, lease)
}

// Resume lets a paused process go on.
func (d *Driver) Resume(_ context.Context, node engine.NodeID) error { return d.w.Resume(node) }

// Isolate cuts a node off from every other for at most lease.
func (d *Driver) Isolate(_ context.Context, node engine.NodeID, lease time.Duration) error {
	return d.w.Isolate(node, lease)
}

// Heal ends the lasting faults of the nodes, or all of them if none is named.
func (d *Driver) Heal(_ context.Context, nodes []engine.NodeID) error {
	d.w.Heal(nodes...)
	return nil
}

var (
	_ engine.Driver        = (*Driver)(nil)
	_ engine.FaultInjector = (*Driver)(nil)
)
