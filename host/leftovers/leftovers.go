package leftovers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

const (
	opClear = "clear what is left over"
	// settle is how long an engine may take from its start to its lock.
	settle = time.Second
	// polite is how long a stray engine may take to end when asked to.
	polite = 5 * time.Second
)

// Leftover is one thing that nobody needs.
type Leftover struct {
	What  string // in words: "a socket nobody answers on: /run/…/demo.sock"
	clear func(context.Context) error
}

// Clear ends or removes it, after another look: KindConflict if it is of use by
// now, and then nothing was done.
func (l *Leftover) Clear(ctx context.Context) error { return l.clear(ctx) }

// Find lists what is left over under the roots: sockets, and engines started for
// a cluster there; those are found on Linux only.
func Find(ctx context.Context, roots paths.Roots) ([]Leftover, error) {
	sockets, err := deadSockets(roots)
	if err != nil {
		return nil, err
	}
	strays, err := strayEngines(ctx, under(roots.State, list), settle)
	return append(sockets, strays...), err
}

// deadSockets finds the sockets whose cluster has no owner.
func deadSockets(roots paths.Roots) ([]Leftover, error) {
	entries, err := os.ReadDir(roots.Runtime)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "list sockets", 0, "%w", err)
	}
	var found []Leftover
	for _, e := range entries {
		name, isSocket := strings.CutSuffix(e.Name(), ".sock")
		if !isSocket {
			continue
		}
		place, err := roots.Cluster(engine.ClusterName(name))
		if err != nil {
			continue // not a name of ours
		}
		if _, held, err := owner.Look(place.Lock); err != nil || held || !paths.DeadSocket(place.Socket) {
			continue
		}
		found = append(found, Leftover{
			What:  "a socket nobody answers on: " + place.Socket,
			clear: func(context.Context) error { return clearSocket(place) },
		})
	}
	return found, nil
}

// clearSocket removes a socket that was found dead, unless an engine has come up
// since then.
func clearSocket(place paths.Cluster) error {
	_, held, err := owner.Look(place.Lock)
	if err != nil {
		return err
	}
	free := false
	if !held {
		if free, err = paths.ClearSocket(place.Socket); err != nil {
			return err
		}
	}
	if !free {
		return engine.Errorf(engine.KindConflict, opClear, 0, "%s is in use again", place.Socket)
	}
	return nil
}

// under leaves out the engines of other state directories: they are not ours to
// judge.
func under(state string, list lister) lister {
	return func() ([]process, error) {
		all, err := list()
		return slices.DeleteFunc(all, func(p process) bool {
			_, dir, ok := engineOf(p.args)
			return !ok || filepath.Dir(dir) != state
		}), err
	}
}

// lister gives the processes of this user that see the same files.
type lister func() ([]process, error)

// strayEngines finds engine processes that do not hold the lock they were
// started for. It looks twice, settle apart: an engine that is starting takes its
// lock soon.
func strayEngines(ctx context.Context, list lister, settle time.Duration) ([]Leftover, error) {
	suspects, err := strays(list)
	if err != nil || len(suspects) == 0 {
		return nil, err
	}
	timer := time.NewTimer(settle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, engine.Errorf(engine.KindTransient, "find stray engines", 0, "%w", ctx.Err())
	case <-timer.C:
	}
	again, err := strays(list)
	if err != nil {
		return nil, err
	}
	var found []Leftover
	for _, stray := range inBoth(suspects, again) {
		pid := stray.owner.PID
		found = append(found, Leftover{
			What:  fmt.Sprintf("process %d, an engine of cluster %q that owns nothing: %s is not its own", pid, stray.cluster, stray.lock),
			clear: func(ctx context.Context) error { return endStray(ctx, stray) },
		})
	}
	return found, nil
}

// inBoth gives the processes that were strays at both looks, by process id.
func inBoth(before, now map[int]stray) []stray {
	var both []stray
	for _, pid := range slices.Sorted(maps.Keys(now)) {
		if was, ok := before[pid]; ok && was.owner.Start == now[pid].owner.Start {
			both = append(both, now[pid])
		}
	}
	return both
}

// endStray ends an engine that was found to own nothing, unless it owns its
// cluster by now.
func endStray(ctx context.Context, s stray) error {
	owns, err := mayOwn(s.owner.PID, s.lock)
	if err != nil {
		return err
	}
	if owns {
		return engine.Errorf(engine.KindConflict, opClear, 0, "process %d has taken its lock meanwhile", s.owner.PID)
	}
	return owner.EndStray(ctx, s.owner, polite)
}

// mayOwn says whether a process holds a lock, or somebody does who does not say
// who he is.
func mayOwn(pid int, lock string) (bool, error) {
	holder, held, err := owner.Look(lock)
	return held && (holder.PID == pid || holder.PID == 0), err
}

// stray is an engine process without its lock.
type stray struct {
	owner   owner.Owner
	cluster string
	lock    string
}

// strays finds the engines among the processes that are listed.
func strays(list lister) (map[int]stray, error) {
	processes, err := list()
	if err != nil {
		return nil, err
	}
	found := map[int]stray{}
	for _, p := range processes {
		cluster, dir, ok := engineOf(p.args)
		if !ok {
			continue
		}
		identity, there := owner.Of(p.pid)
		lock := filepath.Join(dir, paths.LockFile)
		if owns, err := mayOwn(p.pid, lock); !there || err != nil || owns {
			continue
		}
		found[p.pid] = stray{owner: identity, cluster: cluster, lock: lock}
	}
	return found, nil
}

// engineOf reads the command line that `up` gives an engine.
func engineOf(args []string) (cluster, dir string, ok bool) {
	const want = 5 // rondb-tui engine NAME --state DIR
	if len(args) != want || filepath.Base(args[0]) != "rondb-tui" || args[1] != "engine" || args[3] != "--state" {
		return "", "", false
	}
	return args[2], args[4], paths.CheckName(args[2]) == nil && filepath.IsAbs(args[4])
}

// process is one process of this user, in our view of the files.
type process struct {
	pid  int
	args []string
}
