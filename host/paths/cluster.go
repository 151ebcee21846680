package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rondb-tui/engine"
)

// Cluster is where the files of one cluster are.
type Cluster struct {
	Name    engine.ClusterName
	Dir     string // holds all but the socket
	Lock    string // who owns the engine
	Journal string
	Launch  string // what it was last started with
	Log     string // of the engine's process
	Events  string
	Socket  string // control socket
}

// Make makes the directories, 0700. KindDenied if one of them is not ours alone.
func (c Cluster) Make() error {
	state := filepath.Dir(c.Dir)
	if err := os.MkdirAll(filepath.Dir(state), private); err != nil {
		return engine.Errorf(kindOf(err), "make the state directory", 0, "%w", err)
	}
	return makePrivate(state, c.Dir, filepath.Dir(c.Socket))
}

// Remove removes the socket and the state directory with all that is in it, and
// the roots if nothing else is in them. Call it with the lock held, and let the
// lock go afterwards. What is not there is no error. A socket that may have a
// listener stays: the lock held is of our own state root, and a cluster of the
// same name in another one may share the runtime root.
func (c Cluster) Remove() error {
	const op = "remove the cluster's files"
	if _, err := ClearSocket(c.Socket); err != nil {
		return err
	}
	// The lock leaves with its directory, in one move. Removed file by file, a
	// newcomer could take a new lock in a directory that we still empty.
	state := filepath.Dir(c.Dir)
	gone := filepath.Join(state, ".removed-"+string(c.Name))
	err := os.RemoveAll(gone) // left by a crash between the next two lines
	if err == nil {
		err = os.Rename(c.Dir, gone)
	}
	if err == nil {
		err = os.RemoveAll(gone)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(kindOf(err), op, 0, "%w", err)
	}
	return c.removeRoots()
}

// removeRoots removes the roots that are empty. A cluster that is made at the
// same moment has its directory in the state root before it needs the runtime
// root, so if the state root cannot go, the runtime root is put back.
func (c Cluster) removeRoots() error {
	state, runtime := filepath.Dir(c.Dir), filepath.Dir(c.Socket)
	if entries, err := os.ReadDir(state); err == nil && len(entries) > 0 {
		return nil
	}
	emptied := os.Remove(runtime) == nil // fails unless empty
	err := os.Remove(state)
	if err == nil || errors.Is(err, fs.ErrNotExist) || !emptied {
		return nil
	}
	return makePrivate(runtime)
}

// makePrivate makes directories, one after another. It begins again if one is gone
// by then: the removal of the last other cluster takes the roots away.
func makePrivate(dirs ...string) error {
	const attempts = 100
	var err error
	for range attempts {
		err = nil
		for _, dir := range dirs {
			if err = makeOne(dir); err != nil {
				break
			}
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// makeOne makes a directory that only we can read, or refuses what is there.
func makeOne(dir string) error {
	if err := os.Mkdir(dir, private); err != nil && !errors.Is(err, fs.ErrExist) {
		return engine.Errorf(kindOf(err), "make a directory", 0, "%w", err)
	}
	return checkPrivate(dir)
}

// checkPrivate refuses what is not a directory of ours alone.
func checkPrivate(dir string) error {
	const op = "use directory"
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return engine.Errorf(kindOf(err), op, 0, "%w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return engine.Errorf(engine.KindDenied, op, 0, "%s is a symbolic link, which another may turn elsewhere; remove it", dir)
	case !info.IsDir():
		return engine.Errorf(engine.KindDenied, op, 0, "%s is not a directory; remove it", dir)
	case !ours(info):
		return engine.Errorf(engine.KindDenied, op, 0,
			"%s belongs to another user; have it removed, or set XDG_STATE_HOME and XDG_RUNTIME_DIR to directories of yours", dir)
	case info.Mode().Perm()&openToOthers != 0:
		return engine.Errorf(engine.KindDenied, op, 0, "%s is open to others (mode %04o); run chmod 700 on it", dir, info.Mode().Perm())
	}
	return nil
}
