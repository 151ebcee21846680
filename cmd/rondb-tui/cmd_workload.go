package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/internal/statusdoc"
)

// auditSeen bounds how long the result of an audit takes to arrive.
const auditSeen = 10 * time.Second

func newWorkload(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "workload",
		Short: "Start, stop or measure the load",
		Long: "Start, stop or measure the load that the cluster was started with (`up --workload`). Its ledger\n" +
			"knows every acknowledged write; `rondb-tui audit` checks all of them.",
		Example: "  rondb-tui workload start demo --rate 500\n" +
			"  rondb-tui workload stop\n" +
			"  rondb-tui workload stats -o json",
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newWorkloadStart(p), newWorkloadStop(p), newWorkloadStats(p))
	return cmd
}

func newWorkloadStart(p *program) *cobra.Command {
	var rate, clients int
	cmd := &cobra.Command{
		Use:     "start [NAME]",
		Short:   "Start the load, or change its rate or clients",
		Example: "  rondb-tui workload start demo --rate 500 --clients 16",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			running := true
			intent := engine.SetLoad{Running: &running}
			if cmd.Flags().Changed("rate") {
				intent.Rate = &rate
			}
			if cmd.Flags().Changed("clients") {
				intent.Clients = &clients
			}
			return p.setLoad(cmd.Context(), nameArg(args), intent, "the load is started")
		},
	}
	cmd.Flags().IntVar(&rate, "rate", 0, fmt.Sprintf("operations per second, 1 to %d; else as it is", maxRate))
	cmd.Flags().IntVar(&clients, "clients", 0, fmt.Sprintf("clients of the load, 1 to %d; else as it is", maxClients))
	return cmd
}

func newWorkloadStop(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "stop [NAME]",
		Short:   "Stop the load; its ledger is kept",
		Example: "  rondb-tui workload stop demo",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			running := false
			return p.setLoad(cmd.Context(), nameArg(args), engine.SetLoad{Running: &running}, "the load is stopped")
		},
	}
}

func (p *program) setLoad(ctx context.Context, name string, intent engine.SetLoad, done string) error {
	return p.with(ctx, name, func(ctx context.Context, client *control.Client) error {
		if err := client.Submit(ctx, engine.Request{Intent: intent, By: actorCLI}); err != nil {
			return err
		}
		p.print("%s", done)
		return nil
	})
}

func newWorkloadStats(p *program) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "stats [NAME]",
		Short: "Print throughput, latency and the ledger's counts",
		Long: "Print throughput, latency and the ledger's counts; with -o json they are the `workload` object of\n" +
			"docs/status-schema.md. A figure that nobody measured is null, or - in the table.",
		Example: "  rondb-tui workload stats demo -o json",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, outputTable, outputJSON); err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(_ context.Context, client *control.Client) error {
				load := statusdoc.From(client.Latest()).Workload
				if output == outputJSON {
					return printJSON(p, load)
				}
				return p.printPairs(loadPairs(&load))
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", outputTable, "table or json")
	return cmd
}

func newAudit(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "audit [NAME]",
		Short: "Check every acknowledged write now",
		Long: "Read everything back and check it against the ledger of acknowledged writes, then print the\n" +
			"ledger. Exit code 11: an acknowledged write is lost. Exit code 12: inconclusive, the audit could\n" +
			"not be done, or a write whose reply was lost is neither found nor surely absent. Exit code 1: the\n" +
			"data is wrong in another way.",
		Example: "  rondb-tui audit demo",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), nameArg(args), p.audit)
		},
	}
}

// audit has the ledger audited and prints it as it is afterwards.
func (p *program) audit(ctx context.Context, client *control.Client) error {
	before := client.Latest().Load.Ledger.Audits
	if err := client.Submit(ctx, engine.Request{Intent: engine.AuditLoad{}, By: actorCLI}); err != nil {
		return unsure(ctx, err)
	}
	quiet := &program{stdin: p.stdin, stdout: p.stdout, stderr: io.Discard} // steps of a plan are not the answer
	err := quiet.until(ctx, client, auditSeen, func(s *engine.Snapshot) bool { return s.Load.Ledger.Audits > before })
	if err != nil {
		return unsure(ctx, err)
	}
	s := client.Latest()
	if err := p.printPairs(ledgerPairs(&s.Load.Ledger)); err != nil {
		return err
	}
	if err := verdict(s); err != nil {
		return err
	}
	return conclusive(&s.Load.Ledger)
}

// unsure gives the failure of an audit its exit code, unless it was interrupted.
func unsure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return withCode(exitUnsure, fmt.Errorf("the audit could not be done: %w", err))
}

// conclusive says whether the ledger can claim that everything is there.
func conclusive(l *engine.LedgerView) error {
	open := unresolved(l)
	switch {
	case l.Verdict != engine.VerdictPass:
		return withCode(exitUnsure, errors.New("inconclusive: not every acknowledged write could be read back"))
	case open > 0:
		return withCode(exitUnsure, fmt.Errorf("inconclusive: of %s without a reply it is not known whether they were applied", counted(open, "write")))
	}
	return nil
}

// unresolved counts the writes without a reply that were neither found nor surely
// absent.
func unresolved(l *engine.LedgerView) int {
	return int(l.Unknown - min(l.Unknown, l.UnknownPresent+l.UnknownAbsent)) //nolint:gosec // far below the limit
}
