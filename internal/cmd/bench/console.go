package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	consoleWidth, consoleHeight = 120, 40

	frameLimit = 10 * time.Second // for the first frame of a console
)

// console is a console of the program on a terminal of its own.
type console struct {
	cmd      *exec.Cmd
	terminal *os.File
	framed   chan struct{} // closed when the first frame is complete
	drained  chan struct{} // closed when nothing more comes
}

// openConsole starts a command that opens the console.
func (s *sandbox) openConsole(ctx context.Context, args ...string) (*console, error) {
	c := &console{cmd: s.command(ctx, args...), framed: make(chan struct{}), drained: make(chan struct{})}
	var err error
	if c.terminal, err = startOnTerminal(c.cmd, consoleWidth, consoleHeight); err != nil {
		return nil, err
	}
	go c.drain()
	return c, nil
}

// drain reads what the console draws. Its first frame is complete when what stands
// in the first row and what stands in the last has come, in this order.
func (c *console) drain() {
	defer close(c.drained)
	var seen []byte
	complete := false
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.terminal.Read(buffer)
		if !complete {
			seen = append(seen, buffer[:n]...)
			_, after, first := bytes.Cut(seen, []byte("LOST"))
			if complete = first && bytes.Contains(after, []byte("leave")); complete {
				close(c.framed)
			}
		}
		if err != nil {
			return // the last process on the terminal has ended
		}
	}
}

// firstFrame waits for it.
func (c *console) firstFrame(ctx context.Context) error {
	select {
	case <-c.framed:
		return nil
	case <-c.drained:
		return errors.New("the console ended before its first frame")
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(frameLimit):
		return fmt.Errorf("the console drew no frame within %v", frameLimit)
	}
}

// close ends the console, whose cluster goes on, and gives how long that took.
func (c *console) close() (time.Duration, error) {
	began := time.Now()
	err := c.cmd.Process.Signal(syscall.SIGTERM)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		err = errors.Join(err, c.cmd.Process.Kill())
	}
	_ = c.cmd.Wait() // a console that was ended by a signal says so by its exit code
	took := time.Since(began)
	<-c.drained
	return took, errors.Join(err, c.terminal.Close())
}
