package crash_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rondb-tui/rondb/crash"
)

// dataDir is a data node's directory after the crash of the fixtures.
func dataDir(t *testing.T) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{
		"ndb_2_error.log":        {Data: fixture(t, "ndb_2_error.log")},
		"ndb_2_out.log":          {Data: []byte(strings.Repeat("a line of the output\n", 5000) + "the last line\n")},
		"ndb_2_trace.log.2":      {Data: []byte("of another crash")},
		"ndb_2_trace.log.next":   {Data: []byte("1")},
		"ndb_22_error.log":       {Data: []byte("of another node")},
		"ndb_2_fs/D1/DBDIH/file": {Data: []byte("data")},
	}
	for _, name := range []string{"ndb_2_trace.log.1", "ndb_2_trace.log.1_t1", "ndb_2_trace.log.1_t2", "ndb_2_trace.log.1_t3"} {
		dir[name] = &fstest.MapFile{Data: fixture(t, name)}
	}
	return dir
}

func TestCollect(t *testing.T) {
	report, err := crash.Collect(dataDir(t), 2)
	if err != nil || report.Record == nil {
		t.Fatalf("%v, %+v", err, report)
	}
	if report.Record.Code != 6000 || report.Verdict.Advice != crash.AdviceRetry || len(report.Notes) != 0 {
		t.Errorf("%+v, %s, %q", report.Record, report.Verdict, report.Notes)
	}
	var names []string
	for _, trace := range report.Traces {
		names = append(names, trace.Name)
		if trace.Size != 60000 || len(trace.Signals) != 10 {
			t.Errorf("%s: %d bytes, %d signals", trace.Name, trace.Size, len(trace.Signals))
		}
	}
	// The record's own list is cut off after two; thread 3 crashed.
	want := []string{"ndb_2_trace.log.1_t3", "ndb_2_trace.log.1", "ndb_2_trace.log.1_t1", "ndb_2_trace.log.1_t2"}
	if !slices.Equal(names, want) {
		t.Errorf("traces %q, want %q", names, want)
	}
	if len(report.Out) != 100 || report.Out[99] != "the last line" || report.Out[0] != "a line of the output" {
		t.Errorf("%d lines of output: %q", len(report.Out), report.Out)
	}
	if len(report.Files) != 8 {
		t.Errorf("files: %v", report.Files)
	}
}

func TestCollectWithoutACrash(t *testing.T) {
	report, err := crash.Collect(fstest.MapFS{}, 2)
	if err != nil || report.Record != nil || !slices.Equal(report.Notes, []string{"there is no ndb_2_error.log"}) {
		t.Errorf("%+v, %v", report, err)
	}
	report, err = crash.Collect(fstest.MapFS{"ndb_2_error.log": {Data: []byte("\x00\xff")}}, 2)
	if err != nil || report.Record != nil || !slices.Equal(report.Notes, []string{"ndb_2_error.log has no record"}) {
		t.Errorf("%+v, %v", report, err)
	}
	if _, err := crash.Collect(os.DirFS(filepath.Join(t.TempDir(), "gone")), 2); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// TestCollectOpensOnlyRegularFiles: what a container links to is not its own.
func TestCollectOpensOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, fixture(t, "ndb_2_error.log"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "ndb_2_error.log")); err != nil {
		t.Fatal(err)
	}
	report, err := crash.Collect(os.DirFS(dir), 2)
	if err != nil || report.Record != nil || len(report.Files) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestAReportIsBounded(t *testing.T) {
	dir := dataDir(t)
	head := fixture(t, "ndb_2_trace.log.1_t3")
	for thread := range 300 {
		dir[fmt.Sprintf("ndb_2_trace.log.1_t%d", thread+1)] = &fstest.MapFile{Data: head}
	}
	dir["ndb_2_error.log"] = &fstest.MapFile{Data: slices.Concat(ring(60, 998, 59), fixture(t, "ndb_2_error.log")[69:])}
	report, err := crash.Collect(dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Traces) > 64 || len(report.Files) > 200 || len(report.Earlier) != 24 || len(report.Notes) == 0 {
		t.Errorf("%d traces, %d files, %d earlier records, notes %q", len(report.Traces), len(report.Files), len(report.Earlier), report.Notes)
	}
}
