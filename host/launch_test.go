package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rondb-tui/engine"
)

func TestALaunchIsKeptWithoutTheDesiredState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "launch.json")
	if _, found, err := ReadLaunch(path); found || err != nil {
		t.Fatalf("before the first: %v, %v", found, err)
	}
	spec := engine.DefaultSpec()
	want := Launch{Cluster: "demo", Driver: DriverSim, Seed: 7, Speed: 2, Workload: "bank", Rate: 100, Clients: 4}
	for _, rate := range []int{100, 200} { // the second replaces the first
		l := want
		l.Rate, l.Spec, l.Source = rate, &spec, "a file"
		if err := l.save(path); err != nil {
			t.Fatal(err)
		}
		want.Rate = rate
		if got, found, err := ReadLaunch(path); got != want || !found || err != nil {
			t.Errorf("%+v, %v, %v, want %+v", got, found, err, want)
		}
	}
	onlyFile(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// What cannot be saved leaves the old one, and nothing else.
func TestALaunchThatCannotBeSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "launch.json")
	if err := os.Mkdir(path, 0o700); err != nil { // nothing can be moved there
		t.Fatal(err)
	}
	if err := (Launch{Cluster: "demo"}).save(path); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("got %v", err)
	}
	onlyFile(t, path)
	if err := (Launch{}).save(filepath.Join(path, "none", "launch.json")); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("no directory: %v", err)
	}
}

func TestABrokenLaunchSaysHowToMendIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "launch.json")
	for name, text := range map[string]string{"empty": "", "cut off": `{"Cluster":"de`, "of another type": `{"Rate":"fast"}`,
		"out of range": `{"Driver":"sim","Workload":"bank","Rate":-7,"Clients":8,"Speed":1}`, "unknown": `{"Driver":"sim","Workload":"zz","Rate":7,"Clients":8,"Speed":1}`} {
		write(t, path, text)
		_, found, err := ReadLaunch(path)
		if found || engine.KindOf(err) != engine.KindInvalid || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "remove the file") {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
	if _, found, err := ReadLaunch(filepath.Dir(path)); found || engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("a directory: %v, %v", found, err)
	}
}

// onlyFile checks that nothing else is beside a file.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
}
