package control

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"sync/atomic"
	"time"

	"rondb-tui/engine"
)

const opConnect = "connect to the engine"

// line is a client's only connection. gRPC would connect anew after a loss,
// perhaps to the next engine, whose state is another: it gets the line once.
type line struct {
	net.Conn
	taken atomic.Bool
	heard atomic.Bool // something came
	alien atomic.Bool // what came first was not HTTP/2
}

// dial is gRPC's dialer.
func (l *line) dial(context.Context, string) (net.Conn, error) {
	if l.taken.Swap(true) {
		return nil, ErrLost
	}
	return l, nil
}

// Read looks at what comes first: an HTTP/2 server begins with a settings frame,
// whose type is in the fourth byte.
func (l *line) Read(b []byte) (int, error) {
	const settingsFrame = 4
	n, err := l.Conn.Read(b)
	if n > 0 && !l.heard.Swap(true) {
		l.alien.Store(n < 4 || b[3] != settingsFrame)
	}
	return n, err //nolint:wrapcheck // a connection's errors are the caller's business
}

// Close looks at what came if nothing was read yet: gRPC gives up without reading
// when it cannot write, as to a server that answered and hung up.
func (l *line) Close() error {
	if !l.heard.Load() && l.SetReadDeadline(time.Now().Add(time.Millisecond)) == nil {
		_, _ = l.Read(make([]byte, 16)) // only heard and alien matter
	}
	return l.Conn.Close() //nolint:wrapcheck // a connection's errors are the caller's business
}

// open connects to a socket once it has been seen to be ours.
func open(ctx context.Context, socket string, patience time.Duration) (*line, error) {
	if err := CheckSocket(socket); err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "unix", socket)
	switch {
	case err == nil:
		return &line{Conn: conn}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, engine.Errorf(engine.KindNotFound, opConnect, 0, "there is no socket %s: no engine runs", socket)
	case Refused(err):
		return nil, engine.Errorf(engine.KindNotFound, opConnect, 0, "the socket is dead: its engine has ended (%s)", socket)
	case errors.Is(err, fs.ErrPermission):
		return nil, engine.Errorf(engine.KindDenied, opConnect, 0, "no permission for the socket %s", socket)
	case ctx.Err() != nil:
		return nil, engine.Errorf(engine.KindTransient, opConnect, 0, "%w", ctx.Err())
	default: // a stopped engine whose queue of connections is full
		return nil, engine.Errorf(engine.KindTransient, opConnect, 0, "%w: %w", errSilent, err)
	}
}

// CheckSocket says whether a path is a socket of our own: KindNotFound if there
// is nothing, KindInvalid for anything but a socket, KindDenied for another
// user's.
func CheckSocket(path string) error {
	file, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return engine.Errorf(engine.KindNotFound, opConnect, 0, "there is no socket %s: no engine runs", path)
	case errors.Is(err, fs.ErrPermission):
		return engine.Errorf(engine.KindDenied, opConnect, 0, "%w", err)
	case err != nil:
		return engine.Errorf(engine.KindTerminal, opConnect, 0, "%w", err)
	case file.Mode().Type() != fs.ModeSocket:
		return engine.Errorf(engine.KindInvalid, opConnect, 0, "%s is not a socket", path)
	}
	if theirs, ours := uids(file); theirs != ours {
		return engine.Errorf(engine.KindDenied, opConnect, 0, "the socket %s belongs to the user with id %d, not to id %d, who asks", path, theirs, ours)
	}
	return nil
}
