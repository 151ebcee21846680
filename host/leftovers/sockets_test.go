//go:build linux || darwin

package leftovers

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/host/paths"
)

func TestSockets(t *testing.T) {
	cases := map[string]struct {
		prepare func(t *testing.T, place paths.Cluster)
		left    bool
	}{
		"dead": {func(t *testing.T, place paths.Cluster) { t.Helper(); deadSocket(t, place.Socket) }, true},
		"dead, no state": {func(t *testing.T, place paths.Cluster) {
			t.Helper()
			deadSocket(t, place.Socket)
			check(t, os.Remove(place.Dir))
		}, true},
		"dead, of a starting":   {func(t *testing.T, place paths.Cluster) { t.Helper(); deadSocket(t, place.Socket); locked(t, place) }, false},
		"living":                {func(t *testing.T, place paths.Cluster) { t.Helper(); listening(t, place.Socket) }, false},
		"of a stopped, full up": {func(t *testing.T, place paths.Cluster) { t.Helper(); fill(t, place.Socket) }, false},
		"a file":                {func(t *testing.T, place paths.Cluster) { t.Helper(); check(t, os.WriteFile(place.Socket, nil, 0o600)) }, false},
		"no name of ours": {func(t *testing.T, place paths.Cluster) {
			t.Helper()
			deadSocket(t, filepath.Join(filepath.Dir(place.Socket), "No_Name.sock"))
		}, false},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			roots := rootsFor(t)
			place := made(t, roots, "demo")
			one.prepare(t, place)
			all, err := deadSockets(roots)
			check(t, err)
			if !one.left {
				if len(all) > 0 {
					t.Errorf("found %q", all[0].What)
				}
				return
			}
			check(t, cleared(t.Context(), t, all))
			if !strings.Contains(all[0].What, place.Socket) {
				t.Errorf("it is called %q", all[0].What)
			}
			if _, err := os.Lstat(place.Socket); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
}

func TestWithoutARuntimeDirectory(t *testing.T) {
	all, err := deadSockets(paths.Roots{State: t.TempDir(), Runtime: filepath.Join(t.TempDir(), "none")})
	if err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// What was found may be of use by the time it is to be cleared.
func TestASocketInUseAgainStays(t *testing.T) {
	cases := map[string]func(t *testing.T, place paths.Cluster){
		"an engine starts": locked,
		"an engine with other files listens": func(t *testing.T, place paths.Cluster) {
			t.Helper()
			check(t, os.Remove(place.Socket))
			listening(t, place.Socket)
		},
	}
	for name, happens := range cases {
		t.Run(name, func(t *testing.T) {
			roots := rootsFor(t)
			place := made(t, roots, "demo")
			deadSocket(t, place.Socket)
			all, err := deadSockets(roots)
			check(t, err)
			happens(t, place)
			wantKind(t, cleared(t.Context(), t, all), engine.KindConflict)
			if _, err := os.Lstat(place.Socket); err != nil {
				t.Error(err)
			}
		})
	}
}

// fill makes a socket whose queue of connections is full, as that of an engine
// that was stopped. macOS answers as if it were dead; there is no lock here.
func fill(t *testing.T, path string) {
	t.Helper()
	listening(t, path)
	const most = 10_000 // more than any system's queue
	for range most {
		conn, err := net.Dial("unix", path)
		if err != nil {
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatalf("%d connections, and room for more", most)
}
