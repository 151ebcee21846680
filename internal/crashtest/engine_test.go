package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/host/owner"
	"rondb-tui/internal/filedrv"
)

// engineVariable makes the test binary an engine.
const engineVariable = "RONDB_TUI_CRASHTEST_ENGINE"

// Files of a cluster, in its directory.
const (
	lockFile    = "lock"
	worldFile   = "world.jsonl"
	journalFile = "journal.jsonl"
)

// effectDelay is how long an order travels, and its answer: without it nearly
// every kill would fall between two plans.
const effectDelay = time.Millisecond

// order is what an engine process is to do, its first line of input. At the end
// of its input it ends.
type order struct {
	Dir      string
	Spec     engine.Spec      // of a new cluster
	Requests []engine.Request // one after another, each when the one before was accepted
	HoldAt   int              // the line, of either file, after whose writing the writer stops; 0 for none
	Misreads bool             // a planted fault, see misreading
}

// What a process reports, one line each.
const (
	saysBegun    = "begun"    // with State, Revision and Spec
	saysAccepted = "accepted" // the next of the requests was
	saysRepeated = "repeated" // with Text: an order whose effect held already
	saysHeld     = "held"     // the line to hold at is durable
	saysSettled  = "settled"  // AT_DESIRED_STATE, all requests accepted
	saysFailed   = "failed"   // with Text
)

type report struct {
	Says     string
	Text     string
	State    loop.State      // what the journal held
	Revision engine.Revision // what the engine made of it
	Spec     engine.Spec
}

func TestMain(m *testing.M) {
	if os.Getenv(engineVariable) == "" {
		os.Exit(m.Run())
	}
	if err := runEngine(os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runEngine is the engine process.
func runEngine(in io.Reader, out io.Writer) error {
	var todo order
	input := json.NewDecoder(in)
	if err := input.Decode(&todo); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in) // until nobody wants the engine any more
		cancel()
	}()
	w := &witness{out: json.NewEncoder(out), released: ctx.Done(), holdAt: todo.HoldAt}
	self, err := owner.Self("test", "", time.Now())
	if err != nil {
		return err
	}
	lock, err := owner.Acquire(filepath.Join(todo.Dir, lockFile), self)
	if err != nil {
		return err
	}
	return errors.Join(runLoop(ctx, todo, w), lock.Release())
}

// runLoop goes on from the files of a cluster.
func runLoop(ctx context.Context, todo order, w *witness) error {
	journal, recovered, err := loop.OpenJournal(filepath.Join(todo.Dir, journalFile))
	if err != nil {
		return err
	}
	state, err := loop.Replay(recovered.Entries)
	if err != nil {
		return err
	}
	world, err := filedrv.Open(filedrv.Options{Path: filepath.Join(todo.Dir, worldFile), Delay: effectDelay, Told: w.ordered})
	if err != nil {
		return err
	}
	var driver engine.Driver = world
	if todo.Misreads {
		driver = &misreading{Driver: world}
	}
	l, err := loop.New(loop.Config{
		Name: "crash", DriverName: "file", Spec: todo.Spec, State: state,
		Driver: driver, Journal: watchedJournal{journal, w},
	})
	if err != nil {
		return err
	}
	w.say(report{Says: saysBegun, State: state, Revision: l.Latest().Revision, Spec: l.Latest().Spec})
	var asker sync.WaitGroup
	asker.Go(func() { ask(ctx, l, todo.Requests, w) })
	err = l.Run(ctx)
	asker.Wait()
	return errors.Join(err, world.Close(), journal.Close())
}

// ask makes the requests and waits until the engine has done what they want.
func ask(ctx context.Context, l *loop.Loop, requests []engine.Request, w *witness) {
	for _, request := range requests {
		if err := l.Submit(ctx, request); err != nil {
			w.say(report{Says: saysFailed, Text: fmt.Sprintf("%+v: %v", request.Intent, err)})
			return
		}
		w.say(report{Says: saysAccepted})
	}
	for {
		switch view := l.Latest(); {
		case view.State == engine.ErrorState:
			w.say(report{Says: saysFailed, Text: view.Reason})
			return
		case view.State == engine.AtDesiredState && !view.Run.Active:
			w.say(report{Says: saysSettled})
			return
		}
		select {
		case <-l.Changed():
		case <-ctx.Done():
			return
		}
	}
}

// witness reports what a process did, and counts the lines it wrote.
type witness struct {
	released <-chan struct{} // ends a hold
	holdAt   int

	mu    sync.Mutex // guards what follows
	out   *json.Encoder
	lines int
}

func (w *witness) say(r report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.out.Encode(r) // nobody may be listening any more
}

// wrote counts lines. The writer of the one to hold at stays here: what follows
// from it does not happen.
func (w *witness) wrote(lines int) {
	w.mu.Lock()
	before := w.lines
	w.lines += lines
	hold := before < w.holdAt && w.holdAt <= w.lines
	w.mu.Unlock()
	if hold {
		w.say(report{Says: saysHeld})
		<-w.released
	}
}

// ordered is the driver's account of an order.
func (w *witness) ordered(step engine.Step, written bool) {
	if !written {
		w.say(report{Says: saysRepeated, Text: step.Action.String()})
		return
	}
	w.wrote(1)
}

// watchedJournal counts the entries of a journal.
type watchedJournal struct {
	loop.Journal
	w *witness
}

func (j watchedJournal) Append(entries ...loop.Entry) error {
	if err := j.Journal.Append(entries...); err != nil {
		return err
	}
	j.w.wrote(len(entries))
	return nil
}

// misreading takes every MySQL server that is started for stopped, in its first
// look. What an engine orders then has been done before.
type misreading struct {
	engine.Driver
	looked atomic.Bool
}

func (m *misreading) Observe(ctx context.Context) (engine.Observed, error) {
	o, err := m.Driver.Observe(ctx)
	if err != nil || m.looked.Swap(true) {
		return o, err
	}
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == engine.KindMySQL && n.Status == engine.StatusStarted {
			n.Status = engine.StatusStopped
		}
	}
	return o, nil
}
