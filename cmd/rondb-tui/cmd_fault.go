package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/chaos"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// selectorHelp explains selectors where a command takes one.
const selectorHelp = "SELECTOR is a list with commas of: a node id (5), a range (2-4), a node group (ng1), a kind\n" +
	"(ndb_mgmd, ndbmtd, mysqld, api), president, arbitrator, all; or a seeded choice whose loss keeps all\n" +
	"data: one, one-per-group, safe. A leading minus takes away: all,-5."

// faultVerb is a command that breaks or mends nodes.
type faultVerb struct {
	name, short, long, example string

	done   string // what was done, as the result says it: "killed"
	lasts  bool   // it has a lease
	breaks bool   // the engine guards the last copy
	intent func(targets []engine.NodeID, flags *faultFlags) engine.Intent
}

// faultFlags is what the command line of a fault says.
type faultFlags struct {
	seed  uint64
	lease time.Duration
	force bool
}

func newKill(p *program) *cobra.Command {
	return newFault(p, faultVerb{
		name: "kill", short: "Kill the processes of nodes (SIGKILL)",
		long:    "Kill the processes of nodes with SIGKILL, all at the same moment. The engine starts them again.",
		example: "  rondb-tui kill demo one --seed 7\n  rondb-tui kill 5\n  rondb-tui kill ng0 --force",
		done:    "killed", breaks: true,
		intent: func(targets []engine.NodeID, f *faultFlags) engine.Intent {
			return engine.KillNode{Targets: targets, LastCopy: f.force}
		},
	})
}

func newPause(p *program) *cobra.Command {
	return newFault(p, faultVerb{
		name: "pause", short: "Freeze the processes of nodes (SIGSTOP) for a while",
		long:    "Freeze the processes of nodes with SIGSTOP. A pause ends by itself when its lease is over.",
		example: "  rondb-tui pause demo president --lease 20s",
		done:    "paused", breaks: true, lasts: true,
		intent: func(targets []engine.NodeID, f *faultFlags) engine.Intent {
			return engine.PauseNode{Targets: targets, Lease: f.lease, LastCopy: f.force}
		},
	})
}

func newResume(p *program) *cobra.Command {
	return newFault(p, faultVerb{
		name: "resume", short: "End the pause of nodes",
		long:    "End the pause of nodes before its lease is over.",
		example: "  rondb-tui resume demo 5",
		done:    "resumed",
		intent: func(targets []engine.NodeID, _ *faultFlags) engine.Intent {
			return engine.ResumeNode{Targets: targets}
		},
	})
}

func newIsolate(p *program) *cobra.Command {
	return newFault(p, faultVerb{
		name: "isolate", short: "Cut nodes off from all others for a while",
		long:    "Cut each of the nodes off from every other node. It ends by itself when its lease is over.",
		example: "  rondb-tui isolate demo one-per-group --lease 30s",
		done:    "isolated", breaks: true, lasts: true,
		intent: func(targets []engine.NodeID, f *faultFlags) engine.Intent {
			return engine.IsolateNode{Targets: targets, Lease: f.lease, LastCopy: f.force}
		},
	})
}

func newHeal(p *program) *cobra.Command {
	verb := faultVerb{
		name: "heal", short: "End the lasting faults of nodes",
		long:    "End the pauses and cuts of nodes before their leases are over; without a selector, of all nodes.",
		example: "  rondb-tui heal\n  rondb-tui heal demo all",
		done:    "healed",
		intent: func(targets []engine.NodeID, _ *faultFlags) engine.Intent {
			return engine.HealFaults{Targets: targets}
		},
	}
	cmd := newFault(p, verb)
	cmd.Use = "heal [NAME] [SELECTOR]"
	cmd.Args = usageArgs(cobra.MaximumNArgs(2))
	some := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || !p.isCluster(args[0]) {
			return some(cmd, args)
		}
		return p.with(cmd.Context(), args[0], func(ctx context.Context, client *control.Client) error {
			return p.fault(ctx, client, &verb, nil, &faultFlags{})
		})
	}
	return cmd
}

// isCluster says whether a word is the name of a cluster and no selector.
func (p *program) isCluster(word string) bool {
	if _, err := chaos.ParseSelector(word); err == nil {
		return false
	}
	place, err := p.place(word)
	if err != nil {
		return false
	}
	_, err = os.Stat(place.Dir)
	return err == nil
}

func newFault(p *program, verb faultVerb) *cobra.Command {
	var flags faultFlags
	cmd := &cobra.Command{
		Use:     verb.name + " [NAME] SELECTOR",
		Short:   verb.short,
		Long:    verb.long + "\n\n" + selectorHelp,
		Example: verb.example,
		Args:    usageArgs(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(&verb); err != nil {
				return err
			}
			if len(args) == 1 && p.isCluster(args[0]) {
				return withCode(exitUsage, fmt.Errorf("which nodes of cluster %q? Use: %s", args[0], cmd.UseLine()))
			}
			name, choice, err := nameAndSelector(args, flags.seed)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), name, func(ctx context.Context, client *control.Client) error {
				return p.fault(ctx, client, &verb, choice, &flags)
			})
		},
	}
	f := cmd.Flags()
	f.Uint64Var(&flags.seed, "seed", 0, "seed of a choice by one, one-per-group or safe; 0 draws one")
	if verb.lasts {
		f.DurationVar(&flags.lease, "lease", engine.DefaultLease, fmt.Sprintf("how long it lasts, at most %v", engine.MaxLease))
	}
	if verb.breaks {
		f.BoolVar(&flags.force, "force", false, "also if no copy of some data is left, or the cluster stops")
	}
	return cmd
}

func (f *faultFlags) check(verb *faultVerb) error {
	if verb.lasts && (f.lease <= 0 || f.lease > engine.MaxLease) {
		return withCode(exitUsage, fmt.Errorf("--lease %v is out of range; use a duration above 0 and at most %v", f.lease, engine.MaxLease))
	}
	return nil
}

// fault breaks or mends the nodes that are meant, and says which they were.
func (p *program) fault(ctx context.Context, client *control.Client, verb *faultVerb, choice *selection, flags *faultFlags) error {
	var targets []engine.Slot
	c := &client.Latest().Cluster
	if choice != nil {
		var err error
		if targets, err = p.resolve(c, choice); err != nil {
			return err
		}
	}
	ids := make([]engine.NodeID, len(targets))
	for i, slot := range targets {
		ids[i] = slot.ID
	}
	if err := client.Submit(ctx, engine.Request{Intent: verb.intent(ids, flags), By: actorCLI}); err != nil {
		return err
	}
	if choice == nil {
		p.print("%s all faults", verb.done)
	}
	for _, slot := range targets {
		if !verb.breaks && !faulty(c, slot.ID) {
			p.say("%s is under no fault: nothing to do", slot)
			continue
		}
		p.print("%s", faultDone(verb, slot, flags.lease))
	}
	return nil
}

// faulty says whether a lasting fault of a node was seen.
func faulty(c *engine.ClusterView, id engine.NodeID) bool {
	n, found := c.Observed.Node(id)
	return found && (n.Lease != nil || n.Isolated || n.Status == engine.StatusPaused)
}

// faultDone says what was done to a node: "killed data node 2 (node group 0)".
func faultDone(verb *faultVerb, slot engine.Slot, lease time.Duration) string {
	text := verb.done + " " + slot.String()
	if slot.Kind == engine.KindData {
		text += fmt.Sprintf(" (node group %d)", slot.Group)
	}
	if verb.lasts {
		text += fmt.Sprintf(" for %v", lease)
	}
	return text
}

// selection is a selector with the seed of its choices.
type selection struct {
	selector chaos.Selector
	seed     uint64
}

// nameAndSelector reads the arguments of a command about some nodes: SELECTOR, or
// NAME and SELECTOR. Without arguments there is no selection. Seed 0 draws one.
func nameAndSelector(args []string, seed uint64) (name string, choice *selection, err error) {
	if len(args) == 0 {
		return "", nil, nil
	}
	if len(args) > 1 {
		name = args[0]
	}
	selector, err := chaos.ParseSelector(args[len(args)-1])
	if err != nil {
		return "", nil, err
	}
	if seed == 0 {
		seed = uint64(rand.Uint32()) //nolint:gosec // a seed, not a secret
	}
	return name, &selection{selector: selector, seed: seed}, nil
}

// resolve finds the nodes that a selection means now. A choice that was drawn is
// told with its seed, which repeats it.
func (p *program) resolve(c *engine.ClusterView, choice *selection) ([]engine.Slot, error) {
	draws := &drawCounter{source: rand.NewPCG(choice.seed, 0)}
	ids, err := choice.selector.Resolve(c, rand.New(draws)) //nolint:gosec // a seeded choice, not a secret
	if err != nil {
		return nil, err
	}
	slots, names := make([]engine.Slot, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		if n, found := c.Observed.Node(id); found {
			slots[i] = n.Slot
		}
		names[i] = slots[i].String()
	}
	if draws.count > 0 {
		p.say("seed %d: %s", choice.seed, strings.Join(names, ", "))
	}
	return slots, nil
}

// drawCounter counts what is drawn from a source.
type drawCounter struct {
	source rand.Source
	count  int
}

func (d *drawCounter) Uint64() uint64 {
	d.count++
	return d.source.Uint64()
}
