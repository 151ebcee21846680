package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "rondb-tui"

// pkg is what go list tells of a package of ours.
type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	Deps       []string
	GoFiles    []string
}

// rule forbids imports: of packages of ours by their path below the module, of
// others by prefix. A rule for a package that no longer exists fails as well.
type rule struct {
	in      string // package, or "x/..." for x and all below
	direct  bool   // look at direct imports only
	forbid  []string
	except  []string // packages of ours that the rule leaves out
	because string
}

func rules() []rule {
	return []rule{
		{in: "engine", forbid: []string{module, "."}, because: "the vocabulary imports only the standard library"},
		{in: "engine", direct: true, forbid: []string{"os", "net", "log", "math/rand", "math/rand/v2", "sync", "os/exec"}, because: "no I/O, no randomness, no shared state"},
		{in: "engine/plan", direct: true, forbid: []string{"os", "net", "log", "math/rand", "math/rand/v2", "sync", "os/exec", "context"}, because: "the planner is pure"},
		{in: "engine/validate", direct: true, forbid: []string{"os", "net", "log", "math/rand", "math/rand/v2", "sync", "os/exec", "context"}, because: "validation is pure"},
		{in: "tui/present", direct: true, forbid: []string{"os", "net", "log", "math/rand", "math/rand/v2", "sync", "charm.land"}, because: "presenters turn a snapshot into words, nothing else"},
		{in: "engine/plan", forbid: []string{module + "/engine/exec", module + "/engine/loop", module + "/simdrv", module + "/tui", module + "/host"}, because: "stages only know the stages before them"},
		{in: "engine/exec", forbid: []string{module + "/engine/plan", module + "/engine/loop", module + "/simdrv", module + "/tui", module + "/host"}, because: "the executor carries no decision"},
		{in: "engine/loop", forbid: []string{module + "/simdrv", module + "/tui", module + "/host", module + "/workload"}, because: "the loop reaches the world through the Driver port"},
		{in: "simdrv", forbid: []string{module + "/engine/plan", module + "/engine/exec", module + "/engine/loop", module + "/tui", module + "/host", module + "/workload", "github.com/dolthub"}, because: "a driver knows the vocabulary only"},
		{in: "simdrv/sqlfront", forbid: []string{module + "/engine/loop", module + "/tui", module + "/host", module + "/workload"}, because: "a driver knows the vocabulary only"},
		{in: "workload", forbid: []string{module + "/", "github.com/dolthub"}, because: "the workload sees a cluster as any client does"},
		{in: "tui/...", forbid: []string{module + "/simdrv", module + "/workload", module + "/host", module + "/control", module + "/agentproto", "google.golang.org", module + "/engine/loop", module + "/engine/plan", "github.com/dolthub", "github.com/go-sql-driver"}, because: "the console sees snapshots and submits intents"},
		{in: "tui/...", direct: true, forbid: []string{"net", "os/exec"}, because: "the console does no I/O of its own"},
		{in: "host/...", forbid: []string{module + "/tui", module + "/cmd", "charm.land"}, because: "the engine's process has no screen"},
		{in: "host/serve", forbid: []string{module + "/simdrv", module + "/workload", module + "/engine/loop", module + "/engine/plan"}, because: "the socket's server sees the engine as any console does"},
		{in: "host/owner", forbid: []string{module + "/host/serve", module + "/control", module + "/engine/loop", module + "/simdrv"}, because: "who owns a cluster does not depend on what it runs"},
		{in: "control", forbid: []string{module + "/host", module + "/simdrv", module + "/workload", module + "/engine/loop", module + "/engine/plan", module + "/tui"}, because: "a client knows the vocabulary and the contract"},
		{in: "rondb/...", forbid: []string{".", module + "/engine", module + "/simdrv", module + "/host", module + "/tui", module + "/agentproto"}, because: "what we know of RonDB stands on the standard library alone"},
		{in: "rondb/config", direct: true, forbid: []string{"os", "net", "os/exec", "log"}, because: "configuration files are made of values"},
		{in: "dockerdrv", forbid: []string{module + "/engine/plan", module + "/engine/loop", module + "/simdrv", module + "/host", module + "/control", module + "/tui", module + "/workload", "charm.land", "github.com/dolthub"}, because: "a driver knows the vocabulary, the contract of the agents and RonDB"},
		{in: "agent/...", forbid: []string{module + "/engine", module + "/simdrv", module + "/host", module + "/control", module + "/tui", module + "/workload", "charm.land", "github.com/dolthub"}, because: "an agent knows its process and the contract, nothing of plans"},
		{in: "agentproto", direct: true, forbid: []string{module + "/"}, because: "a contract is not made of our code"},
		{in: "chaos", forbid: []string{module + "/engine/loop", module + "/engine/plan", module + "/engine/exec", module + "/simdrv", module + "/host", module + "/tui", "google.golang.org"}, because: "faults are scheduled on the vocabulary alone"},
		{in: "chaos", direct: true, forbid: []string{"os", "net", "log", "sync", "os/exec", "time/tzdata"}, because: "selectors and schedules are pure"},
		{in: "...", forbid: []string{"google.golang.org/grpc/xds", "google.golang.org/grpc/reflection", "google.golang.org/grpc/admin"}, because: "they double the size of a binary"},
		{in: "...", direct: true, forbid: []string{"testing"}, except: []string{"internal/ttytest", "internal/drivertest", "internal/enginegen", "internal/simtest"}, because: "fakes live in test packages"},
		{in: "...", direct: true, forbid: []string{"os/exec"}, except: []string{"host/launch", "internal/ttytest", "internal/cmd/bench"}, because: "design.md §2 names the places that start processes"},
		{in: "...", forbid: []string{"github.com/charmbracelet/bubbletea", "github.com/charmbracelet/lipgloss", "github.com/charmbracelet/bubbles"}, because: "version 2 lives at charm.land"},
	}
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	packages := listPackages(t)
	for _, r := range rules() {
		found := false
		for _, p := range packages {
			path := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
			if !matches(r.in, path) || slices.Contains(r.except, path) {
				continue
			}
			found = true
			imports := p.Deps
			if r.direct {
				imports = p.Imports
			}
			for _, imp := range imports {
				if forbidden(r, imp) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imp, r.because)
				}
			}
		}
		if !found {
			t.Errorf("the rule for %q (%s) has no package left", r.in, r.because)
		}
	}
}

func matches(pattern, path string) bool {
	if base, all := strings.CutSuffix(pattern, "..."); all {
		base = strings.TrimSuffix(base, "/")
		return base == "" || path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// forbidden: "." stands for any import outside the standard library.
func forbidden(r rule, imp string) bool {
	for _, f := range r.forbid {
		switch {
		case f == ".":
			if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") {
				return true
			}
		case imp == f, strings.HasSuffix(f, "/") && strings.HasPrefix(imp, f):
			return true
		case strings.HasPrefix(imp, f+"/") && (strings.Contains(f, ".") || strings.HasPrefix(f, module)):
			return true
		}
	}
	return false
}

func listPackages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports,Deps,GoFiles", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
