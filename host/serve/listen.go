package serve

import (
	"errors"
	"net"
	"os"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/paths"
)

const opListen = "listen on the control socket"

// Listen makes the control socket, for its owner alone. A dead socket in its way
// is removed; one that somebody listens on is KindConflict. The directory should
// be 0700: between its making and the change of its mode the socket has the mode
// that the umask leaves. Closing the listener removes the socket.
func Listen(socket string) (net.Listener, error) {
	if len(socket) > paths.MaxSocket {
		return nil, engine.Errorf(engine.KindInvalid, opListen, 0,
			"the path %s has %d bytes, a socket's at most %d: choose a shorter XDG_RUNTIME_DIR", socket, len(socket), paths.MaxSocket)
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
	free, err := paths.ClearSocket(socket)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, opListen, 0, "%w", err)
	}
	if !free { // somebody answers, or is stopped and the queue is full
		return engine.Errorf(engine.KindConflict, opListen, 0, "another process listens on %s", socket)
	}
	return nil
}
