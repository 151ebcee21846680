package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// measure is one group of figures.
type measure struct {
	name string
	run  func(context.Context, *sandbox) error
}

func measures() []measure {
	return []measure{
		{"boot", bootTime},
		{"status", commandTimes},
		{"attach", attachTime},
		{"events", eventFlood},
		{"idle", idleCost},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == publishCommand {
		return publish(ctx, args[1])
	}
	all := measures()
	for _, name := range args {
		if !slices.ContainsFunc(all, func(m measure) bool { return m.name == name }) {
			return fmt.Errorf("there is no measure %q: boot, status, attach, events, idle", name)
		}
	}
	s, err := newSandbox(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("load of the machine at the beginning: %s\n\n| what | measured |\n|---|---|\n", machineLoad())
	for _, m := range all {
		if len(args) > 0 && !slices.Contains(args, m.name) {
			continue
		}
		if err := m.run(ctx, s); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", m.name, err), s.close(ctx))
		}
	}
	fmt.Printf("\nload of the machine at the end: %s\n", machineLoad())
	return s.close(ctx)
}

// machineLoad is how many others want the processor, over 1, 5 and 15 minutes.
func machineLoad() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 3 {
		return strings.Join(fields[:3], " ")
	}
	return "unknown"
}

// row prints one row of the table.
func row(what, format string, args ...any) {
	fmt.Printf("| %s | %s |\n", what, fmt.Sprintf(format, args...))
}
