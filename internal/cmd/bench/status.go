package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	commandRuns = 50
	settle      = 10 * time.Second // until a new cluster is at rest
)

// timed is a command whose time is taken, from exec to exit.
type timed struct {
	what  string
	args  []string
	env   []string // nil: of this process
	times []time.Duration
	used  []time.Duration // of the processor
}

// commandTimes runs small commands in turn, so that the machine's load is the same
// for all of them: ours, and of peers that ask a daemon over a unix socket as well.
func commandTimes(ctx context.Context, s *sandbox) error {
	const name = "status"
	if err := s.up(ctx, name); err != nil {
		return err
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	commands := []*timed{
		{what: "`rondb-tui version`, process start included", args: []string{s.binary, "version"}, env: s.environment()},
		{what: "`rondb-tui status -o json` of a cluster under the default load", args: []string{s.binary, "status", name, "-o", "json"}, env: s.environment()},
	}
	peers, end := s.peers(ctx)
	defer end()
	commands = append(commands, peers...)
	for range commandRuns {
		for _, c := range commands {
			if err := c.take(ctx); err != nil {
				return err
			}
		}
	}
	for _, c := range commands {
		row(c.what, "%s; processor p50 %.1f ms", spread(c.times), milliseconds(quantile(c.used, 0.5)))
	}
	ours := quantile(commands[1].times, 0.5)
	for _, peer := range peers {
		row("`status` against "+peer.what, "%.2f times", float64(ours)/float64(quantile(peer.times, 0.5)))
	}
	return s.down(ctx, name)
}

func (c *timed) take(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Env = c.env
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%v: %w", c.args, err)
	}
	c.times = append(c.times, time.Since(began))
	c.used = append(c.used, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	return nil
}

// peers are the commands to compare with whose daemon answers here. end ends the
// daemon that was started for it.
func (s *sandbox) peers(ctx context.Context) (peers []*timed, end func()) {
	end = func() {}
	if exec.CommandContext(ctx, "docker", "ps").Run() == nil {
		peers = append(peers, &timed{what: "`docker ps`", args: []string{"docker", "ps"}})
	}
	tmux := func(args ...string) []string {
		return append([]string{"tmux", "-S", filepath.Join(s.dir, "tmux"), "-f", "/dev/null"}, args...)
	}
	start := tmux("new-session", "-d", "sleep", "600")
	if exec.CommandContext(ctx, start[0], start[1:]...).Run() == nil {
		peers = append(peers, &timed{what: "`tmux ls`", args: tmux("ls")})
		end = func() {
			kill := tmux("kill-server")
			_ = exec.CommandContext(context.WithoutCancel(ctx), kill[0], kill[1:]...).Run() // its sleep ends anyhow
		}
	}
	return peers, end
}

// pause waits unless the measuring is broken off.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
