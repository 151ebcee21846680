//go:build linux || darwin

package owner

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rondb-tui/engine"
)

// long is a time that a test never waits out.
const long = time.Minute

// newHolder starts a process that has the lock.
func newHolder(t *testing.T, path string) (*competitor, Owner) {
	t.Helper()
	c := newCompetitor(t, path)
	c.must(t, "take")
	o, held := mustLook(t, path)
	if !held || o.PID != c.pid() {
		t.Fatalf("held %v by %+v, want %d", held, o, c.pid())
	}
	return c, o
}

// record is what a process that is no holder would be recorded as.
func record(t *testing.T, pid int) Owner {
	t.Helper()
	p, err := lookUp(pid)
	if err != nil || p.state == Gone {
		t.Fatalf("process %d: %+v, %v", pid, p, err)
	}
	return Owner{PID: pid, Start: p.start}
}

// mustLive says that a process was not signalled: it still answers.
func (c *competitor) mustLive(t *testing.T) {
	t.Helper()
	c.send(t, "are you there")
	if got := c.answer(t); got != "what?" {
		t.Errorf("process %d answers %q", c.pid(), got)
	}
}

func TestTheLockOfAKilledOwnerIsFreeAtOnce(t *testing.T) {
	path := lockPath(t)
	c, o := newHolder(t, path)
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.waitFor(t, 0, unix.WaitStatus.Signaled)
	last, held := mustLook(t, path)
	if held || last != o || o.State() != Gone {
		t.Errorf("held %v, last owner %+v (%v), want %+v", held, last, o.State(), o)
	}
	file, got, err := tryLock(path) // once, so at once
	if err != nil || !got {
		t.Fatalf("not free: %v", err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoppedOwnerStaysTheOwner(t *testing.T) {
	path := lockPath(t)
	c, o := newHolder(t, path)
	c.stop(t)
	if now, held := mustLook(t, path); !held || now != o || o.State() != Stopped {
		t.Errorf("held %v by %+v, %v", held, now, o.State())
	}
	_, err := acquire(path)
	var refusal *HeldError
	if !errors.As(err, &refusal) || refusal.Owner.PID != c.pid() {
		t.Fatalf("got %v", err)
	}
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.mustLive(t)
	if o.State() != Running {
		t.Errorf("it is %v", o.State())
	}
}

// An end must not wait out polite where it need not: the tests give a minute, and
// the deadline of the context is shorter.
func TestEnd(t *testing.T) {
	cases := map[string]struct {
		prepare func(*testing.T, *competitor)
		polite  time.Duration
		by      syscall.Signal
	}{
		"polite":       {nil, long, syscall.SIGTERM},
		"at once":      {nil, 0, syscall.SIGKILL},
		"a stopped":    {func(t *testing.T, c *competitor) { c.stop(t) }, long, syscall.SIGKILL},
		"a deaf owner": {func(t *testing.T, c *competitor) { c.must(t, "deaf") }, 50 * time.Millisecond, syscall.SIGKILL},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			path := lockPath(t)
			c, o := newHolder(t, path)
			if one.prepare != nil {
				one.prepare(t, c)
			}
			ctx, cancel := context.WithTimeout(t.Context(), long/2)
			defer cancel()
			if err := End(ctx, path, o, one.polite); err != nil {
				t.Fatal(err)
			}
			c.waitFor(t, 0, func(s unix.WaitStatus) bool { return s.Signaled() && s.Signal() == one.by })
			lock := mustAcquire(t, path)
			if err := lock.Release(); err != nil {
				t.Fatal(err)
			}
			if err := End(ctx, path, o, long); err != nil {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}

// Who was asked politely ends by itself: nothing signals it meanwhile.
func TestAwaitGone(t *testing.T) {
	path := lockPath(t)
	c, o := newHolder(t, path)
	if gone, err := AwaitGone(t.Context(), path, o, 20*time.Millisecond); gone || err != nil {
		t.Errorf("it is there: %v, %v", gone, err)
	}
	c.stop(t)
	if gone, err := AwaitGone(t.Context(), path, o, long); gone || err != nil {
		t.Errorf("it is stopped: %v, %v", gone, err)
	}
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.mustLive(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := AwaitGone(ctx, path, o, long)
	wantKind(t, err, engine.KindTransient)

	type result struct {
		gone bool
		err  error
	}
	awaited := make(chan result)
	go func() {
		gone, err := AwaitGone(t.Context(), path, o, long)
		awaited <- result{gone, err}
	}()
	c.send(t, "quit")
	c.waitFor(t, 0, func(s unix.WaitStatus) bool { return s.Exited() && s.ExitStatus() == 0 })
	if got := <-awaited; !got.gone || got.err != nil {
		t.Errorf("it went by itself: %+v", got)
	}
	if gone, err := AwaitGone(t.Context(), path, o, 0); !gone || err != nil {
		t.Errorf("it was gone already: %v, %v", gone, err)
	}
}

func TestEndGivesUpWithItsContext(t *testing.T) {
	path := lockPath(t)
	c, o := newHolder(t, path)
	c.must(t, "deaf")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := End(ctx, path, o, long)
	wantKind(t, err, engine.KindTransient)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	c.mustLive(t)
}

func TestEndSpares(t *testing.T) {
	path := lockPath(t)
	holder, o := newHolder(t, path)
	bystander := newCompetitor(t, path)
	other := record(t, bystander.pid())
	reused := other // the record of an owner whose id the bystander has now
	reused.Start++

	for name, one := range map[string]struct {
		o    Owner
		kind engine.ErrorKind
	}{
		"a process that does not hold it": {other, engine.KindConflict},
		"a process id used again":         {reused, engine.KindConflict},
		"the first process":               {Owner{PID: 1}, engine.KindDenied},
		"this process":                    {record(t, os.Getpid()), engine.KindDenied},
		"a process group":                 {Owner{PID: -holder.pid(), Start: o.Start}, engine.KindDenied},
		"every process":                   {Owner{PID: -1}, engine.KindDenied},
		"nobody":                          {Owner{}, engine.KindDenied},
	} {
		t.Run(name, func(t *testing.T) { wantKind(t, End(t.Context(), path, one.o, 0), one.kind) })
	}
	holder.must(t, "let")
	wantKind(t, End(t.Context(), path, o, 0), engine.KindConflict) // it lives, and owns nothing
	if err := End(t.Context(), path, reused, 0); err != nil {      // its process is gone and the lock free: over
		t.Error(err)
	}
	holder.mustLive(t)
	bystander.mustLive(t)
}

// The worst a reused id can meet: the file names it as the owner, and a lock is
// held, by somebody who did not write who he is.
func TestEndSparesAReusedIDThatTheFileNames(t *testing.T) {
	path := lockPath(t)
	bystander := newCompetitor(t, path)
	reused := record(t, bystander.pid())
	reused.Start++
	text, err := json.Marshal(reused)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if got, err := flock(file, true); !got || err != nil {
		t.Fatal(got, err)
	}
	wantKind(t, End(t.Context(), path, reused, 0), engine.KindConflict)
	bystander.mustLive(t)
}

// Two processes take over from a stopped owner at the same time: each ends the
// owner it knows and takes the lock. One is the owner afterwards, and the other
// never ends that one.
func TestTwoTakeOversLeaveOneOwner(t *testing.T) {
	path := lockPath(t)
	takers := [2]*competitor{newCompetitor(t, path), newCompetitor(t, path)}
	for round := range 25 {
		old, o := newHolder(t, path)
		old.stop(t)
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range takers {
			c.send(t, "end "+string(text)+"\ntake")
		}
		winner := -1
		for i, c := range takers {
			ended, took := c.answer(t), c.answer(t)
			if ended != "done" && !strings.HasPrefix(ended, "lost to ") { // the other may have it already
				t.Fatalf("round %d: end: %s", round, ended)
			}
			if took == "done" && winner >= 0 {
				t.Fatalf("round %d: both have it", round)
			}
			if took == "done" {
				winner = i
			}
		}
		now, held := mustLook(t, path)
		if winner < 0 || !held || now.PID != takers[winner].pid() {
			t.Fatalf("round %d: winner %d, held %v by %+v", round, winner, held, now)
		}
		old.waitFor(t, 0, unix.WaitStatus.Signaled)
		takers[winner].must(t, "let")
	}
	for _, c := range takers {
		c.mustLive(t)
	}
}
