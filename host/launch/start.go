package launch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"rondb-tui/engine"
)

const (
	op     = "start the process"
	polite = 2 * time.Second // for a child to end by itself, and again after SIGTERM
	drain  = time.Second     // for the last line of a child that ended
)

// Command is what to start.
type Command struct {
	Path  string   // the program
	Name  string   // what the process is called; "": Path
	Args  []string // without the program's name; no secrets, others can read them
	Env   []string // nil: this process's own
	Input []byte   // its standard input, then the end of file
	Log   string   // file that its output is appended to; cut to its last MiB before
	Dir   string   // working directory; "": this process's own
}

// Reply is what a child that became ready says.
type Reply struct {
	PID   int
	Ready json.RawMessage
}

// Start starts the child and waits for its line. A child that reports an error
// gives that error, with its kind and, where they apply, engine.Problems and
// *owner.HeldError in its chain. One that ends without a line gives KindTerminal
// with the end of its log. If ctx ends first: KindTransient. After an error no
// child is left.
func Start(ctx context.Context, c Command) (Reply, error) {
	log, err := openLog(c.Log)
	if err != nil {
		return Reply{}, engine.Errorf(engine.KindTerminal, "open the log", 0, "%w", err)
	}
	began, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return Reply{}, engine.Errorf(engine.KindTerminal, "open the log", 0, "%w", errors.Join(err, log.Close()))
	}
	p, err := start(c, log)
	if closing := log.Close(); err == nil && closing != nil { // the child has its own
		err = errors.Join(closing, p.end(os.Kill), p.ready.Close())
	}
	if err != nil {
		return Reply{}, err
	}
	return p.await(ctx, c.Log, began)
}

// child is a started process.
type child struct {
	cmd    *exec.Cmd
	ready  *os.File      // our end of descriptor 3
	exited chan struct{} // closed after its exit status was taken
	status error         // read it only after exited
}

// start starts the child, and the goroutine that waits for its end.
func start(c Command, log *os.File) (*child, error) {
	attributes, err := detached()
	if err != nil {
		return nil, engine.Errorf(engine.KindUnsupported, op, 0, "%w", err)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	p := &child{
		cmd: &exec.Cmd{
			Path: c.Path, Args: append([]string{cmp.Or(c.Name, c.Path)}, c.Args...), Env: c.Env, Dir: c.Dir,
			Stdin: bytes.NewReader(c.Input), Stdout: log, Stderr: log,
			ExtraFiles: []*os.File{theirs}, SysProcAttr: attributes,
		},
		ready:  ours,
		exited: make(chan struct{}),
	}
	keepFiles()
	err = p.cmd.Start()
	closing := theirs.Close() // ours would hide that the child's was closed
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", errors.Join(err, closing, ours.Close()))
	}
	go func() {
		p.status = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// await waits for the line, the child's end, or ctx.
func (p *child) await(ctx context.Context, log string, began int64) (Reply, error) {
	lines := make(chan reading, 1)
	go func() {
		lines <- readLine(p.ready)
	}()
	var line reading
	select {
	case line = <-lines:
	case <-p.exited: // its line may still be in the pipe, and a child of its own may hold the other end
		_ = p.ready.SetReadDeadline(time.Now().Add(drain)) // cannot fail on a pipe that is open
		line = <-lines
	case <-ctx.Done():
		err := errors.Join(context.Cause(ctx), p.end(syscall.SIGTERM, os.Kill), p.ready.Close())
		<-lines // closing ended it
		return Reply{}, engine.Errorf(engine.KindTransient, op, 0, "it did not become ready: %w", err)
	}
	if line.err == nil && line.message.Error == nil {
		return Reply{PID: p.cmd.Process.Pid, Ready: line.message.Ready}, p.ready.Close()
	}
	leaving := errors.Join(p.end(nil, syscall.SIGTERM, os.Kill), p.ready.Close())
	switch {
	case line.err == nil && leaving == nil:
		return Reply{}, line.message.Error.restore()
	case line.err == nil:
		return Reply{}, errors.Join(line.message.Error.restore(), leaving)
	case leaving == nil && p.status != nil:
		line.err = fmt.Errorf("%w (%w)", line.err, p.status)
	}
	return Reply{}, engine.Errorf(engine.KindTerminal, op, 0, "it ended before it was ready: %w%s", errors.Join(line.err, leaving), logTail(log, began))
}

// end makes sure the child is gone: it sends one signal after another (nil: none)
// and gives the child time to end after each.
func (p *child) end(signals ...os.Signal) error {
	for _, s := range signals {
		if s != nil {
			if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return err
			}
		}
		wait := time.NewTimer(polite)
		select {
		case <-p.exited:
			wait.Stop()
			return nil
		case <-wait.C:
		}
	}
	return errors.New("it is still there after SIGKILL")
}
