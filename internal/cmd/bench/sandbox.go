package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"rondb-tui/host/owner"
)

const (
	commandLimit = time.Minute      // one command of the program
	cleanLimit   = 20 * time.Second // ending one cluster
	politeEnd    = 5 * time.Second  // before an engine that does not end is killed
)

// sandbox is a built binary with directories of its own, and the clusters that
// were started in it.
type sandbox struct {
	dir      string
	binary   string
	clusters []string
}

func newSandbox(ctx context.Context) (*sandbox, error) {
	dir, err := os.MkdirTemp("", "rt") // short: there is a limit to the path of a socket
	if err != nil {
		return nil, err
	}
	s := &sandbox{dir: dir, binary: filepath.Join(dir, "rondb-tui")}
	if err := os.Mkdir(filepath.Join(dir, "r"), 0o700); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.binary, "./cmd/rondb-tui")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, errors.Join(fmt.Errorf("build: %w", err), os.RemoveAll(dir))
	}
	return s, nil
}

// environment leads the program to the sandbox.
func (s *sandbox) environment() []string {
	var env []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, "XDG_") && !strings.HasPrefix(one, "RONDB_TUI_") && !strings.HasPrefix(one, "TERM=") {
			env = append(env, one)
		}
	}
	return append(env, "TERM=xterm-256color", "XDG_STATE_HOME="+filepath.Join(s.dir, "s"), "XDG_RUNTIME_DIR="+filepath.Join(s.dir, "r"))
}

func (s *sandbox) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = s.environment()
	cmd.WaitDelay = time.Second
	return cmd
}

// do runs a command of the program to its end.
func (s *sandbox) do(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	if out, err := s.command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("rondb-tui %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// up starts a cluster in the background and waits until a write went through
// every MySQL server of it.
func (s *sandbox) up(ctx context.Context, name string, flags ...string) error {
	s.clusters = append(s.clusters, name)
	return s.do(ctx, append([]string{"up", name, "--driver", "sim", "-d", "--wait", "ready"}, flags...)...)
}

// engine finds the process of a cluster's engine.
func (s *sandbox) engine(name string) (pid string, err error) {
	o, held, err := owner.Look(s.lock(name))
	if err == nil && !held {
		err = fmt.Errorf("nobody owns cluster %s", name)
	}
	return fmt.Sprint(o.PID), err
}

func (s *sandbox) lock(name string) string {
	return filepath.Join(s.dir, "s", "rondb-tui", name, "lock")
}

// down ends a cluster; its engine as well if it does not do what it is told.
func (s *sandbox) down(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, cleanLimit)
	defer cancel()
	err := s.do(ctx, "down", name, "--volumes", "--yes")
	if o, held, looked := owner.Look(s.lock(name)); looked == nil && held {
		return errors.Join(err, owner.End(ctx, s.lock(name), o, politeEnd))
	}
	return err
}

// close ends every cluster that is up, also after an interrupt, and removes the
// directory.
func (s *sandbox) close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for _, name := range s.clusters {
		if _, err := s.engine(name); err == nil {
			errs = append(errs, s.down(ctx, name))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}
