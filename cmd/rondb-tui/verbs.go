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
	"time"

	"rondb-tui/chaos"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// Forms of output that several commands know.
const (
	outputTable   = "table"
	outputJSON    = "json"
	outputOneline = "oneline"
	outputText    = "text"
	outputCSV     = "csv"
)

// with reaches the engine of a cluster and does something with it. An interrupt
// breaks that off with exit code 130; the cluster goes on.
func (p *program) with(ctx context.Context, name string, do func(context.Context, *control.Client) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := p.connect(ctx, name)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer closing(client)
	return interrupted(ctx, whereLost(client.Info().Cluster, do(ctx, client)))
}

// whereLost says which cluster's engine is gone, if that is why something failed.
func whereLost(name engine.ClusterName, err error) error {
	if !errors.Is(err, control.ErrLost) {
		return err
	}
	return withCode(exitNotFound, fmt.Errorf("the engine of cluster %q is gone (%w); `rondb-tui up %s` starts it with the same desired state", name, err, name))
}

// interrupted gives an error its exit code if it only tells that the command was
// broken off.
func interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return withCode(exitInterrupted, errors.New("interrupted; the cluster goes on"))
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	hint := "use " + alternatives(words)
	if near, found := chaos.Nearest(words, value); found {
		hint = fmt.Sprintf("do you mean %s? There are %s", near, strings.Join(words, ", "))
	}
	return withCode(exitUsage, fmt.Errorf("--%s %q is not known; %s", flag, value, hint))
}

// alternatives writes words as a choice: "table, json or csv".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// aboveZero checks a flag that takes a duration.
func aboveZero(flag string, d time.Duration) error {
	if d > 0 {
		return nil
	}
	return withCode(exitUsage, fmt.Errorf("--%s %v is out of range; use a duration above 0, such as 1m", flag, d))
}

// counted writes a number of things: "1 step", "2 steps".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
