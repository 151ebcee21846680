package loop

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"rondb-tui/engine"
)

// Loop owns one cluster's state. Run is called once; the other methods may be
// called from any goroutine, before, during and after it.
type Loop struct {
	config Config
	clock  func() time.Time
	core   *Core                // Run's own, after New
	faults engine.FaultInjector // nil if the driver cannot break things

	published atomic.Pointer[published]
	bells     bells
	changed   <-chan struct{} // the first of them
	notes     chan note       // on their way in
	asked     chan asking     // requests on their way in
	known     chan struct{}   // closed after the first look
	over      chan struct{}   // closed when Run returns

	// What follows is Run's own.
	pace    pace
	wake    time.Time // when the Core wants a Tick; zero if it does not
	nextID  uint64
	answers map[uint64]chan<- error
	stop    chan struct{} // closing it supersedes the run under way
	reports chan Event    // from the workers
	closing chan struct{} // closed when reports are not read any more
	workers sync.WaitGroup
}

// published is what others may see, exchanged as a whole.
type published struct {
	view  *engine.ClusterView
	basis basis
}

// note is an event on its way in; taken is closed once it is in the log.
type note struct {
	event engine.Event
	taken chan struct{}
}

// asking is a request and where its answer goes.
type asking struct {
	request engine.Request
	answer  chan<- error // has room for the answer
}

// New makes the loop of a cluster; Latest works from here on. A desired state
// that is not legal is refused with KindDenied, wrapping engine.Problems, missing
// ports with KindInternal.
func New(config Config) (*Loop, error) {
	if config.Driver == nil || config.Journal == nil {
		return nil, engine.Errorf(engine.KindInternal, "make loop", 0, "there must be a driver and a journal")
	}
	core, err := NewCore(config)
	if err != nil {
		return nil, err
	}
	l := &Loop{
		config:  config,
		clock:   config.Clock,
		core:    core,
		notes:   make(chan note, maxNotes),
		asked:   make(chan asking),
		known:   make(chan struct{}),
		over:    make(chan struct{}),
		pace:    pace{idle: cmp.Or(config.ObserveEvery, defaultObserveEvery)},
		answers: make(map[uint64]chan<- error),
		reports: make(chan Event),
		closing: make(chan struct{}),
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	l.changed, _ = l.bells.listen()
	l.faults, _ = config.Driver.(engine.FaultInjector)
	l.publish()
	return l, nil
}

// Latest gives the newest view. It never blocks and never gives nil.
func (l *Loop) Latest() *engine.ClusterView { return l.published.Load().view }

// Changed is a bell with room for one ring: there is a newer view. It is for one
// listener; Listen is for any number.
func (l *Loop) Changed() <-chan struct{} { return l.changed }

// Listen gives a bell with room for one ring, which has rung once already: there
// is a newer view. It rings until stop is called, which may happen more than once.
func (l *Loop) Listen() (bell <-chan struct{}, stop func()) { return l.bells.listen() }

// Note adds an event to the numbered log: its number and, where it has none, its
// time come from the loop. It waits while many notes are on their way in, and does
// nothing after the end of Run.
func (l *Loop) Note(event engine.Event) { l.note(event) }

// NoteNow is Note, and waits until the event is in Latest, ctx ends or the loop is
// over: who is told that something was done must find it in the events.
func (l *Loop) NoteNow(ctx context.Context, event engine.Event) {
	select {
	case <-l.note(event):
	case <-ctx.Done():
	case <-l.over:
	}
}

func (l *Loop) note(event engine.Event) (taken <-chan struct{}) {
	n := note{event, make(chan struct{})}
	select {
	case l.notes <- n:
	case <-l.over:
	}
	return n.taken
}

// Submit hands a request in and waits until it is accepted or refused; it does
// not wait for what it leads to. A fault is accepted when it has happened. Before
// the first look it waits for that. If ctx ends meanwhile the request may still
// be accepted.
func (l *Loop) Submit(ctx context.Context, request engine.Request) error {
	const op = "submit request"
	if err := l.untilKnown(ctx, op); err != nil {
		return err
	}
	answer := make(chan error, 1)
	select {
	case l.asked <- asking{request, answer}:
	case <-ctx.Done():
		return engine.Errorf(engine.KindTransient, op, 0, "%w", ctx.Err())
	case <-l.over:
		return engine.Errorf(engine.KindTerminal, op, 0, "the engine has ended")
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return engine.Errorf(engine.KindTransient, op, 0, "%w", ctx.Err())
	case <-l.over:
	}
	select {
	case err := <-answer: // it was given just before the end
		return err
	default:
		return engine.Errorf(engine.KindTerminal, op, 0, "the engine ended before it answered")
	}
}

// Preview says what a request would lead to, and changes nothing. It is worked
// out by the calling goroutine. Before the first look it waits for that.
func (l *Loop) Preview(ctx context.Context, request engine.Request) (engine.Preview, error) {
	if err := l.untilKnown(ctx, "preview request"); err != nil {
		return engine.Preview{}, err
	}
	return l.published.Load().basis.preview(l.clock(), request)
}

func (l *Loop) untilKnown(ctx context.Context, op string) error {
	select {
	case <-l.known:
		return nil
	default:
	}
	select {
	case <-l.known:
		return nil
	case <-ctx.Done():
		return engine.Errorf(engine.KindTransient, op, 0, "the cluster has not been looked at yet: %w", ctx.Err())
	case <-l.over:
		return engine.Errorf(engine.KindTerminal, op, 0, "the engine ended before it saw the cluster")
	}
}

// Run drives the cluster towards its desired state until ctx ends, which is not
// an error, or what it begins with cannot be recorded. It waits for its workers: a step in
// flight is cancelled with ctx and has returned when Run does.
func (l *Loop) Run(ctx context.Context) error {
	defer close(l.over)
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		close(l.closing)
		cancel()
		l.workers.Wait()
	}()
	effects := l.core.Start(l.clock())
	if err := l.record(effects); err != nil {
		return err
	}
	l.perform(ctx, effects)
	l.serve(ctx)
	return nil
}

// serve takes one event after another.
func (l *Loop) serve(ctx context.Context) {
	bell := l.config.Driver.Wake()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(l.untilDue())
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			l.dueNow(ctx)
		case _, open := <-bell:
			if !open {
				bell = nil
			}
			l.pace.ring()
		case event := <-l.reports:
			l.take(ctx, event)
		case note := <-l.notes:
			l.handle(ctx, Noted{note.event})
			close(note.taken)
		case asking := <-l.asked:
			l.ask(ctx, asking)
		}
	}
}

// untilDue says how long nothing is to be done, if nothing happens.
func (l *Loop) untilDue() time.Duration {
	now := l.clock()
	wait := l.pace.idle
	if due, ok := l.pace.due(); ok {
		wait = due.Sub(now)
	}
	if !l.wake.IsZero() {
		wait = min(wait, l.wake.Sub(now))
	}
	return max(wait, 0)
}

// dueNow does what is due.
func (l *Loop) dueNow(ctx context.Context) {
	now := l.clock()
	if due, ok := l.pace.due(); ok && !now.Before(due) {
		l.pace.begin()
		l.workers.Go(func() { l.look(ctx) })
	}
	if !l.wake.IsZero() && !now.Before(l.wake) {
		l.wake = time.Time{}
		l.handle(ctx, Tick{})
	}
}

// take hands a worker's report to the Core.
func (l *Loop) take(ctx context.Context, event Event) {
	switch told := event.(type) {
	case lookEnded:
		told.observed.Stale = l.pace.end(l.clock())
		event = told.observed
	case RunEnded:
		l.stop, l.pace.running = nil, false
	}
	l.handle(ctx, event)
}

// ask hands a request to the Core. Whether the driver can break things is the one
// thing about requests that the Core does not know.
func (l *Loop) ask(ctx context.Context, asking asking) {
	if fault, _, ok := faultOf(asking.request.Intent); ok && l.faults == nil {
		asking.answer <- engine.Errorf(engine.KindUnsupported, fault.op(), 0, "the %s driver cannot %s nodes", l.config.DriverName, fault.Do)
		return
	}
	l.nextID++
	l.answers[l.nextID] = asking.answer
	l.handle(ctx, Asked{ID: l.nextID, Request: asking.request})
}

// handle hands an event to the Core and performs what follows from it. If that
// cannot be recorded, nothing of it has happened yet: the Core is put back, and
// takes the event in again as far as that needs no record.
func (l *Loop) handle(ctx context.Context, event Event) {
	now, before := l.clock(), *l.core
	effects := l.core.Handle(now, event)
	if err := l.record(effects); err != nil {
		*l.core = before
		effects = l.core.Handle(now, Unrecorded{Event: event, Err: err})
	}
	l.perform(ctx, effects)
}

// record writes the entries of one event, all of them or none.
func (l *Loop) record(effects []Effect) error {
	var entries []Entry
	for _, effect := range effects {
		if entry, ok := effect.(JournalAppend); ok {
			entries = append(entries, entry.Entry)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return l.config.Journal.Append(entries...)
}

// perform brings the Core's effects about, in their order, once their entries are
// recorded.
func (l *Loop) perform(ctx context.Context, effects []Effect) {
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Observe:
			l.pace.require()
		case Run:
			l.stop, l.pace.running = make(chan struct{}), true
			stop := l.stop
			l.workers.Go(func() { l.execute(ctx, effect, stop) })
		case Supersede:
			close(l.stop)
		case Fault:
			l.workers.Go(func() { l.inject(ctx, effect) })
		case JournalAppend:
		case Publish:
			l.publish()
		case Reply:
			l.answers[effect.ID] <- effect.Err
			delete(l.answers, effect.ID)
		case WakeAt:
			l.wake = effect.At
		}
	}
}

// publish exchanges what others see, then rings.
func (l *Loop) publish() {
	basis := l.core.basis()
	l.published.Store(&published{view: l.core.View(), basis: basis})
	if basis.known {
		select {
		case <-l.known:
		default:
			close(l.known)
		}
	}
	l.bells.ring()
}
