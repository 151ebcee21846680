package leftovers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
)

// these lists the same processes at each look.
func these(all ...process) lister { return func() ([]process, error) { return all, nil } }

func TestWhichProcessesAreStrays(t *testing.T) {
	roots := rootsFor(t)
	free, taken := made(t, roots, "free"), made(t, roots, "taken")
	locked(t, taken) // by this process
	gone := made(t, roots, "gone")
	check(t, os.RemoveAll(gone.Dir))
	self, other := os.Getpid(), engineProcess(t, free, nil).Process.Pid
	args := strings.Fields
	for name, one := range map[string]struct {
		process process
		stray   bool
	}{
		"its lock is free":             {process{other, commandLine(free)}, true},
		"its directory is gone":        {process{other, commandLine(gone)}, true},
		"its lock is another's":        {process{other, commandLine(taken)}, true},
		"it has its lock":              {process{self, commandLine(taken)}, false},
		"it has ended":                 {process{1 << 30, commandLine(free)}, false},
		"another command":              {process{other, args("rondb-tui status free --state /s")}, false},
		"another program":              {process{other, args("vi engine free --state /s")}, false},
		"more arguments":               {process{other, append(commandLine(free), "--more")}, false},
		"no name of ours":              {process{other, args("rondb-tui engine No_Name --state /s")}, false},
		"a directory from who knows":   {process{other, args("rondb-tui engine free --state s")}, false},
		"its directory cannot be read": {process{other, args("rondb-tui engine free --state /proc/self/fd/x\x00y")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			all := found(t, these(one.process))
			if got := len(all) == 1; got != one.stray || len(all) > 1 {
				t.Errorf("found %+v", all)
			}
		})
	}
}

// An engine that is starting takes its lock between the two looks; one that
// started between them may still do so.
func TestAnEngineThatIsStartingIsNoStray(t *testing.T) {
	place := made(t, rootsFor(t), "demo")
	other := engineProcess(t, place, nil).Process.Pid
	looks := 0
	all := found(t, func() ([]process, error) {
		if looks++; looks == 2 {
			locked(t, place)
		}
		return []process{{os.Getpid(), commandLine(place)}}, nil
	})
	if len(all) > 0 || looks != 2 {
		t.Errorf("%d looks, found %+v", looks, all)
	}
	looks = 0
	all = found(t, func() ([]process, error) {
		if looks++; looks == 1 {
			return []process{{1, commandLine(place)}}, nil
		}
		return []process{{other, commandLine(place)}}, nil
	})
	if len(all) > 0 || looks != 2 {
		t.Errorf("a new one: %d looks, found %+v", looks, all)
	}
}

// A process id used again between the looks is another process.
func TestOnlyWhatWasThereBothTimesIsAStray(t *testing.T) {
	is := func(pid int, start uint64) stray { return stray{owner: owner.Owner{PID: pid, Start: start}} }
	before := map[int]stray{10: is(10, 1), 11: is(11, 1), 12: is(12, 1), 14: is(14, 1)}
	now := map[int]stray{14: is(14, 1), 10: is(10, 1), 11: is(11, 2), 13: is(13, 1)}
	both := inBoth(before, now)
	if len(both) != 2 || both[0].owner.PID != 10 || both[1].owner.PID != 14 {
		t.Errorf("got %+v", both)
	}
}

func TestProcessesThatCannotBeListed(t *testing.T) {
	failure := errors.New("no /proc")
	_, err := strayEngines(t.Context(), func() ([]process, error) { return nil, failure }, moment)
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

// A real one: its state directory was removed under it.
func TestAStrayIsFoundAndEnded(t *testing.T) {
	place := made(t, rootsFor(t), "demo")
	cmd := engineProcess(t, place, nil)
	check(t, os.RemoveAll(filepath.Dir(place.Dir)))
	all := mine(found(t, list), cmd)
	check(t, cleared(t.Context(), t, all))
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) {
		t.Fatalf("it ended with %v", err)
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v", ended)
	}
	check(t, cleared(t.Context(), t, all)) // gone already
}

// One that took its lock after it was found is spared.
func TestAStrayThatOwnsItsClusterByNowIsSpared(t *testing.T) {
	place := made(t, rootsFor(t), "demo")
	cmd := engineProcess(t, place, nil)
	all := found(t, these(process{cmd.Process.Pid, commandLine(place)}))
	identity, there := owner.Of(cmd.Process.Pid)
	if !there {
		t.Fatal("it is not there")
	}
	lock, err := owner.Acquire(place.Lock, identity) // in its name
	check(t, err)
	wantKind(t, cleared(t.Context(), t, all), engine.KindConflict)
	if identity.State() != owner.Running {
		t.Errorf("it is %v", identity.State())
	}
	check(t, lock.Release())
}

// The path of a container's engine means another file here, so its lock says
// nothing: it is no stray.
func TestAnEngineInAnotherMountNamespaceIsNoStray(t *testing.T) {
	place := made(t, rootsFor(t), "demo")
	cmd := engineProcess(t, place, func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if os.Getuid() != 0 {
			cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		}
	})
	if all := mine(found(t, list), cmd); len(all) > 0 {
		t.Errorf("found %q", all[0].What)
	}
	beside := engineProcess(t, place, nil)
	if all := mine(found(t, list), beside); len(all) != 1 {
		t.Errorf("one among our mounts: found %+v", all)
	}
}

// mine leaves out what others on this machine may have left.
func mine(all []Leftover, cmd *exec.Cmd) []Leftover {
	var some []Leftover
	for _, one := range all {
		if strings.HasPrefix(one.What, fmt.Sprintf("process %d,", cmd.Process.Pid)) {
			some = append(some, one)
		}
	}
	return some
}
