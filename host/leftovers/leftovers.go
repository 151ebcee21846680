package leftovers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

const (
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

// Clear ends or removes it.
func (l *Leftover) Clear(ctx context.Context) error { return l.clear(ctx) }

// Find lists what is left over under the roots, and the stray engines of this
// user; those are found on Linux only.
func Find(ctx context.Context, roots paths.Roots) ([]Leftover, error) {
	sockets, err := deadSockets(roots)
	if err != nil {
		return nil, err
	}
	strays, err := strayEngines(ctx)
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
		if !isSocket || e.Type()&fs.ModeSocket == 0 {
			continue
		}
		place, err := roots.Cluster(engine.ClusterName(name))
		if err != nil {
			continue // not a name of ours
		}
		if _, held, err := owner.Look(place.Lock); err != nil || held || answers(place.Socket) {
			continue
		}
		found = append(found, Leftover{
			What:  "a socket nobody answers on: " + place.Socket,
			clear: func(context.Context) error { return os.Remove(place.Socket) },
		})
	}
	return found, nil
}

// answerLimit bounds the knock on a socket.
const answerLimit = time.Second

// answers says whether somebody listens on a socket.
func answers(socket string) bool {
	conn, err := net.DialTimeout("unix", socket, answerLimit)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was only a knock
	return true
}

// strayEngines finds engine processes that do not hold the lock they were
// started for. It looks twice: an engine that is starting takes its lock soon.
func strayEngines(ctx context.Context) ([]Leftover, error) {
	suspects, err := strays()
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
	again, err := strays()
	if err != nil {
		return nil, err
	}
	var found []Leftover
	for pid, stray := range again {
		if before, ok := suspects[pid]; !ok || before.owner.Start != stray.owner.Start {
			continue
		}
		found = append(found, Leftover{
			What: fmt.Sprintf("process %d, an engine of cluster %q that owns nothing: %s is not its own", pid, stray.cluster, stray.lock),
			clear: func(ctx context.Context) error {
				return owner.EndStray(ctx, stray.owner, polite)
			},
		})
	}
	return found, nil
}

// stray is an engine process without its lock.
type stray struct {
	owner   owner.Owner
	cluster string
	lock    string
}

func strays() (map[int]stray, error) {
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
		holder, held, err := owner.Look(lock)
		if !there || err != nil || held && holder.PID == p.pid {
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

// process is one process of this user.
type process struct {
	pid  int
	args []string
}
