//go:build linux

package ttytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
	"rondb-tui/internal/statusdoc"
)

// built is the program; only TestMain writes it. Empty: there is no tmux.
var built string

// commandLimit bounds a command that is run off a terminal.
const commandLimit = 30 * time.Second

// TestMain builds the program once for all tests.
func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	if _, err := exec.LookPath(tmuxProgram); err != nil {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "rt")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built = filepath.Join(dir, "rondb-tui")
	if out, err := exec.Command("go", "build", "-o", built, "rondb-tui/cmd/rondb-tui").CombinedOutput(); err != nil {
		return failed(fmt.Errorf("build: %w\n%s", err, out))
	}
	return m.Run()
}

func failed(err error) int {
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 1
}

// sandbox is what one test has for itself: the binary under a name of its own, by
// which its processes are known, the two directories, and a tmux server.
type sandbox struct {
	t      *testing.T
	binary string
	state  string // XDG_STATE_HOME
	run    string // XDG_RUNTIME_DIR
	server *Server
}

// newSandbox makes one, or ends the test where tmux is missing: as a counted skip
// for people, as a failure where RONDB_TUI_TTY=require says that the suite has to
// run. At its end nothing must be left of what the test started.
func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	if built == "" {
		if os.Getenv("RONDB_TUI_TTY") == "require" {
			t.Fatal("tmux is not installed, and this suite has to run")
		}
		t.Skip("SKIPPED because tmux is not installed")
	}
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &sandbox{
		t: t, binary: filepath.Join(dir, "rondb-tui"), state: filepath.Join(dir, "state"), run: filepath.Join(dir, "run"),
		server: NewServer(t, dir),
	}
	if err := errors.Join(os.Link(built, s.binary), os.Mkdir(s.state, 0o700), os.Mkdir(s.run, 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.finish)
	return s
}

// open runs a command in a terminal of its own.
func (s *sandbox) open(width, height int, command string) *Terminal {
	s.t.Helper()
	return s.server.Open(width, height, strings.Join(append(append([]string{"env"}, s.environment()...), s.binary, command), " "))
}

func (s *sandbox) environment() []string {
	return []string{"XDG_STATE_HOME=" + s.state, "XDG_RUNTIME_DIR=" + s.run}
}

// command runs a command off a terminal and returns its exit code and output.
func (s *sandbox) command(args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	// Not the test's context: the end of the sandbox comes after it.
	ctx, cancel := context.WithTimeout(context.Background(), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = append(os.Environ(), s.environment()...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		s.t.Errorf("%v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

// must runs a command off a terminal, which has to succeed.
func (s *sandbox) must(args ...string) (stdout string) {
	s.t.Helper()
	code, stdout, stderr := s.command(args...)
	if code != 0 {
		s.t.Errorf("%v: exit status %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout
}

// status is what `status -o json` says.
func (s *sandbox) status() statusdoc.Document {
	s.t.Helper()
	var d statusdoc.Document
	if err := json.Unmarshal([]byte(s.must("status", "demo", "-o", "json")), &d); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// starts counts the process starts of every node, which the engine knows and
// `status` does not tell.
func (s *sandbox) starts() map[engine.NodeID]uint64 {
	s.t.Helper()
	client, err := control.Dial(s.t.Context(), filepath.Join(s.run, "rondb-tui", "demo.sock"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.Follow(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	found := map[engine.NodeID]uint64{}
	for _, n := range client.Latest().Cluster.Observed.Nodes {
		found[n.ID] = n.Incarnation
	}
	return found
}

func (s *sandbox) lock() string { return filepath.Join(s.state, "rondb-tui", "demo", paths.LockFile) }

// engine is the process that owns the cluster.
func (s *sandbox) engine() owner.Owner {
	s.t.Helper()
	o, held, err := owner.Look(s.lock())
	if err != nil || !held {
		s.t.Fatalf("no engine owns the cluster: %v", err)
	}
	return o
}

// console is the process of the only console.
func (s *sandbox) console() int {
	s.t.Helper()
	var found []int
	for pid, args := range s.processes() {
		if !isEngine(args) {
			found = append(found, pid)
		}
	}
	if len(found) != 1 {
		s.t.Fatalf("the consoles are %v, want one", found)
	}
	return found[0]
}

// signal sends one to a process of this test.
func (s *sandbox) signal(pid int, signal syscall.Signal) {
	s.t.Helper()
	if _, ours := s.processes()[pid]; !ours {
		s.t.Fatalf("process %d is not ours", pid)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		s.t.Fatal(err)
	}
}

// until waits for something that no screen shows.
func (s *sandbox) until(what string, holds func() bool) {
	s.t.Helper()
	if !poll(holds) {
		s.t.Fatalf("waited %v until %s; the processes are %v", waitAtMost, what, s.processes())
	}
}

// serves checks that the cluster serves, from the engine that it had.
func (s *sandbox) serves(want owner.Owner) {
	s.t.Helper()
	if o := s.engine(); o != want {
		s.t.Errorf("the engine is %+v, want %+v", o, want)
	}
	if code, stdout, stderr := s.command("status", "demo", "--check"); code != 0 {
		s.t.Errorf("the cluster does not serve: exit status %d\n%s%s", code, stdout, stderr)
	}
}

// processes lists the processes of this test's binary, with their arguments.
func (s *sandbox) processes() map[int][]string {
	s.t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		s.t.Fatal(err)
	}
	found := map[int][]string{}
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != s.binary {
			continue // gone meanwhile, or not ours
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		args, gone := os.ReadFile(filepath.Join(filepath.Dir(link), "cmdline"))
		if err == nil && gone == nil {
			found[pid] = strings.Split(strings.TrimSuffix(string(args), "\x00"), "\x00")
		}
	}
	return found
}

// isEngine tells an engine from a console by what it was started with.
func isEngine(args []string) bool { return len(args) > 1 && args[1] == "engine" }

// left checks how a console ended and that the terminal is usable, and returns
// what it said.
func (s *sandbox) left(term *Terminal, want int, words ...string) string {
	s.t.Helper()
	status, text := term.WaitForExit()
	if status != want {
		s.t.Errorf("exit status %d, want %d:\n%s", status, want, text)
	}
	if !term.Restored() {
		s.t.Errorf("the terminal is not restored: alternate screen or mouse on, cursor off, or other modes\n%s", text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			s.t.Errorf("it does not say %q:\n%s", word, text)
		}
	}
	return text
}

// gone checks that no process and no file is left of the cluster.
func (s *sandbox) gone() {
	s.t.Helper()
	if !poll(func() bool { return len(s.processes()) == 0 }) {
		s.t.Errorf("processes left: %v", s.processes())
	}
	for _, dir := range []string{s.state, s.run} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			s.t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
}

// finish ends what the test has not ended itself, and then nothing must be left.
func (s *sandbox) finish() {
	s.t.Helper()
	if _, err := os.Stat(s.lock()); err == nil {
		s.must("down", "demo", "--volumes", "--yes")
	}
	s.gone()
	for pid := range s.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // has failed the test already
	}
}
