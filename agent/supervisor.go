package agent

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"rondb-tui/agentproto"
)

// lookInterval is how often the supervisor looks at what changes by itself: the
// memory used, the volume, whether the process answers.
const lookInterval = 250 * time.Millisecond

// supervisor owns the process of a node. Its fields below ask belong to the
// goroutine in run.
type supervisor struct {
	node   node
	book   *logbook
	now    func() time.Time
	bell   bell
	view   atomic.Pointer[agentproto.ProcessStatus] // never changed once stored
	ask    chan func()
	over   chan struct{} // closed when run has returned
	probes chan probeResult

	memory  memory
	state   agentproto.ProcessState
	process Process
	version string
	started time.Time
	serving bool
	until   time.Time // of a pause
	lease   *time.Timer
	served  func() // once the process answers or ends, whichever is first; may be nil
}

// probeResult says whether a process answered.
type probeResult struct {
	process Process
	answers bool
}

func newSupervisor(n node, book *logbook, now func() time.Time, m memory) *supervisor {
	s := &supervisor{
		node: n, book: book, now: now, memory: m,
		ask: make(chan func()), over: make(chan struct{}), probes: make(chan probeResult),
	}
	s.lease = time.NewTimer(time.Hour)
	s.lease.Stop()
	switch {
	case m.Incarnation == 0:
		s.state = agentproto.ProcessState_PROCESS_NONE
	case m.Stopped:
		s.state = agentproto.ProcessState_PROCESS_STOPPED
	default:
		s.state = agentproto.ProcessState_PROCESS_DEAD
		if m.Running {
			s.memory.Running, s.memory.ExitCode, s.memory.Error = false, 0, "the container ended while the process ran"
		}
	}
	s.publish()
	return s
}

// run owns the process until its context ends.
func (s *supervisor) run(ctx context.Context) {
	defer close(s.over)
	look := time.NewTicker(lookInterval)
	defer look.Stop()
	for {
		var ended <-chan struct{}
		if s.process != nil {
			ended = s.process.Ended()
		}
		select {
		case <-ctx.Done():
			return
		case f := <-s.ask:
			f()
		case <-ended:
			s.end()
		case <-s.lease.C:
			s.thaw()
		case r := <-s.probes:
			if r.process == s.process && s.process != nil {
				s.answered(r.answers)
			}
		case <-look.C:
		}
		s.publish()
	}
}

// do runs f on the supervisor's goroutine, and gives its error.
func (s *supervisor) do(ctx context.Context, f func() error) error {
	result := make(chan error, 1)
	select {
	case s.ask <- func() { result <- f() }:
		return <-result
	case <-s.over:
		return failure(kindTransient, "reach the supervisor", s.node.id, "the agent is ending")
	case <-ctx.Done():
		return failure(kindTransient, "reach the supervisor", s.node.id, "%v", ctx.Err())
	}
}

// start starts a process unless one runs. served may be nil.
func (s *supervisor) start(ctx context.Context, starter Starter, c Command, version string, served func()) error {
	return s.do(ctx, func() error {
		if s.process != nil {
			if s.state == agentproto.ProcessState_PROCESS_STOPPING {
				return failure(kindTransient, "start", s.node.id, "the process before is still stopping")
			}
			return nil
		}
		next := s.memory
		next.Incarnation++
		next.Running, next.Stopped, next.ExitCode, next.Error = true, false, 0, ""
		if err := next.keep(s.node.layout.State); err != nil { // before: a start that is not counted never happened
			return failure(kindTerminal, "start", s.node.id, "%v", err)
		}
		s.memory = next
		process, err := starter.Start(c)
		if err != nil {
			s.memory.Running, s.memory.Error = false, err.Error()
			s.state = agentproto.ProcessState_PROCESS_DEAD
			s.remember()
			return failure(kindTerminal, "start", s.node.id, "%v", err)
		}
		s.process, s.version, s.started, s.served = process, version, s.now(), served
		s.state, s.serving = agentproto.ProcessState_PROCESS_RUNNING, false
		s.publish()
		return nil
	})
}

// end takes note of the end of the process.
func (s *supervisor) end() {
	asked := s.state == agentproto.ProcessState_PROCESS_STOPPING
	code := s.process.ExitCode()
	words, orderly := s.node.lastWords(code, s.book)
	if s.served != nil {
		s.served()
		s.served = nil
	}
	s.process, s.serving, s.until = nil, false, time.Time{}
	s.lease.Stop()
	s.memory.Running, s.memory.Stopped, s.memory.ExitCode = false, asked || orderly, code
	s.memory.Error = words
	s.state = agentproto.ProcessState_PROCESS_DEAD
	if s.memory.Stopped {
		s.state = agentproto.ProcessState_PROCESS_STOPPED
	}
	s.remember()
}

// remember keeps the memory. Without it a restart of the container knows less, but
// the present run goes on.
func (s *supervisor) remember() {
	if err := s.memory.keep(s.node.layout.State); err != nil {
		s.book.addAs(severityError, "agent: "+err.Error())
	}
}

// signalStop begins an orderly end by a signal. It gives the process, nil if none
// runs.
func (s *supervisor) signalStop(ctx context.Context, signal Signal) (Process, error) {
	return s.stopWith(ctx, func(p Process) error { return p.Signal(signal) })
}

// stopWith marks the end as asked for and begins it. Without a process, the last
// end becomes one that was asked for.
func (s *supervisor) stopWith(ctx context.Context, begin func(Process) error) (Process, error) {
	var process Process
	err := s.do(ctx, func() error {
		if s.process == nil {
			if s.memory.Incarnation > 0 && !s.memory.Stopped {
				s.memory.Stopped, s.state = true, agentproto.ProcessState_PROCESS_STOPPED
				s.remember()
			}
			return nil
		}
		process = s.process
		s.thaw()
		s.state = agentproto.ProcessState_PROCESS_STOPPING
		return begin(process)
	})
	return process, err
}

// stayed takes back what stopWith said, when the process will not stop.
func (s *supervisor) stayed(ctx context.Context, p Process) error {
	return s.do(ctx, func() error {
		if s.process == p && s.state == agentproto.ProcessState_PROCESS_STOPPING {
			s.state = agentproto.ProcessState_PROCESS_RUNNING
		}
		return nil
	})
}

// kill ends the process unasked.
func (s *supervisor) kill(ctx context.Context) (Process, error) {
	var process Process
	err := s.do(ctx, func() error {
		if s.process == nil {
			return failure(kindDenied, "kill", s.node.id, "no process runs")
		}
		process = s.process
		return process.Signal(Kill)
	})
	return process, err
}

// pause freezes the process until a lease ends; a later one replaces it.
func (s *supervisor) pause(ctx context.Context, lease time.Duration) error {
	return s.do(ctx, func() error {
		running := s.state == agentproto.ProcessState_PROCESS_RUNNING || s.state == agentproto.ProcessState_PROCESS_PAUSED
		if s.process == nil || !running {
			return failure(kindDenied, "pause", s.node.id, "no process runs")
		}
		s.lease.Reset(lease) // first: whatever happens then, it ends
		if err := s.process.Signal(Freeze); err != nil {
			s.lease.Stop()
			return failure(kindTerminal, "pause", s.node.id, "%v", err)
		}
		s.until, s.state, s.serving = s.now().Add(lease), agentproto.ProcessState_PROCESS_PAUSED, false
		return nil
	})
}

// resume ends a pause; without one it does nothing.
func (s *supervisor) resume(ctx context.Context) error {
	return s.do(ctx, func() error {
		s.thaw()
		return nil
	})
}

func (s *supervisor) thaw() {
	if s.state != agentproto.ProcessState_PROCESS_PAUSED || s.process == nil {
		return
	}
	s.lease.Stop()
	s.until = time.Time{}
	s.state = agentproto.ProcessState_PROCESS_RUNNING
	if err := s.process.Signal(Thaw); err != nil {
		s.book.addAs(severityError, "agent: "+err.Error())
	}
}

// answered takes the result of a probe.
func (s *supervisor) answered(answers bool) {
	s.serving = answers && s.state == agentproto.ProcessState_PROCESS_RUNNING
	if s.serving && s.served != nil {
		s.served()
		s.served = nil
	}
}

// formed takes note that the data nodes have formed a cluster.
func (s *supervisor) formed(ctx context.Context) error {
	return s.do(ctx, func() error {
		if !s.memory.Formed {
			s.memory.Formed = true
			s.remember()
		}
		return nil
	})
}

// publish shows the present state, and rings if it is news.
func (s *supervisor) publish() {
	used, limit := s.node.memory()
	now := &agentproto.ProcessStatus{
		State: s.state, Incarnation: s.memory.Incarnation, ExitCode: int32(s.memory.ExitCode), //nolint:gosec // eight bits
		Error: s.memory.Error, HasData: s.node.hasData(), Serving: s.serving, MemoryUsed: used, MemoryLimit: limit,
	}
	if s.process != nil {
		now.Pid, now.StartedUnixMs, now.Version = int32(s.process.PID()), s.started.UnixMilli(), s.version //nolint:gosec // a pid
	}
	if !s.until.IsZero() {
		now.PauseUntilUnixMs = s.until.UnixMilli()
	}
	if before := s.view.Load(); before != nil {
		quiet := proto.CloneOf(before) // the memory used moves all the time: the heartbeat tells it
		quiet.MemoryUsed = now.GetMemoryUsed()
		if proto.Equal(quiet, now) {
			return
		}
	}
	s.view.Store(now)
	s.bell.ring()
}

// status is the newest, with the memory used of this moment.
func (s *supervisor) status() *agentproto.ProcessStatus {
	now := proto.CloneOf(s.view.Load())
	now.MemoryUsed, now.MemoryLimit = s.node.memory()
	return now
}

// current is the running process, nil if there is none.
func (s *supervisor) current(ctx context.Context) (Process, error) {
	var process Process
	err := s.do(ctx, func() error {
		process = s.process
		return nil
	})
	return process, err
}

func describeExit(code int) string {
	if code < 0 {
		return fmt.Sprintf("ended by signal %d", -code)
	}
	return fmt.Sprintf("ended with exit code %d", code)
}
