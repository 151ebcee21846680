package serve

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"rondb-tui/control"
	"rondb-tui/engine"
)

const (
	opListen      = "listen on the control socket"
	maxSocketPath = 103 // bytes; the shortest limit of the systems we run on
)

// Listen makes the control socket, for its owner alone. A dead socket in its way
// is removed; one that somebody listens on is KindConflict. The directory should
// be 0700: between its making and the change of its mode the socket has the mode
// that the umask leaves. Closing the listener removes the socket.
func Listen(socket string) (net.Listener, error) {
	if len(socket) > maxSocketPath {
		return nil, engine.Errorf(engine.KindInvalid, opListen, 0,
			"the path %s has %d bytes, a socket's at most %d: choose a shorter XDG_RUNTIME_DIR", socket, len(socket), maxSocketPath)
	}
	if err := clearDead(socket); err != nil {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, opListen, 0, "%w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(engine.Errorf(engine.KindTerminal, opListen, 0, "%w", err), listener.Close())
	}
	return listener, nil
}

// clearDead removes a socket that nobody listens on. Anything else in the way
// stays and is an error.
func clearDead(socket string) error {
	err := control.CheckSocket(socket)
	if err != nil && engine.KindOf(err) == engine.KindNotFound {
		return nil
	}
	if err != nil {
		return engine.Errorf(engine.KindOf(err), opListen, 0, "%w", err)
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"}) // never waits
	if err == nil {
		_ = conn.Close() // only whether somebody answers mattered
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case !control.Refused(err): // connected, or the queue of somebody who is stopped is full
		return engine.Errorf(engine.KindConflict, opListen, 0, "another process listens on %s", socket)
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.KindTerminal, opListen, 0, "the dead socket cannot be removed: %w", err)
	}
	return nil
}
