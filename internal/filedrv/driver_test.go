package filedrv_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/internal/drivertest"
	"rondb-tui/internal/filedrv"
)

// TestHoldsTheContract runs the whole suite but for what needs faults: nothing
// happens by itself in this world, so there are none to heal from.
func TestHoldsTheContract(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Subject {
		t.Helper()
		driver := open(t, filepath.Join(t.TempDir(), "world"))
		return drivertest.Subject{Driver: driver, Patience: 5 * time.Second, Close: func() { shut(t, driver) }}
	})
}

func open(t *testing.T, path string) *filedrv.Driver {
	t.Helper()
	driver, err := filedrv.Open(filedrv.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return driver
}

func shut(t *testing.T, driver *filedrv.Driver) {
	t.Helper()
	if err := driver.Close(); err != nil {
		t.Error(err)
	}
}

// history is a small life of a cluster, and how the world looked after each step.
func history(t *testing.T, path string) []engine.Observed {
	t.Helper()
	spec := engine.DefaultSpec()
	spec.NumNodeGroups = 1
	driver := open(t, path)
	defer shut(t, driver)
	looks := []engine.Observed{look(t, driver)}
	do := func(action engine.Action) {
		if err := driver.Do(t.Context(), engine.Step{Action: action, Cause: "the test asks for it"}); err != nil {
			t.Fatal(err)
		}
		looks = append(looks, look(t, driver))
	}
	do(engine.WriteConfig{Config: spec.Config()})
	for _, slot := range spec.Slots() {
		if spec.Fills(slot) {
			do(engine.CreateNode{Slot: slot})
			do(engine.StartNode{Slot: slot})
		}
	}
	do(engine.DeactivateNode{Slot: spec.Slots()[1]})
	do(engine.RemoveNode{Slot: spec.Slots()[1], DropVolume: true})
	do(engine.StopAllDataNodes{})
	do(engine.StartNode{Slot: spec.Slots()[0]})
	return looks
}

// look leaves out what a later process does not see alike.
func look(t *testing.T, driver *filedrv.Driver) engine.Observed {
	t.Helper()
	o, err := driver.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.At, o.Events, o.RestoredAt = time.Time{}, nil, time.Time{}
	for i := range o.Nodes {
		o.Nodes[i].StartedAt = time.Time{}
	}
	return o
}

// TestCutAnywhere cuts the file around the end of every line and at many bytes
// between: the next process finds the world after the whole lines, and goes on
// from there.
func TestCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "world")
	looks := history(t, path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut, lines := filepath.Join(dir, "cut"), 0
	for size := range len(text) + 1 {
		if size > 0 && text[size-1] == '\n' {
			lines++
		}
		if size%13 != 0 && !bytes.Contains(text[max(0, size-2):min(len(text), size+2)], []byte("\n")) {
			continue
		}
		if err := os.WriteFile(cut, text[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		driver := open(t, cut)
		if found := look(t, driver); !reflect.DeepEqual(found, looks[lines]) {
			t.Fatalf("cut at byte %d: found %+v, want %+v", size, found, looks[lines])
		}
		if err := driver.Do(t.Context(), engine.Step{Action: engine.WriteConfig{Config: otherPorts()}}); err != nil {
			t.Fatal(err)
		}
		shut(t, driver)
		if effects, err := filedrv.Read(cut); err != nil || len(effects) != lines+1 {
			t.Fatalf("cut at byte %d and written to: %d effects, error %v; want %d", size, len(effects), err, lines+1)
		}
	}
	if lines != len(looks)-1 {
		t.Errorf("%d lines for %d effects", lines, len(looks)-1)
	}
}

func otherPorts() engine.ClusterConfig {
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.DefaultMysqldPort = 1, 3307
	return spec.Config()
}

// TestRepeatedOrderWritesNothing also over processes, and says so.
func TestRepeatedOrderWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "world")
	history(t, path)
	before, err := filedrv.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	told := map[bool]int{}
	driver, err := filedrv.Open(filedrv.Options{Path: path, Told: func(_ engine.Step, written bool) { told[written]++ }})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, driver)
	if err := driver.Do(t.Context(), before[len(before)-1].Step); err != nil {
		t.Error(err)
	}
	after, err := filedrv.Read(path)
	if err != nil || len(after) != len(before) || told[false] != 1 || told[true] != 0 {
		t.Errorf("%d effects became %d, told %v, error %v", len(before), len(after), told, err)
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":        "once upon a time\n",
		"no action":      `{"Seq":1,"At":"2026-01-01T00:00:00Z"}` + "\n",
		"a gap":          `{"Seq":2,"At":"2026-01-01T00:00:00Z","Step":{"ID":0,"Do":"stop_all_data_nodes","Cause":"x"}}` + "\n",
		"no such node":   `{"Seq":1,"At":"2026-01-01T00:00:00Z","Step":{"ID":0,"Do":"start_node","Action":{"Slot":{"ID":1,"Kind":"ndbmtd"}},"Cause":"x"}}` + "\n",
		"a wait":         `{"Seq":1,"At":"2026-01-01T00:00:00Z","Step":{"ID":0,"Do":"await_arbitration","Cause":"x"}}` + "\n",
		"unknown action": `{"Seq":1,"At":"2026-01-01T00:00:00Z","Step":{"ID":0,"Do":"dance","Cause":"x"}}` + "\n",
	} {
		path := filepath.Join(t.TempDir(), "world")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := filedrv.Open(filedrv.Options{Path: path}); engine.KindOf(err) != engine.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if found, err := os.ReadFile(path); err != nil || string(found) != text {
			t.Errorf("%s: the file was changed to %q, error %v", name, found, err)
		}
	}
}
