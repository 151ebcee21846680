package tui

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"rondb-tui/engine"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// fakeEngine shows one snapshot and answers as it is told.
type fakeEngine struct {
	latest    atomic.Pointer[engine.Snapshot]
	bell      chan struct{}
	preview   engine.Preview
	previews  []engine.Request
	refuse    error
	submitted []engine.Request
	heard     atomic.Pointer[time.Time] // nil: the zero time
}

func newFake(s *engine.Snapshot) *fakeEngine {
	f := &fakeEngine{bell: make(chan struct{}, 1)}
	f.latest.Store(s)
	return f
}

func (f *fakeEngine) publish(s *engine.Snapshot) {
	f.latest.Store(s)
	select {
	case f.bell <- struct{}{}:
	default:
	}
}

func (f *fakeEngine) Submit(_ context.Context, r engine.Request) error {
	f.submitted = append(f.submitted, r)
	return f.refuse
}

func (f *fakeEngine) Preview(_ context.Context, r engine.Request) (engine.Preview, error) {
	f.previews = append(f.previews, r)
	return f.preview, nil
}

func (f *fakeEngine) Latest() *engine.Snapshot { return f.latest.Load() }
func (f *fakeEngine) Changed() <-chan struct{} { return f.bell }

// Heard is the zero time, about which nothing is said, unless a test silences
// the engine.
func (f *fakeEngine) Heard() time.Time {
	if at := f.heard.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// silentSince makes the engine silent: its last sign of life was then.
func (f *fakeEngine) silentSince(at time.Time) { f.heard.Store(&at) }

// press makes the message of a key from its name.
func press(name string) tea.KeyPressMsg {
	named := map[string]tea.Key{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEsc}, "tab": {Code: tea.KeyTab},
		"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
		"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "space": {Code: tea.KeySpace, Text: " "},
		"backspace": {Code: tea.KeyBackspace}, "pgdown": {Code: tea.KeyPgDown}, "pgup": {Code: tea.KeyPgUp},
		"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+l": {Code: 'l', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl},
	}
	if k, ok := named[name]; ok {
		return tea.KeyPressMsg(k)
	}
	return tea.KeyPressMsg(tea.Key{Code: []rune(name)[0], Text: name})
}

// rig is a real program on an emulated terminal, in virtual time.
type rig struct {
	t      *testing.T
	engine *fakeEngine
	prog   *tea.Program
	emu    *vt.SafeEmulator
	drawn  sync.Mutex // guards emu and wrote
	wrote  *bytes.Buffer
	model  *Model
	done   chan error
	cancel context.CancelFunc
}

// tee writes to the emulator and keeps the bytes. Where its input is no terminal
// Bubble Tea counts on the terminal to begin a line at its left end.
type tee struct {
	mu   *sync.Mutex // the emulator's own does not cover its String
	emu  *vt.SafeEmulator
	kept *bytes.Buffer
}

func (w tee) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept.Write(p)
	_, err := w.emu.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// startRig runs the console in the present synctest bubble.
func startRig(t *testing.T, f *fakeEngine, o Options, w, h int) *rig {
	t.Helper()
	r := startRigOn(t, f, o, w, h)
	r.engine = f
	return r
}

func startRigOn(t *testing.T, e Engine, o Options, w, h int) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	start := time.Now()
	o.Engine, o.Context = e, ctx
	o.Clock = func() time.Time { return noon.Add(time.Since(start)) }
	r := &rig{t: t, emu: vt.NewSafeEmulator(w, h), wrote: &bytes.Buffer{}, model: New(o), done: make(chan error, 1), cancel: cancel}
	r.prog = tea.NewProgram(r.model, tea.WithContext(ctx), tea.WithFPS(framesPerSecond), tea.WithInput(nil),
		tea.WithOutput(tee{&r.drawn, r.emu, r.wrote}), tea.WithoutSignalHandler(), tea.WithWindowSize(w, h),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color", "TERM_PROGRAM=Apple_Terminal"}))
	go func() {
		_, err := r.prog.Run()
		r.done <- err
	}()
	r.settle()
	return r
}

// settle lets virtual time pass until the frame is flushed, less than the clock
// needs to change an age.
func (r *rig) settle() {
	time.Sleep(100 * time.Millisecond)
	synctest.Wait()
}

func (r *rig) keys(names ...string) {
	for _, name := range names {
		r.prog.Send(press(name))
	}
	r.settle()
}

func (r *rig) screen() string {
	r.drawn.Lock()
	defer r.drawn.Unlock()
	return r.emu.String()
}

// stop ends the program by its context.
func (r *rig) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.done; err != nil && !errors.Is(err, context.Canceled) {
		r.t.Errorf("the program ended with %v", err)
	}
	synctest.Wait()
}

// golden compares a screen with its file, which -update writes.
func golden(t *testing.T, name, screen string, w int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	for i, line := range lines {
		if got := ansi.StringWidth(line); got > w {
			t.Errorf("%s: line %d is %d columns wide, the screen has %d", name, i+1, got, w)
		}
		lines[i] = strings.TrimRight(line, " ")
	}
	got := strings.Join(lines, "\n") + "\n"
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./tui -update writes it anew):\n%s\nwant:\n%s", name, got, want)
	}
}
