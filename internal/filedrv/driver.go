package filedrv

import (
	"context"
	"os"
	"sync"
	"time"

	"rondb-tui/engine"
)

// Options of a Driver.
type Options struct {
	Path  string           // of the file
	Clock func() time.Time // nil means time.Now
	// Delay is how long an order takes before its effect happens, and again until
	// the answer comes.
	Delay time.Duration
	// Told learns of every order that succeeded, once its effect is durable and
	// before the answer: written says that it had one, and did not hold already. It
	// may be nil, is called from the goroutine of Do and may block that.
	Told func(step engine.Step, written bool)
}

// Driver is an engine.Driver over a file.
type Driver struct {
	options Options
	bell    chan struct{}

	mu      sync.Mutex // guards what follows
	file    *os.File
	broken  error // the file could not be written; its last line may be torn
	world   *World
	news    []engine.Event // not told to a look yet
	changed chan struct{}  // closed when the world changes
}

// Open opens the world in a file, an empty one if there is none. Errors have
// KindTerminal, or KindInvalid if the file holds something else.
func Open(options Options) (*Driver, error) {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	file, world, err := openFile(options.Path)
	if err != nil {
		return nil, err
	}
	return &Driver{options: options, bell: make(chan struct{}, 1), file: file, world: world, changed: make(chan struct{})}, nil
}

// Close closes the file. Nobody may be in a call.
func (d *Driver) Close() error { return d.file.Close() }

// Wake implements engine.Driver.
func (d *Driver) Wake() <-chan struct{} { return d.bell }

// Observe implements engine.Driver.
func (d *Driver) Observe(ctx context.Context) (engine.Observed, error) {
	if err := ctx.Err(); err != nil {
		return engine.Observed{}, engine.Errorf(engine.KindTransient, "observe", 0, "%w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.world.Observe(d.options.Clock())
	o.Events, d.news = d.news, nil
	return o, nil
}

// Do implements engine.Driver.
func (d *Driver) Do(ctx context.Context, step engine.Step) error {
	if err := ctx.Err(); err != nil {
		return refuse(engine.KindTransient, step.Action, "%w", err)
	}
	if engine.IsAwait(step.Action) {
		return d.await(ctx, step.Action)
	}
	if !d.delay(ctx) {
		return refuse(engine.KindTransient, step.Action, "%w", ctx.Err())
	}
	written, err := d.perform(step)
	if err != nil {
		return err
	}
	if d.options.Told != nil {
		d.options.Told(step, written)
	}
	d.delay(ctx) // it has happened, whether or not anybody waits for the answer
	return nil
}

// delay waits, and says false if the context ended first.
func (d *Driver) delay(ctx context.Context) bool {
	if d.options.Delay <= 0 {
		return true
	}
	timer := time.NewTimer(d.options.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// perform writes the line of an effect that does not hold yet.
func (d *Driver) perform(step engine.Step) (written bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return false, refuse(engine.KindTerminal, step.Action, "%w", d.broken)
	}
	if holds, err := d.world.judge(step.Action); holds || err != nil {
		return false, err
	}
	effect := Effect{Seq: d.world.last.Seq + 1, At: d.options.Clock(), Step: engine.Step{Action: step.Action, Cause: step.Cause}}
	if err := write(d.file, effect); err != nil {
		d.broken = err
		return false, refuse(engine.KindTerminal, step.Action, "%w", err)
	}
	if err := d.world.Apply(effect); err != nil {
		return false, err
	}
	event := engine.Event{Seq: effect.Seq, At: effect.At, Actor: engine.ActorNode, Node: step.Action.Node(), Text: step.Action.String()}
	d.news = append(d.news, event)
	d.news = d.news[max(0, len(d.news)-engine.MaxRecentEvents):]
	close(d.changed)
	d.changed = make(chan struct{})
	select {
	case d.bell <- struct{}{}:
	default:
	}
	return true, nil
}

// await looks again after every change.
func (d *Driver) await(ctx context.Context, action engine.Action) error {
	for {
		d.mu.Lock()
		holds, err := d.world.await(action)
		changed := d.changed
		d.mu.Unlock()
		if holds || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return refuse(engine.KindTransient, action, "%w", ctx.Err())
		}
	}
}

var _ engine.Driver = (*Driver)(nil)
