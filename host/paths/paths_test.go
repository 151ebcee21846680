//go:build unix

package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rondb-tui/engine"
)

// environment gives the test directories of its own; runtime is as if a login had
// made it.
func environment(t *testing.T) (state, runtime, temporary string) {
	t.Helper()
	dir := t.TempDir()
	state, runtime, temporary = filepath.Join(dir, "state"), filepath.Join(dir, "run"), filepath.Join(dir, "tmp")
	for _, one := range []string{runtime, temporary} {
		if err := os.Mkdir(one, private); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	t.Setenv("TMPDIR", temporary)
	return state, runtime, temporary
}

func mustFind(t *testing.T) Roots {
	t.Helper()
	roots, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// made gives a cluster whose directories are there.
func made(t *testing.T, roots Roots, name engine.ClusterName) Cluster {
	t.Helper()
	c, err := roots.Cluster(name)
	if err == nil {
		err = c.Make()
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantKind(t *testing.T, err error, kind engine.ErrorKind) {
	t.Helper()
	if err == nil || engine.KindOf(err) != kind {
		t.Fatalf("got %v, want an error that is %v", err, kind)
	}
}

func wantMode(t *testing.T, dir string, mode fs.FileMode) {
	t.Helper()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != mode {
		t.Errorf("%s: %v, %v, want %v", dir, info, err, mode)
	}
}

func TestWhereThingsAre(t *testing.T) {
	state, runtime, _ := environment(t)
	roots := mustFind(t)
	if want := (Roots{State: state + "/rondb-tui", Runtime: runtime + "/rondb-tui"}); roots != want {
		t.Fatalf("got %+v, want %+v", roots, want)
	}
	got, err := roots.Cluster("demo")
	dir := roots.State + "/demo"
	want := Cluster{
		Name: "demo", Dir: dir, Lock: dir + "/lock", Journal: dir + "/journal.jsonl", Launch: dir + "/launch.json",
		Log: dir + "/engine.log", Events: dir + "/events.jsonl", Socket: roots.Runtime + "/demo.sock",
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, dir := range []string{state, roots.Runtime} {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("asking made %s: %v", dir, err)
		}
	}
}

func TestWithoutAnEnvironment(t *testing.T) {
	environment(t)
	t.Setenv("XDG_STATE_HOME", "")
	home := t.TempDir()
	t.Setenv("HOME", home)
	if roots := mustFind(t); !strings.HasPrefix(roots.State, home) {
		t.Errorf("state in %s, want below %s", roots.State, home)
	}
	t.Setenv("HOME", "")
	if roots, err := Find(); err == nil && !filepath.IsAbs(roots.State) {
		t.Errorf("state in %q", roots.State)
	}
}

func TestTheRuntimeDirectoryOfAnother(t *testing.T) {
	cases := map[string]func(t *testing.T, runtime string) string{
		"unset":     func(*testing.T, string) string { return "" },
		"relative":  func(*testing.T, string) string { return "run" },
		"not there": func(_ *testing.T, runtime string) string { return runtime + "/gone" },
		"a file":    func(t *testing.T, runtime string) string { t.Helper(); return touched(t, runtime+"/file") },
		"others may write": func(t *testing.T, runtime string) string {
			t.Helper()
			return with(t, os.Chmod(runtime, 0o777), runtime)
		},
		"another user's": func(t *testing.T, runtime string) string {
			t.Helper()
			asRoot(t)
			return with(t, os.Chown(runtime, 1, 1), runtime)
		},
	}
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			_, runtime, temporary := environment(t)
			t.Setenv("XDG_RUNTIME_DIR", prepare(t, runtime))
			roots := mustFind(t)
			if filepath.Dir(roots.Runtime) != temporary {
				t.Errorf("sockets in %s, want below %s", roots.Runtime, temporary)
			}
			if _, err := os.Lstat(roots.Runtime); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("looking for the roots made %s: %v", roots.Runtime, err)
			}
			place, err := roots.Cluster("demo")
			if err == nil {
				err = place.Make()
			}
			if err != nil {
				t.Fatal(err)
			}
			wantMode(t, roots.Runtime, private)
		})
	}
}

// What stands in the place of our own directory is refused, never repaired.
func TestADirectoryThatIsNotOursAlone(t *testing.T) {
	cases := map[string]struct {
		prepare func(t *testing.T, dir string)
		says    string
	}{
		"open to a group": {func(t *testing.T, dir string) {
			t.Helper()
			with(t, errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o710)), "")
		}, "chmod 700"},
		"open to others": {func(t *testing.T, dir string) {
			t.Helper()
			with(t, errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o701)), "")
		}, "chmod 700"},
		"a symbolic link": {func(t *testing.T, dir string) { t.Helper(); with(t, os.Symlink(t.TempDir(), dir), "") }, "symbolic link"},
		"a dangling link": {func(t *testing.T, dir string) { t.Helper(); with(t, os.Symlink("/no/such", dir), "") }, "symbolic link"},
		"a file":          {func(t *testing.T, dir string) { t.Helper(); touched(t, dir) }, "not a directory"},
		"another user's": {func(t *testing.T, dir string) {
			t.Helper()
			asRoot(t)
			with(t, errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 1, 1)), "")
		}, "another user"},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			state, runtime, temporary := environment(t)
			refused := func(err error) {
				t.Helper()
				wantKind(t, err, engine.KindDenied)
				if !strings.Contains(err.Error(), one.says) {
					t.Errorf("%v does not say %q", err, one.says)
				}
			}
			one.prepare(t, runtime+"/rondb-tui")
			_, err := Find()
			refused(err)

			t.Setenv("XDG_RUNTIME_DIR", "")
			dir := mustFind(t).Runtime
			one.prepare(t, dir)
			_, err = Find()
			refused(err)

			t.Setenv("XDG_RUNTIME_DIR", temporary)
			roots := mustFind(t)
			c, err := roots.Cluster("demo")
			if err != nil {
				t.Fatal(err)
			}
			with(t, os.Mkdir(state, 0o700), "")
			one.prepare(t, roots.State)
			refused(c.Make())

			with(t, os.RemoveAll(roots.State), "")
			with(t, os.Mkdir(roots.State, 0o700), "")
			one.prepare(t, c.Dir)
			refused(c.Make())
		})
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"a", "0", "demo", "a-b-", strings.Repeat("x", engine.MaxClusterNameSize)} {
		if err := CheckName(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "-a", "A", "a.b", "..", "a/b", "a b", "ä", "a\n", "a\x00", "a_b", strings.Repeat("x", engine.MaxClusterNameSize+1)} {
		wantKind(t, CheckName(name), engine.KindInvalid)
		_, err := Roots{State: "/s", Runtime: "/r"}.Cluster(engine.ClusterName(name))
		wantKind(t, err, engine.KindInvalid)
	}
}

func TestASocketsPathHasAnEnd(t *testing.T) {
	fits := Roots{State: "/s", Runtime: "/" + strings.Repeat("r", MaxSocket-len("//demo.sock"))}
	c, err := fits.Cluster("demo")
	if err != nil || len(c.Socket) != MaxSocket {
		t.Fatalf("%d bytes, %v", len(c.Socket), err)
	}
	_, err = fits.Cluster("demo2")
	wantKind(t, err, engine.KindInvalid)
	if !strings.Contains(err.Error(), "XDG_RUNTIME_DIR") {
		t.Errorf("no way out: %v", err)
	}
}

func TestClustersAreListed(t *testing.T) {
	environment(t)
	roots := mustFind(t)
	if names, err := roots.Clusters(); err != nil || names != nil {
		t.Errorf("none: %v, %v", names, err)
	}
	for _, name := range []engine.ClusterName{"zoo", "demo", "a-1"} {
		made(t, roots, name)
	}
	with(t, os.Mkdir(roots.State+"/.removed-x", 0o700), "")
	with(t, os.Mkdir(roots.State+"/Not A Name", 0o700), "")
	with(t, os.Symlink("demo", roots.State+"/link"), "")
	touched(t, roots.State+"/file")
	names, err := roots.Clusters()
	if want := []engine.ClusterName{"a-1", "demo", "zoo"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v, %v, want %v", names, err, want)
	}
	with(t, os.RemoveAll(roots.State), "")
	touched(t, roots.State)
	if _, err := roots.Clusters(); err == nil {
		t.Error("a file is listed")
	}
}

// with fails the test on an error of its own preparation, and gives the path.
func with(t *testing.T, err error, path string) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func touched(t *testing.T, path string) string {
	t.Helper()
	return with(t, os.WriteFile(path, nil, 0o600), path)
}

// asRoot skips the cases that need a second user: one each in two tests.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("1 case: only root can give a directory to another user")
	}
}

func laxMask(t *testing.T) {
	t.Helper()
	before := syscall.Umask(0)
	t.Cleanup(func() { syscall.Umask(before) })
}
