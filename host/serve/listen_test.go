package serve_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/host/serve"
)

func TestTheSocketIsForItsOwnerAlone(t *testing.T) {
	r := run(t)
	file, err := os.Lstat(r.socket)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && file.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("its mode is %v", file.Mode())
	}
}

func TestALivingSocketIsNotTaken(t *testing.T) {
	r := run(t)
	if _, err := serve.Listen(r.socket); engine.KindOf(err) != engine.KindConflict {
		t.Errorf("a second engine: %v", err)
	}
	r.dial() // the first still listens
}

// TestASilentSocketIsNotTaken: the queue of a stopped owner is full.
func TestASilentSocketIsNotTaken(t *testing.T) {
	path := socketPath(t)
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for range 5 {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
	}
	if _, err := serve.Listen(path); engine.KindOf(err) != engine.KindConflict {
		t.Errorf("%v", err)
	}
}

func TestADeadSocketIsReplaced(t *testing.T) {
	path := socketPath(t)
	kill(t, path)
	for range 2 { // and the one made after it is removed on closing
		listener, err := serve.Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the socket stays: %v", err)
		}
	}
}

// kill leaves a socket that nobody listens on.
func kill(t *testing.T, path string) {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsInTheWayStays(t *testing.T) {
	file := socketPath(t)
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := serve.Listen(file); engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), "is not a socket") {
		t.Errorf("a file: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file: %q, %v", text, err)
	}
	if _, err := serve.Listen(filepath.Join(file+"-none", "s")); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("no directory: %v", err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 104))
	if _, err := serve.Listen(long); engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), "XDG_RUNTIME_DIR") {
		t.Errorf("a long path: %v", err)
	}
}

func TestAnotherUsersSocketStays(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED because only root can give a socket to another user")
	}
	path := socketPath(t)
	kill(t, path)
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := serve.Listen(path); engine.KindOf(err) != engine.KindDenied || !strings.Contains(err.Error(), "12345") {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}

func TestABrokenListenerIsAnError(t *testing.T) {
	listener, err := serve.Listen(socketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := serve.Run(t.Context(), listener, newFake(), serve.Info{}); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("%v", err)
	}
}

func TestAnEndBeforeTheBeginning(t *testing.T) {
	path := socketPath(t)
	listener, err := serve.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve.Run(ctx, listener, newFake(), serve.Info{}); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket stays: %v", err)
	}
}
