package control_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/serve"
)

// socketPath is a path in a directory of the test's own.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "s")
}

// wantDialError dials and checks kind and words.
func wantDialError(t *testing.T, socket string, kind engine.ErrorKind, words ...string) {
	t.Helper()
	c, err := control.Dial(t.Context(), socket)
	if err == nil {
		t.Fatalf("somebody answers: %+v, %v", c.Info(), c.Close())
	}
	if c != nil {
		t.Error("a client beside the error")
	}
	var known *engine.Error
	if !errors.As(err, &known) || known.Kind != kind {
		t.Errorf("%v is %v, not %v", err, engine.KindOf(err), kind)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

// listen gives each connection to a function.
func listen(t *testing.T, each func(net.Conn)) (socket string) {
	t.Helper()
	socket = socketPath(t)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				each(conn)
				_ = conn.Close() // the client may have gone first
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		group.Wait()
	})
	return socket
}

func TestNobodyThere(t *testing.T) {
	socket := socketPath(t)
	wantDialError(t, socket, engine.KindNotFound, "there is no socket", "no engine runs")
	wantDialError(t, filepath.Join(socket, "below"), engine.KindNotFound, "there is no socket")

	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	wantDialError(t, socket, engine.KindNotFound, "the socket is dead: its engine has ended")
}

func TestSomethingElseThanASocket(t *testing.T) {
	path := socketPath(t)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantDialError(t, path, engine.KindInvalid, "is not a socket")
	wantDialError(t, filepath.Dir(path), engine.KindInvalid, "is not a socket")
	link := path + "2"
	if err := os.Symlink(listen(t, func(net.Conn) {}), link); err != nil {
		t.Fatal(err)
	}
	wantDialError(t, link, engine.KindInvalid, "is not a socket")
}

func TestAnotherUsersSocket(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED because only root can give a socket to another user")
	}
	touched := make(chan struct{}, 1)
	socket := listen(t, func(net.Conn) { touched <- struct{}{} })
	if err := os.Chown(socket, 12345, -1); err != nil {
		t.Fatal(err)
	}
	wantDialError(t, socket, engine.KindDenied, "id 12345", "id 0")
	select {
	case <-touched:
		t.Error("it was connected to")
	default:
	}
}

// TestASilentServer is an engine that was stopped: the kernel takes connections
// for it, but nobody answers.
func TestASilentServer(t *testing.T) {
	t.Parallel()
	socket := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	begun := time.Now()
	wantDialError(t, socket, engine.KindTransient, "the engine does not answer")
	if took := time.Since(begun); took < 1900*time.Millisecond || took > 4*time.Second {
		t.Errorf("it waited for %v", took)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := control.Dial(ctx, socket); engine.KindOf(err) != engine.KindTransient || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a caller with less patience: %v", err)
	}
}

func TestServersThatAreNoEngine(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]func(net.Conn){
		"garbage": func(c net.Conn) {
			_, _ = c.Write([]byte(strings.Repeat("MySQL 8.0 \x00", 100)))
			_, _ = io.Copy(io.Discard, c)
		},
		"a word":            func(c net.Conn) { _, _ = c.Write([]byte("hi")); _, _ = io.Copy(io.Discard, c) },
		"greeting and wait": func(c net.Conn) { _, _ = c.Write([]byte("220 ready\r\n")); _, _ = io.Copy(io.Discard, c) },
		"echo":              func(c net.Conn) { _, _ = io.Copy(c, c) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantDialError(t, listen(t, each), engine.KindTerminal, "is not an engine")
		})
	}
	t.Run("a web server", func(t *testing.T) {
		t.Parallel()
		socket := socketPath(t)
		serveUntilTheEnd(t, socket, &http.Server{ReadHeaderTimeout: time.Second})
		wantDialError(t, socket, engine.KindTerminal, "is not an engine")
	})
	t.Run("another gRPC server", func(t *testing.T) {
		t.Parallel()
		socket := socketPath(t)
		listener, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		g := grpc.NewServer()
		ended := make(chan error)
		go func() { ended <- g.Serve(listener) }()
		wantDialError(t, socket, engine.KindTerminal, "is not an engine")
		g.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Run("one that hangs up", func(t *testing.T) {
		t.Parallel()
		wantDialError(t, listen(t, func(net.Conn) {}), engine.KindTransient, "the connection to the engine was lost before it said anything")
	})
}

func serveUntilTheEnd(t *testing.T, socket string, server *http.Server) {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// nobody is an engine without a state.
type nobody struct{ serve.Engine }

func (nobody) Latest() *engine.Snapshot          { return nil }
func (nobody) Listen() (<-chan struct{}, func()) { return nil, func() {} }

// serveNobody serves an engine without a state until the test ends.
func serveNobody(t *testing.T) (socket string) {
	t.Helper()
	socket = socketPath(t)
	listener, err := serve.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- serve.Run(ctx, listener, nobody{}, serve.Info{Version: "9.9", PID: 77}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return socket
}

func TestAnEngineOfAnotherProtocol(t *testing.T) {
	socket := serveNobody(t)
	_, err := control.DialAs(t.Context(), socket, control.Protocol+1)
	if engine.KindOf(err) != engine.KindUnsupported {
		t.Errorf("kind %v", engine.KindOf(err))
	}
	for _, words := range []string{"rondb-tui 9.9, process 77", "speaks protocol 1, ", "this program speaks protocol 2", "use the rondb-tui that started the engine"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
}

// TestTheFirstSnapshotIsNotWaitedForForEver, nor does Close wait for it.
func TestTheFirstSnapshotIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	c, err := control.Dial(t.Context(), serveNobody(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := c.Follow(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("follow: %v", err)
	}
	if err := c.Ended(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended: %v", err)
	}
	if err := c.Follow(t.Context()); engine.KindOf(err) != engine.KindTransient || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("follow with more patience: %v", err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := c.Follow(t.Context()); !errors.Is(err, control.ErrClosed) {
		t.Errorf("follow a closed client: %v", err)
	}
	if err := c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}}); !errors.Is(err, control.ErrClosed) {
		t.Errorf("submit to a closed client: %v", err)
	}
}

func TestClosingWithoutFollowing(t *testing.T) {
	c, err := control.Dial(t.Context(), serveNobody(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Ended(t.Context()); !errors.Is(err, control.ErrClosed) {
		t.Error(err)
	}
}
