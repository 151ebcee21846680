package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// program is what the commands share: where they read and write. Results go to
// stdout, progress and questions to stderr.
type program struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// clusterVariable names the cluster that commands are about where none is named.
const clusterVariable = "RONDB_TUI_CLUSTER"

// defaultName is the cluster where nothing else says which.
const defaultName = "demo"

// dialLimit bounds how long a command tries to reach an engine.
const dialLimit = 5 * time.Second

func (p *program) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stderr, format+"\n", args...)
}

func (p *program) print(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdout, format+"\n", args...)
}

// interactive says whether a person can be asked: both ends are terminals.
func (p *program) interactive() bool {
	in, ok := p.stdin.(*os.File)
	return ok && term.IsTerminal(in.Fd()) && onTerminal(p.stdout)
}

func onTerminal(w io.Writer) bool {
	out, ok := w.(*os.File)
	return ok && term.IsTerminal(out.Fd())
}

// place finds the files of the cluster that a command is about: the one named,
// else the variable's, else the only one that runs, else "demo".
func (p *program) place(name string) (paths.Cluster, error) {
	roots, err := paths.Find()
	if err != nil {
		return paths.Cluster{}, withCode(exitPreflight, err)
	}
	if name == "" {
		name = os.Getenv(clusterVariable)
	}
	if name == "" {
		name = defaultName
		if running, err := runningClusters(roots); err == nil && len(running) == 1 {
			name = string(running[0])
		}
	}
	return roots.Cluster(engine.ClusterName(name))
}

// runningClusters lists the clusters whose engine runs.
func runningClusters(roots paths.Roots) ([]engine.ClusterName, error) {
	names, err := roots.Clusters()
	if err != nil {
		return nil, err
	}
	var running []engine.ClusterName
	for _, name := range names {
		place, err := roots.Cluster(name)
		if err != nil {
			continue // a folder that is no cluster of ours
		}
		if _, held, err := owner.Look(place.Lock); err == nil && held {
			running = append(running, name)
		}
	}
	return running, nil
}

// connect reaches the engine of a cluster and waits for its first snapshot. The
// caller closes the client.
func (p *program) connect(ctx context.Context, name string) (*control.Client, error) {
	place, err := p.place(name)
	if err != nil {
		return nil, err
	}
	return p.connectTo(ctx, place)
}

// connectTo follows the state alone: what a command shows beyond it, it asks for.
func (p *program) connectTo(ctx context.Context, place paths.Cluster) (*control.Client, error) {
	return p.reach(ctx, place, (*control.Client).FollowState)
}

func (p *program) reach(ctx context.Context, place paths.Cluster, follow func(*control.Client, context.Context) error) (*control.Client, error) {
	o, held, err := owner.Look(place.Lock)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, withCode(exitNotFound, notRunning(place, o))
	}
	limited, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	client, err := control.Dial(limited, socketOf(place, o))
	if err != nil {
		return nil, unreachable(place.Name, o, err)
	}
	if err := follow(client, limited); err != nil {
		return nil, errors.Join(unreachable(place.Name, o, err), client.Close())
	}
	return client, nil
}

// socketOf is where the engine listens: it may have been started with another
// runtime directory than this command.
func socketOf(place paths.Cluster, o owner.Owner) string {
	if o.Socket != "" {
		return o.Socket
	}
	return place.Socket
}

// notRunning says what became of a cluster whose engine does not run.
func notRunning(place paths.Cluster, last owner.Owner) error {
	const op = "find cluster"
	if _, err := os.Stat(place.Journal); err == nil {
		gone := ""
		if last.PID != 0 {
			gone = fmt.Sprintf(" (pid %d, since %s)", last.PID, clock(last.Since))
		}
		return engine.Errorf(engine.KindNotFound, op, 0,
			"cluster %q does not run: its engine%s has ended; `rondb-tui up %s` starts it with the same desired state", place.Name, gone, place.Name)
	}
	return engine.Errorf(engine.KindNotFound, op, 0, "there is no cluster %q; %s", place.Name, othersThan(place.Name))
}

// othersThan names the clusters there are, for somebody who named one that is not.
func othersThan(name engine.ClusterName) string {
	var words []string
	if roots, err := paths.Find(); err == nil {
		names, _ := roots.Clusters() // a help only: none if they cannot be listed
		for _, other := range names {
			if other != name {
				words = append(words, string(other))
			}
		}
	}
	if len(words) == 0 {
		return "`rondb-tui up` starts one"
	}
	return "there are: " + strings.Join(words, ", ")
}

// unreachable words the failure to reach an engine that holds its lock.
func unreachable(name engine.ClusterName, o owner.Owner, err error) error {
	switch {
	case o.State() == owner.Stopped:
		return withCode(exitOwned, fmt.Errorf("the engine of cluster %q (%s) is stopped by a signal and still owns it; "+
			"`kill -CONT %d` lets it go on, `rondb-tui up %s --take-over` ends it", name, ownerWords(o), o.PID, name))
	case engine.KindOf(err) == engine.KindNotFound:
		return withCode(exitNotFound, fmt.Errorf("the engine of cluster %q (%s) runs, but its socket is gone: %w; "+
			"it makes a new one in a moment", name, ownerWords(o), err))
	case engine.KindOf(err) == engine.KindTransient:
		return withCode(exitTimeout, fmt.Errorf("the engine of cluster %q (%s) does not answer: %w", name, ownerWords(o), err))
	}
	return err
}

func ownerWords(o owner.Owner) string {
	if o.PID == 0 {
		return "a process that does not say which it is"
	}
	return fmt.Sprintf("pid %d, since %s", o.PID, clock(o.Since))
}

// clock writes a moment of this day or of another.
func clock(at time.Time) string {
	if time.Since(at) < 12*time.Hour {
		return at.Local().Format("15:04:05")
	}
	return at.Local().Format("2006-01-02 15:04")
}
