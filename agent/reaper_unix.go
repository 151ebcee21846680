//go:build unix

package agent

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// Reaper is the Starter of real processes, and the only place that waits for any:
// as the first process of a container it is also given the orphans. The mutex
// holds starting, signalling and reaping apart, so that no end is missed and no
// signal reaches a pid that was used again.
type Reaper struct {
	orphans bool // reap every child, started here or not
	user    *syscall.Credential
	signals chan os.Signal
	stop    chan struct{}
	done    chan struct{}

	mutex    sync.Mutex
	children map[int]*child
}

// ReaperOptions are how processes run.
type ReaperOptions struct {
	// Orphans has the reaper wait for every child of this process, whoever started
	// it: nothing else in it may wait for any then.
	Orphans bool
	// UID is whom the processes belong to if this one is root's; their group stays
	// ours, so that both may use the volume's files. 0: our own.
	UID uint32
}

// NewReaper begins to wait. Close it in the end.
func NewReaper(o ReaperOptions) *Reaper {
	r := &Reaper{
		orphans: o.Orphans, signals: make(chan os.Signal, 1), stop: make(chan struct{}), done: make(chan struct{}),
		children: map[int]*child{},
	}
	if os.Getuid() == 0 && o.UID != 0 {
		r.user = &syscall.Credential{Uid: o.UID, Gid: uint32(os.Getgid())} //nolint:gosec // ids are not negative
	}
	signal.Notify(r.signals, syscall.SIGCHLD)
	go r.run()
	return r
}

// Close ends the waiting. Processes that still run are left alone.
func (r *Reaper) Close() {
	signal.Stop(r.signals)
	close(r.stop)
	<-r.done
}

func (r *Reaper) run() {
	defer close(r.done)
	for {
		select {
		case <-r.stop:
			return
		case <-r.signals:
			r.reap()
		}
	}
}

// reap takes every child that has ended. One SIGCHLD may stand for many.
func (r *Reaper) reap() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.orphans {
		for pid := range r.children {
			r.collect(pid)
		}
		return
	}
	for r.collect(-1) {
	}
}

// collect waits for one child without blocking and says whether it got one.
func (r *Reaper) collect(which int) bool {
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(which, &status, syscall.WNOHANG, nil)
	for errors.Is(err, syscall.EINTR) {
		pid, err = syscall.Wait4(which, &status, syscall.WNOHANG, nil)
	}
	if err != nil || pid <= 0 {
		return false
	}
	if c, ours := r.children[pid]; ours {
		delete(r.children, pid)
		_ = syscall.Kill(-pid, syscall.SIGKILL) // what it started does not outlive it; mostly there is nothing
		code := status.ExitStatus()
		if status.Signaled() {
			code = -int(status.Signal())
		}
		c.exited <- code
	}
	return true
}

// Start implements Starter.
func (r *Reaper) Start(c Command) (Process, error) {
	input := c.Input
	if input == "" {
		input = os.DevNull
	}
	stdin, err := os.Open(input)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	defer func() { _ = stdin.Close() }()
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	started := &child{reaper: r, exited: make(chan int, 1), ended: make(chan struct{})}
	err = r.launch(c, started, []*os.File{stdin, in, in})
	_ = in.Close() // the child has its own
	if err != nil {
		_ = out.Close()
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	go started.follow(out, c.Line)
	return started, nil
}

func (r *Reaper) launch(c Command, started *child, files []*os.File) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	process, err := os.StartProcess(c.Path, append([]string{c.Path}, c.Args...), &os.ProcAttr{
		Dir: c.Dir, Env: c.Env, Files: files,
		Sys: &syscall.SysProcAttr{Setpgid: true, Credential: r.user},
	})
	if err != nil {
		return err //nolint:wrapcheck // Start says of what
	}
	started.pid = process.Pid
	r.children[process.Pid] = started
	return process.Release() //nolint:wrapcheck // we wait by pid
}

// child is one process of a Reaper.
type child struct {
	reaper *Reaper
	pid    int
	exited chan int // from the reaper
	ended  chan struct{}
	code   int // once ended is closed
}

// follow hands the output on, and tells of the end after the last of it. Somebody
// whom the process left behind may hold the pipe open: the end does not wait.
func (c *child) follow(out *os.File, line func(string)) {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		readLines(out, line)
	}()
	c.code = <-c.exited
	_ = out.SetReadDeadline(drainDeadline())
	<-drained
	_ = out.Close()
	close(c.ended)
}

// PID implements Process.
func (c *child) PID() int { return c.pid }

// Ended implements Process.
func (c *child) Ended() <-chan struct{} { return c.ended }

// ExitCode implements Process.
func (c *child) ExitCode() int { return c.code }

// Signal implements Process. The process is not reaped meanwhile, so its group is
// still its own.
func (c *child) Signal(s Signal) error {
	numbers := [...]syscall.Signal{Terminate: syscall.SIGTERM, Kill: syscall.SIGKILL, Freeze: syscall.SIGSTOP, Thaw: syscall.SIGCONT}
	c.reaper.mutex.Lock()
	defer c.reaper.mutex.Unlock()
	if _, alive := c.reaper.children[c.pid]; !alive {
		return nil
	}
	if err := syscall.Kill(-c.pid, numbers[s]); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %s to process %d: %w", s, c.pid, err)
	}
	return nil
}
