//go:build unix

package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"rondb-tui/engine"
)

func TestMakeIsPrivateUnderALaxMask(t *testing.T) {
	state, _, _ := environment(t)
	laxMask(t)
	c := made(t, mustFind(t), "demo")
	for _, dir := range []string{state, filepath.Dir(c.Dir), c.Dir, filepath.Dir(c.Socket)} {
		wantMode(t, dir, private)
	}
	if err := c.Make(); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestRemoveTakesAllOfOneCluster(t *testing.T) {
	state, runtime, _ := environment(t)
	roots := mustFind(t)
	demo, other := made(t, roots, "demo"), made(t, roots, "other")
	for _, c := range []Cluster{demo, other} {
		for _, path := range []string{c.Lock, c.Journal, c.Launch, c.Log, c.Events, c.Dir + "/more"} {
			touched(t, path)
		}
		deadSocket(t, c.Socket)
	}
	left := filepath.Join(roots.State, ".removed-demo") // by a crash in an earlier Remove
	with(t, os.MkdirAll(left+"/deep", 0o700), "")

	if err := demo.Remove(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{demo.Dir, demo.Socket, left} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	for _, path := range []string{other.Lock, other.Journal, other.Socket} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("another cluster's: %v", err)
		}
	}
	if err := demo.Remove(); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if err := other.Remove(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{state, runtime} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
}

// A link in the place of the cluster's directory is removed; what it leads to is
// not ours to empty.
func TestRemoveDoesNotFollowALink(t *testing.T) {
	environment(t)
	roots := mustFind(t)
	c := made(t, roots, "demo")
	precious := touched(t, filepath.Join(t.TempDir(), "precious"))
	with(t, errors.Join(os.Remove(c.Dir), os.Symlink(filepath.Dir(precious), c.Dir)), "")
	if err := c.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

// Clusters come and go side by side: none finds its directory gone once Make has
// said that it is there, though the last to go takes the roots with it.
func TestMakeAndRemoveSideBySide(t *testing.T) {
	environment(t)
	roots := mustFind(t)
	var group errgroup.Group
	for _, name := range []engine.ClusterName{"a", "b", "c"} {
		group.Go(func() error {
			c, err := roots.Cluster(name)
			if err != nil {
				return err
			}
			for range 200 {
				if err := c.Make(); err != nil {
					return err
				}
				if err := os.WriteFile(c.Lock, nil, 0o600); err != nil {
					return err
				}
				if err := c.Remove(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
