package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"rondb-tui/engine"
)

const (
	folder  = "rondb-tui"
	private = 0o700
)

// MaxSocket is the longest path of a socket, in bytes: what macOS takes; Linux takes
// a few more.
const MaxSocket = 103

// LockFile is the name of the lock in a cluster's directory.
const LockFile = "lock"

// Roots are the two directories that hold everything of every cluster.
type Roots struct {
	State   string // outlives the machine's restart; perhaps not there yet
	Runtime string // sockets
}

// Find reads the roots from the environment and makes nothing. It rereads the environment for the whole process: call it from one goroutine.
// KindInvalid if no home is known, KindDenied if the runtime directory is not
// ours alone.
func Find() (Roots, error) {
	xdg.Reload()
	if !filepath.IsAbs(xdg.StateHome) {
		return Roots{}, engine.Errorf(engine.KindInvalid, "find the state directory", 0, "neither XDG_STATE_HOME nor HOME names a directory; set one of them")
	}
	r := Roots{State: filepath.Join(xdg.StateHome, folder), Runtime: runtimeDir()}
	if err := checkPrivate(r.Runtime); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Roots{}, err
	}
	return r, nil
}

// runtimeDir chooses where the sockets are. A runtime directory of another user
// (as under sudo), or one where others could replace our folder, is not used.
func runtimeDir() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && ours(info) && info.Mode().Perm()&writableByOthers == 0 {
			return filepath.Join(dir, folder)
		}
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("%s-%d", folder, os.Getuid()))
}

// CheckName says whether a cluster can have this name: KindInvalid if not.
func CheckName(name string) error {
	good := name != "" && len(name) <= engine.MaxClusterNameSize && name[0] != '-'
	for _, c := range []byte(name) {
		good = good && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if good {
		return nil
	}
	return engine.Errorf(engine.KindInvalid, "name a cluster", 0,
		"%q is no name for a cluster; use at most %d lower-case letters, digits and dashes, and no dash at the front", name, engine.MaxClusterNameSize)
}

// Cluster says where the files of one cluster are. It makes nothing. KindInvalid
// if the name is none, or its socket's path is longer than a system takes.
func (r Roots) Cluster(name engine.ClusterName) (Cluster, error) {
	if err := CheckName(string(name)); err != nil {
		return Cluster{}, err
	}
	dir := filepath.Join(r.State, string(name))
	c := Cluster{
		Name:    name,
		Dir:     dir,
		Lock:    filepath.Join(dir, LockFile),
		Journal: filepath.Join(dir, "journal.jsonl"),
		Launch:  filepath.Join(dir, "launch.json"),
		Log:     filepath.Join(dir, "engine.log"),
		Events:  filepath.Join(dir, "events.jsonl"),
		Socket:  filepath.Join(r.Runtime, string(name)+".sock"),
	}
	if len(c.Socket) > MaxSocket {
		return Cluster{}, engine.Errorf(engine.KindInvalid, "place the control socket", 0,
			"%s has %d bytes, a socket's path at most %d; use a shorter name, or set XDG_RUNTIME_DIR to a shorter directory of yours",
			c.Socket, len(c.Socket), MaxSocket)
	}
	return c, nil
}

// Clusters names the clusters that have a state directory, sorted. What else is
// in the state directory is left out.
func (r Roots) Clusters() ([]engine.ClusterName, error) {
	entries, err := os.ReadDir(r.State) // sorted
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, engine.Errorf(kindOf(err), "list the clusters", 0, "%w", err)
	}
	var names []engine.ClusterName
	for _, e := range entries {
		if e.IsDir() && CheckName(e.Name()) == nil {
			names = append(names, engine.ClusterName(e.Name()))
		}
	}
	return names, nil
}

// kindOf tells what the user may not do from what cannot work.
func kindOf(err error) engine.ErrorKind {
	if errors.Is(err, fs.ErrPermission) {
		return engine.KindDenied
	}
	return engine.KindTerminal
}
