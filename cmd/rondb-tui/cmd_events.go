package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/internal/statusdoc"
	"rondb-tui/tui/present"
)

// eventFlags is what the command line of `events` says.
type eventFlags struct {
	output string
	follow bool
	after  uint64
}

func newEvents(p *program) *cobra.Command {
	var flags eventFlags
	cmd := &cobra.Command{
		Use:   "events [NAME]",
		Short: "Print what happened, numbered",
		Long: "Print what happened in a cluster, one event a line, oldest first. Events are numbered: --after\n" +
			"goes on behind the last one that was read, and says on stderr which are gone by then. The\n" +
			"fields of -o json are those of docs/status-schema.md. Without an engine the events that it\n" +
			"recorded are printed.",
		Example: "  rondb-tui events demo -f\n" +
			"  rondb-tui events demo --after 120 -o json",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", flags.output, outputText, outputJSON); err != nil {
				return err
			}
			return p.events(cmd.Context(), nameArg(args), &flags)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.output, "output", "o", outputText, "text or json")
	f.BoolVarP(&flags.follow, "follow", "f", false, "go on with new events until interrupted")
	f.Uint64Var(&flags.after, "after", 0, "only events with a number above this")
	return cmd
}

func (p *program) events(ctx context.Context, name string, flags *eventFlags) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	place, err := p.place(name)
	if err != nil {
		return err
	}
	client, err := p.connectTo(ctx, place)
	if exitCode(err) == exitNotFound && !flags.follow {
		return p.recordedEvents(place.Events, flags, err)
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	defer closing(client)
	err = client.Events(ctx, flags.after, flags.follow, func(events []engine.Event, missed uint64) error {
		if missed > 0 && len(events) > 0 {
			p.say("%s", goneEvents(events[0].Seq, missed))
		}
		return printEvents(p.stdout, events, flags.output)
	})
	return p.streamEnd(ctx, whereLost(place.Name, err))
}

// streamEnd says how something that was followed ended. The end of the engine in
// order is no failure.
func (p *program) streamEnd(ctx context.Context, err error) error {
	if errors.Is(err, control.ErrEnded) {
		p.say("the engine has ended")
		return nil
	}
	return interrupted(ctx, err)
}

// recordedEvents prints what an engine that does not run left behind. unreached
// is why there is none to ask, and the answer if nothing was left.
func (p *program) recordedEvents(path string, flags *eventFlags, unreached error) error {
	events, err := host.ReadEvents(path)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return unreached
	}
	p.say("%v; these are the events it recorded", unreached)
	if first := events[0].Seq; flags.after > 0 && first > flags.after+1 {
		p.say("%s", goneEvents(first, first-flags.after-1))
	}
	return printEvents(p.stdout, events[control.After(events, flags.after):], flags.output)
}

// goneEvents names the events that nobody has any more before the next one.
func goneEvents(next, missed uint64) string {
	if missed == 1 {
		return fmt.Sprintf("event %d is gone", next-1)
	}
	return fmt.Sprintf("events %d to %d are gone", next-missed, next-1)
}

func printEvents(w io.Writer, events []engine.Event, output string) error {
	for i := range events {
		line := []byte(eventText(events[i], time.Local) + "\n")
		if output == outputJSON {
			var err error
			if line, err = statusdoc.EventLine(events[i]); err != nil {
				return err
			}
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// momentFormat is how lines for people write a moment.
const momentFormat = "2006-01-02 15:04:05.000"

// eventText is an event for people: number, moment, severity, who, what.
func eventText(e engine.Event, zone *time.Location) string {
	return fmt.Sprintf("%6d  %s  %-7s  %-6s  %s", e.Seq, e.At.In(zone).Format(momentFormat), e.Severity, e.Actor, present.Clean(e.Text))
}
