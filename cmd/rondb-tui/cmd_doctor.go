package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/host/leftovers"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

func newDoctor(p *program) *cobra.Command {
	var fix bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine, and find what crashed engines left behind",
		Long: "Check what a cluster needs of this machine, the files of every cluster, and look for what\n" +
			"engines that crashed have left behind. Exit code 4 if something is missing, 14 if there are\n" +
			"leftovers; --fix ends and removes them.",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := doctor{program: p}
			return d.run(cmd.Context(), fix)
		},
	}
	cmd.Flags().BoolVar(&fix, "fix", false, "end and remove leftovers")
	return cmd
}

// doctor prints one line a finding and remembers the worst.
type doctor struct {
	*program

	ill  int // what keeps a cluster from working
	left int // leftovers not cleared
}

func (d *doctor) run(ctx context.Context, fix bool) error {
	roots, err := paths.Find()
	if err != nil {
		return withCode(exitPreflight, err)
	}
	d.line("ok", "state in %s, sockets in %s", roots.State, roots.Runtime)
	d.platform()
	if err := d.clusters(roots); err != nil {
		return err
	}
	if err := d.leftovers(ctx, roots, fix); err != nil {
		return err
	}
	switch {
	case d.ill > 0:
		return withCode(exitPreflight, fmt.Errorf("%d problems; see above", d.ill))
	case d.left > 0:
		return withCode(exitLeftovers, fmt.Errorf("%d leftovers; `rondb-tui doctor --fix` ends and removes them", d.left))
	}
	return nil
}

func (d *doctor) line(mark, format string, args ...any) {
	d.print("%-8s %s", mark, fmt.Sprintf(format, args...))
}

func (d *doctor) platform() {
	if runtime.GOOS == "windows" {
		d.ill++
		d.line("missing", "an engine in the background needs Linux or macOS")
		return
	}
	terminal := "no terminal here: commands work, the console does not"
	if d.interactive() {
		terminal = "a terminal, TERM=" + os.Getenv("TERM")
	}
	d.line("ok", "%s", terminal)
	d.line("ok", "the simulated cluster needs nothing installed")
}

// clusters checks the files of every cluster.
func (d *doctor) clusters(roots paths.Roots) error {
	names, err := roots.Clusters()
	if err != nil {
		return err
	}
	for _, name := range names {
		place, err := roots.Cluster(name)
		if err != nil {
			d.line("note", "%s is no cluster: %v", name, err)
			continue
		}
		d.cluster(place)
	}
	return nil
}

func (d *doctor) cluster(place paths.Cluster) {
	o, held, err := owner.Look(place.Lock)
	switch {
	case err != nil:
		d.ill++
		d.line("broken", "cluster %q: %v", place.Name, err)
		return
	case held && o.State() == owner.Stopped:
		d.line("note", "cluster %q: its engine (%s) is stopped by a signal; `kill -CONT %d` lets it go on", place.Name, ownerWords(o), o.PID)
		return
	case held:
		d.line("ok", "cluster %q: its engine runs (%s)", place.Name, ownerWords(o))
		return
	}
	recovered, err := loop.ReadJournal(place.Journal)
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.line("note", "cluster %q was never started; `rondb-tui down %s --volumes` forgets it", place.Name, place.Name)
	case err != nil:
		d.ill++
		d.line("broken", "cluster %q: %v (%s)", place.Name, err, mend(err))
	default:
		d.line("ok", "cluster %q does not run, its desired state is at revision %d; `rondb-tui up %s` starts it", place.Name, recovered.State.Revision, place.Name)
	}
	if recovered.Notice != "" {
		d.line("note", "%s", recovered.Notice)
	}
}

// mend says what can be done about a journal that cannot be read.
func mend(err error) string {
	if engine.KindOf(err) == engine.KindUnsupported {
		return "a newer rondb-tui wrote it: use that one"
	}
	return "move the file away to begin anew; nothing was changed"
}

func (d *doctor) leftovers(ctx context.Context, roots paths.Roots, fix bool) error {
	found, err := leftovers.Find(ctx, roots)
	if err != nil {
		return err
	}
	for i := range found {
		one := &found[i]
		if !fix {
			d.left++
			d.line("leftover", "%s", one.What)
			continue
		}
		if err := one.Clear(ctx); err != nil {
			d.left++
			d.line("leftover", "%s: it could not be ended: %v", one.What, err)
			continue
		}
		d.line("fixed", "%s", one.What)
	}
	return nil
}
