package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"rondb-tui/control"
)

// What the flood is: each beat makes a snapshot with its events and the next state
// of one node, in turn, so that a state lasts for as many beats as there are nodes.
const (
	beat          = 10 * time.Millisecond
	beats         = 1000
	eventsPerBeat = 100
	floodNodes    = 12

	floodLimit = 30 * time.Second      // for all of it
	keyEvery   = 97 * time.Millisecond // no multiple of a frame

	floodWidth, floodHeight = 200, 60

	// framesPerSecond is what tui.Run asks of Bubble Tea.
	framesPerSecond = 30
)

// eventFlood runs the publisher in a process of its own and the console in this
// one, each as in the program: the server of the control socket, its client, the
// console's model and the event loop and renderer of Bubble Tea.
func eventFlood(ctx context.Context, s *sandbox) error {
	ctx, cancel := context.WithTimeout(ctx, floodLimit)
	defer cancel()
	p, err := startPublisher(ctx, filepath.Join(s.dir, "flood"))
	if err != nil {
		return err
	}
	seen, err := watchFlood(ctx, p)
	told, ended := p.end()
	if err := errors.Join(err, ended); err != nil {
		return err
	}
	seen.print(told)
	return nil
}

// watchFlood attaches a console, lets the flood come, and returns when the console
// has drawn the last snapshot of it.
func watchFlood(ctx context.Context, p *publisher) (*floodConsole, error) {
	client, err := control.Dial(ctx, p.socket)
	if err != nil {
		return nil, err
	}
	defer func() { _ = client.Close() }() // nothing more is wanted of it
	if err := client.Follow(ctx); err != nil {
		return nil, err
	}
	running, quit := context.WithCancel(ctx)
	defer quit()
	f := newFloodConsole(running, client)
	program := tea.NewProgram(f, tea.WithContext(running), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler(),
		tea.WithInput(nil), tea.WithOutput(f), tea.WithWindowSize(floodWidth, floodHeight), tea.WithColorProfile(colorprofile.ANSI),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "TERM_PROGRAM=Apple_Terminal"})) // the last one: asks nothing of the terminal
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	before, err := usageOf("self")
	if err == nil {
		f.began = time.Now()
		err = p.begin()
	}
	if err == nil {
		err = f.pressKeys(ctx, program)
	}
	after, failed := usageOf("self")
	f.lasted, f.processor = time.Since(f.began), after.processor-before.processor
	quit()
	if stopped := <-ended; !errors.Is(stopped, tea.ErrProgramKilled) { // by quit
		err = errors.Join(err, stopped)
	}
	return f, errors.Join(err, failed)
}

// pressKeys presses a key now and then until the last snapshot was drawn.
func (f *floodConsole) pressKeys(ctx context.Context, program *tea.Program) error {
	keys := time.NewTicker(keyEvery)
	defer keys.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the console did not come to the last snapshot: %w", ctx.Err())
		case <-f.finished:
			return nil
		case <-keys.C:
			program.Send(pressed{time.Now()})
		}
	}
}

// publisher is the process that makes the flood.
type publisher struct {
	socket string
	cmd    *exec.Cmd
	input  io.WriteCloser
	output *json.Decoder
}

// told is what the publisher says of itself: first that it listens, then what the
// flood was.
type told struct {
	Events    uint64
	Lasted    time.Duration
	Processor time.Duration
}

func startPublisher(ctx context.Context, socket string) (*publisher, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &publisher{socket: socket, cmd: exec.CommandContext(ctx, self, publishCommand, socket)}
	p.cmd.Stderr = os.Stderr
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.output = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	var listens told
	if err := p.output.Decode(&listens); err != nil {
		return nil, errors.Join(fmt.Errorf("the publisher did not begin: %w", err), p.input.Close(), p.cmd.Wait())
	}
	return p, nil
}

// begin lets the flood begin.
func (p *publisher) begin() error {
	_, err := io.WriteString(p.input, "\n")
	return err
}

// end ends the process and gives what it said of the flood.
func (p *publisher) end() (told, error) {
	var t told
	decoded := p.output.Decode(&t)
	return t, errors.Join(p.input.Close(), p.cmd.Wait(), decoded)
}

// print prints the rows.
func (f *floodConsole) print(t told) {
	what := fmt.Sprintf("%.0f events/s through the socket for %.0f s: ", float64(t.Events)/t.Lasted.Seconds(), t.Lasted.Seconds())
	row(what+"states of nodes shown, each lasts "+fmt.Sprint(floodNodes*beat), "%d of %d", f.engine.states(), beats)
	row(what+"events missed between two frames", "%d of %d", f.engine.missed, t.Events)
	row(what+"last snapshot shown is the last published", "%v", strings.Contains(f.content, lastEvent()))
	row(what+"Update and View of one frame at 200x60", "%s", spread(f.frames))
	row(what+"time between two frames written", "%s", spread(f.gaps()))
	row(what+"age of a snapshot when it is written", "%s", spread(f.ages))
	row(what+"key to the frame that shows it", "%s", spread(f.echoes))
	row(what+"processor of the console; of the publisher with its server", "%.0f %%; %.0f %% of a core",
		share(f.processor, f.lasted), share(t.Processor, t.Lasted))
}
