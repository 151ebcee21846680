package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// defaultTail is how many lines of each log are printed.
const defaultTail = 100

// logFlags is what the command line of `logs` says.
type logFlags struct {
	output string
	follow bool
	tail   int
	seed   uint64
}

func newLogs(p *program) *cobra.Command {
	var flags logFlags
	cmd := &cobra.Command{
		Use:   "logs [NAME] SELECTOR",
		Short: "Print what nodes wrote",
		Long: "Print the newest lines of the logs of one or several nodes, merged by their time. A management\n" +
			"server has the cluster log. With -f new lines follow as they come. -o json writes an object a line:\n" +
			"node, seq (counts the lines of the node), time (UTC), severity, text.\n\n" + selectorHelp,
		Example: "  rondb-tui logs ndb_mgmd\n" +
			"  rondb-tui logs demo ng0 -f --tail 20",
		Args: usageArgs(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			name, choice, err := nameAndSelector(args, flags.seed)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), name, func(ctx context.Context, client *control.Client) error {
				return p.logs(ctx, client, choice, &flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.output, "output", "o", outputText, "text or json")
	f.BoolVarP(&flags.follow, "follow", "f", false, "go on with new lines until interrupted")
	f.IntVar(&flags.tail, "tail", defaultTail, fmt.Sprintf("how many lines of each log, at most %d", engine.MaxLogLines))
	f.Uint64Var(&flags.seed, "seed", 0, "seed of a choice by one, one-per-group or safe; 0 draws one")
	return cmd
}

func (f *logFlags) check() error {
	if f.tail < 0 || f.tail > engine.MaxLogLines {
		return withCode(exitUsage, fmt.Errorf("--tail %d is out of range; use 0 to %d lines", f.tail, engine.MaxLogLines))
	}
	return oneOf("output", f.output, outputText, outputJSON)
}

func (p *program) logs(ctx context.Context, client *control.Client, choice *selection, flags *logFlags) error {
	targets, err := p.resolve(&client.Latest().Cluster, choice)
	if err != nil {
		return err
	}
	if flags.follow {
		return p.streamEnd(ctx, p.followLogs(ctx, client, targets, flags))
	}
	lines, err := p.tailLogs(ctx, client, targets, flags.tail)
	if err != nil {
		return err
	}
	slices.SortStableFunc(lines, func(a, b engine.LogLine) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Seq, b.Seq))
	})
	return printLog(p.stdout, lines, flags.output, len(targets) > 1)
}

// tailLogs reads one log after the other. Among several nodes, those without a
// log are named and left out, unless there is none with one.
func (p *program) tailLogs(ctx context.Context, client *control.Client, targets []engine.Slot, tail int) ([]engine.LogLine, error) {
	var lines []engine.LogLine
	var none error
	for _, slot := range targets {
		err := client.Logs(ctx, slot.ID, tail, false, func(more []engine.LogLine) error {
			lines = append(lines, named(more, slot.ID)...)
			return nil
		})
		switch {
		case err == nil:
		case engine.KindOf(err) != engine.KindNotFound || len(targets) == 1:
			return nil, err
		default:
			p.say("%s has no log", slot)
			none = err
		}
	}
	if len(lines) == 0 {
		return nil, none
	}
	return lines, nil
}

// logBatch is what the log of one node gave.
type logBatch struct {
	slot  engine.Slot
	lines []engine.LogLine
	none  bool // the node has no log
}

// followLogs prints the logs as they grow. Each node has a goroutine that reads;
// this one prints.
func (p *program) followLogs(ctx context.Context, client *control.Client, targets []engine.Slot, flags *logFlags) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	batches, ended := make(chan logBatch), make(chan error, 1)
	for _, slot := range targets {
		group.Go(func() error { return followLog(ctx, client, slot, len(targets) > 1, flags.tail, batches) })
	}
	go func() {
		ended <- group.Wait()
		close(batches)
	}()
	var failed error
	for batch := range batches {
		switch {
		case failed != nil: // what comes after a failed write is only taken off
		case batch.none:
			p.say("%s has no log", batch.slot)
		default:
			failed = printLog(p.stdout, batch.lines, flags.output, len(targets) > 1)
		}
		if failed != nil {
			cancel()
		}
	}
	return cmp.Or(failed, <-ended)
}

// followLog hands on what one log gives. Among several nodes, one without a log
// does not end the others.
func followLog(ctx context.Context, client *control.Client, slot engine.Slot, several bool, tail int, batches chan<- logBatch) error {
	send := func(batch logBatch) error {
		select {
		case batches <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := client.Logs(ctx, slot.ID, tail, true, func(more []engine.LogLine) error {
		return send(logBatch{slot: slot, lines: named(more, slot.ID)})
	})
	if several && engine.KindOf(err) == engine.KindNotFound {
		return send(logBatch{slot: slot, none: true})
	}
	return err
}

// named makes sure that each line tells whose it is.
func named(lines []engine.LogLine, node engine.NodeID) []engine.LogLine {
	for i := range lines {
		lines[i].Node = node
	}
	return lines
}

// logLine is a line of a log as `logs -o json` writes it.
type logLine struct {
	Node     engine.NodeID `json:"node"`
	Seq      uint64        `json:"seq"`
	Time     string        `json:"time"` // RFC 3339 with nanoseconds, UTC
	Severity string        `json:"severity"`
	Text     string        `json:"text"`
}

func printLog(w io.Writer, lines []engine.LogLine, output string, several bool) error {
	var b strings.Builder
	for i := range lines {
		if output == outputText {
			b.WriteString(logText(lines[i], several, time.Local) + "\n")
			continue
		}
		l := &lines[i]
		text, err := jsonLine(logLine{l.Node, l.Seq, l.At.UTC().Format(time.RFC3339Nano), l.Severity.String(), l.Text})
		if err != nil {
			return err
		}
		b.Write(text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// logText is a line of a log for people; among several nodes with its node.
func logText(l engine.LogLine, several bool, zone *time.Location) string {
	text := fmt.Sprintf("%s  %-7s  %s", l.At.In(zone).Format(momentFormat), l.Severity, present.Clean(l.Text))
	if several {
		return fmt.Sprintf("node %3d  %s", l.Node, text)
	}
	return text
}
