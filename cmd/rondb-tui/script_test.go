//go:build linux || darwin

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// TestMain lets the scripts run this program as the process rondb-tui, and that
// process start its engines.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rondb-tui": main})
}

// TestScripts runs the sessions in testdata/script: the program as a process, as
// a person or a script would call it, off a terminal. After each of them there
// must be no engine and no file left.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			home, err := os.MkdirTemp("", "rt") //nolint:usetesting // short: a socket's path has its limit
			if err != nil {
				return err
			}
			env.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
			env.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "run"))
			env.Defer(func() { endAll(t, home) })
			return os.Mkdir(filepath.Join(home, "run"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"signal":   sendTo,
			"nothing":  nothingLeft,
			"truncate": truncate,

			"reachable": reachable,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// exits runs a program and checks its exit code, and that no output holds an
// escape code: exits CODE PROGRAM [ARG...].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v: %v", args[1:], err)
	}
	for _, output := range []string{"stdout", "stderr"} {
		if text := ts.ReadFile(output); strings.ContainsAny(text, "\x1b\u009b") {
			ts.Fatalf("an escape code off a terminal, in %s: %q", output, text)
		}
	}
	if code != want {
		ts.Fatalf("%v: exit code %d, want %d", args[1:], code, want)
	}
}

// sendTo sends a signal to the engine of a cluster: signal NAME CLUSTER. After
// KILL it waits until the engine is gone.
func sendTo(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT, "HUP": syscall.SIGHUP}
	lock := filepath.Join(ts.Getenv("XDG_STATE_HOME"), "rondb-tui", args[1], paths.LockFile)
	o, held, err := owner.Look(lock)
	ts.Check(err)
	if !held {
		ts.Fatalf("cluster %s has no engine", args[1])
	}
	ts.Check(syscall.Kill(o.PID, signals[args[0]]))
	want := map[string]owner.State{"KILL": owner.Gone, "STOP": owner.Stopped}
	if state, waits := want[args[0]]; waits && !eventually(func() bool { return o.State() == state }) {
		ts.Fatalf("the engine of %s is not %s", args[1], state)
	}
}

// nothingLeft says that no file of ours is left.
func nothingLeft(ts *testscript.TestScript, _ bool, _ []string) {
	for _, root := range []string{ts.Getenv("XDG_STATE_HOME"), ts.Getenv("XDG_RUNTIME_DIR")} {
		entries, err := os.ReadDir(root)
		if err != nil && !os.IsNotExist(err) {
			ts.Fatalf("%v", err)
		}
		if len(entries) > 0 {
			ts.Fatalf("left in %s: %v", root, entries)
		}
	}
}

// reachable waits until the engine of a cluster has its socket: reachable NAME.
func reachable(ts *testscript.TestScript, _ bool, args []string) {
	socket := filepath.Join(ts.Getenv("XDG_RUNTIME_DIR"), "rondb-tui", args[0]+".sock")
	if !eventually(func() bool { _, err := os.Stat(socket); return err == nil }) {
		ts.Fatalf("there is no %s", socket)
	}
}

// truncate cuts bytes off the end of a file: truncate FILE COUNT.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	info, err := os.Stat(args[0])
	ts.Check(err)
	ts.Check(os.Truncate(args[0], info.Size()-int64(count)))
}

// endAll ends the engines that a script left, which is a failure of a script that
// passed otherwise.
func endAll(t *testing.T, home string) {
	locks, err := filepath.Glob(filepath.Join(home, "state", "rondb-tui", "*", paths.LockFile))
	if err != nil {
		t.Error(err)
	}
	for _, lock := range locks {
		o, held, err := owner.Look(lock)
		if err != nil || !held {
			continue
		}
		t.Errorf("the script left an engine: process %d", o.PID)
		if err := owner.End(t.Context(), lock, o, time.Second); err != nil {
			t.Error(err)
		}
	}
	if err := os.RemoveAll(home); err != nil {
		t.Error(err)
	}
}
