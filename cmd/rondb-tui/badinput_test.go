package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInputIsNamed: every kind of bad input gets its exit code and a message
// that says what, where and how to mend it, and starts nothing.
func TestBadInputIsNamed(t *testing.T) {
	ownState(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	huge := filepath.Join(dir, "huge.jsonc")
	sparse, err := os.Create(huge)
	if err != nil {
		t.Fatal(err)
	}
	if err := sparse.Truncate(100 << 20); err != nil {
		t.Fatal(err)
	}
	if err := sparse.Close(); err != nil {
		t.Fatal(err)
	}

	for _, tc := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"unknown command", []string{"upp"}, exitUsage, []string{`"upp"`, "did you mean up"}},
		{"unknown flag", []string{"up", "--replica", "2"}, exitUsage, []string{"--replica"}},
		{"flag of a wrong type", []string{"up", "--groups", "two"}, exitUsage, []string{`"two"`, "groups"}},
		{"too many names", []string{"up", "a", "b"}, exitUsage, []string{"2"}},
		{"impossible name", []string{"up", "../x"}, exitUsage, []string{"../x", "lower-case"}},
		{"unknown driver", []string{"up", "--driver", "kvm"}, exitUsage, []string{"kvm", "auto or sim"}},
		{"driver of a later version", []string{"up", "--driver", "docker"}, exitUsage, []string{"--driver sim"}},
		{"unknown workload", []string{"up", "--workload", "tpcc"}, exitUsage, []string{"tpcc", "bank, kv or none"}},
		{"rate out of range", []string{"up", "--rate", "0"}, exitUsage, []string{"--rate 0", "1 to"}},
		{"speed out of range", []string{"up", "--speed", "-1"}, exitUsage, []string{"--speed -1"}},
		{"speed that is no number", []string{"up", "--speed", "NaN"}, exitUsage, []string{"--speed NaN"}},
		{"unknown condition", []string{"up", "--wait", "soon"}, exitUsage, []string{"soon", "ready or converged"}},
		{"missing file", []string{"up", "-f", filepath.Join(dir, "none.jsonc")}, exitUsage, []string{"none.jsonc"}},
		{"a directory", []string{"up", "-f", dir}, exitUsage, []string{dir}},
		{"empty file", []string{"up", "-f", file("empty.jsonc", "")}, exitUsage, []string{"empty.jsonc"}},
		{"unknown field", []string{"up", "-f", file("field.jsonc", "{\n  \"NumNodeGroup\": 1\n}")}, exitUsage, []string{"field.jsonc:2:3", "NumNodeGroups"}},
		{"wrong type", []string{"up", "-f", file("type.jsonc", "{\n  \"NumNodeGroups\": \"one\"\n}")}, exitUsage, []string{"type.jsonc:2:20", "NumNodeGroups"}},
		{"trailing text", []string{"up", "-f", file("trail.jsonc", "{}\nmore")}, exitUsage, []string{"trail.jsonc:2:1"}},
		{"100 MB", []string{"up", "-f", huge}, exitUsage, []string{"huge.jsonc", "1024 KiB"}},
		{"binary", []string{"up", "-f", file("bin.jsonc", "\x7fELF\x00\x01\xff")}, exitUsage, []string{"bin.jsonc"}},
		{"out of range", []string{"up", "-f", file("range.jsonc", "{\n  \"NumNodeGroups\": 0\n}")}, exitRefused, []string{"range.jsonc:2:", "NumNodeGroups"}},
		{"more replicas than slots", []string{"up", "-f", file("slots.jsonc", "{\n  \"MaxReplicationFactor\": 2,\n  \"ActiveReplicationFactor\": 3\n}")}, exitRefused, []string{"slots.jsonc:3:", "ActiveReplicationFactor"}},
		{"more replicas than slots, by flag", []string{"up", "--replicas", "4"}, exitRefused, []string{"ActiveReplicationFactor"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), append(tc.args, "--dry-run")[:len(tc.args)+dryRunFlag(tc.args)], strings.NewReader(""), &stdout, &stderr)
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			for _, want := range tc.want {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("the message does not say %q:\n%s", want, stderr.String())
				}
			}
			if stdout.Len() > 0 {
				t.Errorf("something went to stdout:\n%s", stdout.String())
			}
			if strings.Contains(stderr.String(), "\x1b") {
				t.Errorf("an escape code off a terminal: %q", stderr.String())
			}
		})
	}
}

// dryRunFlag keeps a test of `up` from starting anything should it be accepted.
func dryRunFlag(args []string) int {
	if args[0] == "up" {
		return 1
	}
	return 0
}

func TestDryRunPrintsThePlanAndStartsNothing(t *testing.T) {
	ownState(t)
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"up", "--dry-run", "--groups", "1"}, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	for _, want := range []string{"write the cluster configuration", "start management server 65", "start data node 2", "start MySQL server 68"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%q is missing in the plan:\n%s", want, stdout.String())
		}
	}
}

func TestVersionAndCompletion(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"completion", "bash"}, {"--help"}} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); code != exitDone || !strings.Contains(stdout.String(), "rondb-tui") {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, stdout.String(), stderr.String())
		}
	}
}
