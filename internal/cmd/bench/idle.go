package main

import (
	"context"
	"errors"
	"strconv"
	"time"
)

const (
	idleFor   = time.Minute
	idleStart = 15 * time.Second // the boot is over, and the garbage of it collected
)

// resting is a process whose cost is measured.
type resting struct {
	what   string
	pid    string
	before usage
}

// idleCost starts clusters that do nothing and reads from /proc what their
// processes use, all in the same minute; then the same under the default load,
// for comparison.
func idleCost(ctx context.Context, s *sandbox) error {
	for _, name := range []string{"none", "watched", "stopped"} {
		flags := []string{"--workload", "none"}
		if name == "stopped" {
			flags = nil
		}
		if err := s.up(ctx, name, flags...); err != nil {
			return err
		}
	}
	if err := s.do(ctx, "workload", "stop", "stopped"); err != nil {
		return err
	}
	c, err := s.openConsole(ctx, "attach", "watched")
	if err != nil {
		return err
	}
	all := []*resting{{what: "idle console, 120x40, its engine in another process", pid: strconv.Itoa(c.cmd.Process.Pid)}}
	for _, e := range []struct{ name, what string }{
		{"none", "idle engine, `--workload none`, no console"},
		{"stopped", "idle engine, load stopped, no console"},
		{"watched", "idle engine, `--workload none`, one idle console attached"},
	} {
		pid, err := s.engine(e.name)
		if err != nil {
			return errors.Join(err, c.end())
		}
		all = append(all, &resting{what: e.what, pid: pid})
	}
	err = errors.Join(c.firstFrame(ctx), rest(ctx, all), c.end())
	for _, name := range []string{"none", "watched", "stopped"} {
		err = errors.Join(err, s.down(ctx, name))
	}
	if err != nil {
		return err
	}
	return loadedCost(ctx, s)
}

// loadedCost is for comparison: client, MySQL servers and data nodes are all in
// the engine's process.
func loadedCost(ctx context.Context, s *sandbox) error {
	const name = "loaded"
	if err := s.up(ctx, name); err != nil {
		return err
	}
	pid, err := s.engine(name)
	if err != nil {
		return err
	}
	err = rest(ctx, []*resting{{what: "engine with the default load (200 transfers/s, verified), no console", pid: pid}})
	return errors.Join(err, s.down(ctx, name))
}

// rest waits until the processes are at rest, and prints what each used over a
// while.
func rest(ctx context.Context, all []*resting) error {
	if err := pause(ctx, idleStart); err != nil {
		return err
	}
	began := time.Now()
	for _, r := range all {
		var err error
		if r.before, err = usageOf(r.pid); err != nil {
			return err
		}
	}
	if err := pause(ctx, idleFor); err != nil {
		return err
	}
	for _, r := range all {
		after, err := usageOf(r.pid)
		if err != nil {
			return err
		}
		row(r.what, "%.2f %% of a core over %v, %d MB resident",
			share(after.processor-r.before.processor, time.Since(began)), idleFor, after.resident>>20)
	}
	return nil
}

// end is close for whom its time does not matter.
func (c *console) end() error {
	_, err := c.close()
	return err
}
