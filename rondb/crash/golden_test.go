package crash_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"rondb-tui/rondb/crash"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fixture is a file that a real NDB 7.2.1 left.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// golden compares what was read, as JSON, with a file.
func golden(t *testing.T, name string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s differs; got\n%s", path, text)
	}
}

func TestErrorLogsOfARealCluster(t *testing.T) {
	golden(t, "ndb_1_error_arbitration.json", crash.ParseErrorLog(fixture(t, "ndb_1_error_arbitration.log")))
	golden(t, "ndb_2_error.json", crash.ParseErrorLog(fixture(t, "ndb_2_error.log")))
}

func TestTracesOfARealCluster(t *testing.T) {
	for _, name := range []string{"ndb_2_trace.log.1", "ndb_2_trace.log.1_t1", "ndb_2_trace.log.1_t2", "ndb_2_trace.log.1_t3"} {
		trace := crash.ParseTrace(fixture(t, name))
		if len(trace.Jams) != 20 || len(trace.Signals) != 10 {
			t.Errorf("%s: %d lines of the path, %d signals", name, len(trace.Jams), len(trace.Signals))
		}
		golden(t, name+".json", trace)
	}
}

// TestClusterLogOfARealCluster keeps what each line that says something is read
// as, one a line.
func TestClusterLogOfARealCluster(t *testing.T) {
	for _, name := range []string{"ndb_65_cluster", "docker_kill_pause_cluster"} {
		lines, cut := crash.ParseClusterLog(fixture(t, name+".log"))
		if cut || len(lines) < 300 {
			t.Errorf("%s: %d lines, cut %v", name, len(lines), cut)
		}
		var events []string
		known := 0
		for _, l := range lines {
			if l.Severity == crash.SeverityUnknown || l.Time.IsZero() {
				t.Errorf("%s: no line of a log: %+v", name, l)
			}
			if l.Event.Kind == "" {
				continue
			}
			known++
			text, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, string(text))
		}
		if known < len(lines)/2 {
			t.Errorf("%s: only %d of %d lines are understood", name, known, len(lines))
		}
		golden(t, name+".json", events)
	}
}
