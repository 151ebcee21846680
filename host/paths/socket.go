package paths

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"

	"rondb-tui/engine"
)

// DeadSocket says whether a path is a socket of ours that nobody listens on, as a
// killed engine leaves it. Only a refused connection says so: with any other
// answer it may be somebody's, also that of a stopped engine whose queue of
// connections is full. (macOS refuses those as well; there the lock tells.) It
// does not wait.
func DeadSocket(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSocket || !ours(info) {
		return false
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err == nil {
		_ = conn.Close() // it was only a knock
	}
	const windowsRefused = syscall.Errno(10061) // WSAECONNREFUSED; no system else has this number
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windowsRefused)
}

// ClearSocket removes a socket if it is dead, and leaves anything else. It says
// whether nothing is at the path now.
func ClearSocket(path string) (free bool, err error) {
	if DeadSocket(path) {
		err = os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, engine.Errorf(kindOf(err), "remove the dead socket", 0, "%w", err)
		}
	}
	_, err = os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist), nil
}
