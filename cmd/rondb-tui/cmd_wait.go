package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
)

func newWait(p *program) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "wait CONDITION [NAME]",
		Short: "Wait until a condition holds",
		Long: "Wait until a condition of the cluster holds:\n" +
			"  ready         a row went through every MySQL server\n" +
			"  converged     everything is as the desired state wants it\n" +
			"  healthy       the cluster serves with all its redundancy\n" +
			"  stopped       the cluster was stopped in order\n" +
			"  node=5:WORD   node 5 is in the status WORD: started, dead, paused, …\n" +
			"  ledger=clean  every acknowledged write was read back, none is lost",
		Example: "  rondb-tui wait healthy demo --timeout 1m",
		Args:    usageArgs(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			reached, err := condition(args[0])
			if err != nil {
				return err
			}
			if err := aboveZero("timeout", timeout); err != nil {
				return err
			}
			return p.wait(cmd.Context(), nameArg(args[1:]), args[0], timeout, reached)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", defaultTimeout, "give up after this long without progress")
	return cmd
}

func (p *program) wait(ctx context.Context, name, what string, timeout time.Duration, reached func(*engine.Snapshot) bool) error {
	client, err := p.connect(ctx, name)
	if err != nil {
		return err
	}
	defer closing(client)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = whereLost(client.Info().Cluster, p.until(ctx, client, timeout, reached))
	if errors.Is(err, context.Canceled) {
		return withCode(exitInterrupted, fmt.Errorf("interrupted before the cluster was %s", what))
	}
	return err
}

// condition reads what is to be waited for.
func condition(text string) (func(*engine.Snapshot) bool, error) {
	conditions := map[string]func(*engine.Snapshot) bool{
		waitReady:      ready,
		waitConverged:  converged,
		"healthy":      healthy,
		"stopped":      func(s *engine.Snapshot) bool { return s.Cluster.Health == engine.Stopped && converged(s) },
		"ledger=clean": clean(),
	}
	if reached, ok := conditions[text]; ok {
		return reached, nil
	}
	if node, ok := strings.CutPrefix(text, "node="); ok {
		return nodeCondition(node)
	}
	return nil, withCode(exitUsage, fmt.Errorf("there is no condition %q; use ready, converged, healthy, stopped, node=ID:STATUS or ledger=clean", text))
}

// clean says that as many writes were verified as were acknowledged when it was
// first asked, and that none failed: under load there is always one on its way.
func clean() func(*engine.Snapshot) bool {
	var acked *uint64
	return func(s *engine.Snapshot) bool {
		l := &s.Load.Ledger
		if acked == nil {
			asked := l.Acked
			acked = &asked
		}
		return l.Verdict == engine.VerdictPass && l.Lost == 0 && l.Verified+l.RolledBack >= *acked
	}
}

func nodeCondition(text string) (func(*engine.Snapshot) bool, error) {
	number, word, _ := strings.Cut(text, ":")
	id, err := strconv.Atoi(number)
	var status engine.NodeStatus
	if err == nil {
		err = status.UnmarshalText([]byte(word))
	}
	if err != nil || status.String() != word || id < 1 || id > engine.MaxNodeID {
		return nil, withCode(exitUsage, fmt.Errorf("node=%s is no condition; use node=ID:STATUS, such as node=5:started", text))
	}
	return func(s *engine.Snapshot) bool {
		n, found := s.Cluster.Observed.Node(engine.NodeID(id))
		return found && n.Status == status
	}, nil
}
