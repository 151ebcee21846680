package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// Engine is the console's port to the engine. All methods may be called from
// any goroutine; Latest must not block.
type Engine interface {
	// Submit hands a request over and returns once it is accepted or refused.
	Submit(ctx context.Context, r engine.Request) error
	// Preview says what a request would do, without doing it.
	Preview(ctx context.Context, r engine.Request) (engine.Preview, error)
	// Latest is the newest snapshot, nil before the first.
	Latest() *engine.Snapshot
	// Changed is a bell with room for one ring: Latest has something newer.
	Changed() <-chan struct{}
	// Heard is when the engine last gave a sign of life, by the clock of this
	// process; the zero time: nothing is known, and nothing is said about it. It
	// must not block.
	Heard() time.Time
}

// Options are what a console is made from.
type Options struct {
	Engine Engine // required
	// Cluster is the name that has to be typed to destroy it, and that the way
	// back is told with. Empty: the one of the snapshot.
	Cluster engine.ClusterName
	// ReadOnly only watches: the keys that change something say so, and leaving
	// asks nothing.
	ReadOnly bool
	// Context bounds the commands of a Model made with New; Run sets its own.
	Context context.Context
	// Ended blocks until the engine has ended by itself, or the context is done,
	// and gives the reason. Nil: the engine never ends before the console.
	Ended func(context.Context) error
	// NoColor leaves only bold, underline and reverse; ASCII draws with ASCII;
	// NoMotion redraws at most once a second unless a key was pressed.
	NoColor, ASCII, NoMotion bool
	// Clock tells the time for ages; nil is time.Now.
	Clock func() time.Time
	// Program are further options for the terminal program, for tests.
	Program []tea.ProgramOption
}

// Exit is how the console was left. The console only reports it: stopping and
// destroying are for its caller, once the terminal is restored.
type Exit uint8

// The ways out. All but ExitStop, ExitDestroy and ExitEngine leave a cluster
// that runs on.
const (
	ExitKeep      Exit = iota // only the console is to close
	ExitStop                  // the cluster is to be stopped in order, its data kept
	ExitDestroy               // the cluster is to be destroyed; its name was typed
	ExitForced                // ctrl-c twice: at once, the cluster keeps running
	ExitCancelled             // the context ended: a signal, or the caller's doing
	ExitEngine                // the engine ended by itself
)

func (e Exit) String() string {
	names := [...]string{"keep", "stop", "destroy", "forced", "cancelled", "engine ended"}
	if int(e) < len(names) {
		return names[e]
	}
	return fmt.Sprintf("exit(%d)", uint8(e))
}

// framesPerSecond bounds how often the terminal is written.
const framesPerSecond = 30

// Model is the console's state. It belongs to the event loop of one program.
type Model struct {
	ctx     context.Context
	engine  Engine
	ended   func(context.Context) error
	clock   func() time.Time
	gap     time.Duration
	name    engine.ClusterName // "": the snapshot's
	ascii   bool
	glyphs  present.Glyphs
	palette *palette

	readOnly bool
	snap     *engine.Snapshot
	seenAt   time.Time     // the clock when snap arrived
	silence  time.Duration // how long the engine gave no sign of life, 0 if it does
	now      time.Time     // in the snapshot's time, moved on by the clock
	ui       ui
	layout   layout
	rev      uint64 // counts changes of ui
	commands []command
	frame    frameCache

	exit    Exit
	exitErr error
}

// New makes a console over an engine; the program that runs it calls the rest.
func New(o Options) *Model {
	m := &Model{
		ctx: o.Context, engine: o.Engine, ended: o.Ended, clock: o.Clock,
		gap: snapshotGap, name: o.Cluster, readOnly: o.ReadOnly, glyphs: present.Blocks(), palette: newPalette(o.NoColor),
	}
	if m.ctx == nil {
		m.ctx = context.Background() //nolint:forbidigo // the default of an option, for tests that have none
	}
	if m.clock == nil {
		m.clock = time.Now
	}
	if o.NoMotion {
		m.gap = time.Second
	}
	if o.ASCII {
		m.ascii, m.glyphs = true, present.ASCII()
	}
	m.ui = newUI()
	m.commands = commandTable()
	return m
}

// Run shows the console until it is left, and says how that was. The error is
// nil unless the terminal or the engine failed. It blocks; the terminal is
// restored when it returns.
func Run(ctx context.Context, o Options) (Exit, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Context = ctx
	m := New(o)
	options := append([]tea.ProgramOption{
		tea.WithContext(ctx), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler(),
	}, o.Program...)
	_, err := tea.NewProgram(m, options...).Run()
	switch {
	case err == nil:
		return m.exit, m.exitErr
	case ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled) && !errors.Is(err, tea.ErrProgramPanic):
		return ExitCancelled, nil
	default:
		return ExitCancelled, engine.Errorf(engine.KindInternal, "run the console", 0, "%w", err)
	}
}
