package dockerdrv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/dockerdrv/netcut"
	"rondb-tui/engine"
)

func environ(t *testing.T, files map[string]string, vars map[string]string) Environ {
	t.Helper()
	home := t.TempDir()
	for name, text := range files {
		path := filepath.Join(home, ".docker", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Environ{Home: home, Getenv: func(name string) string { return vars[name] }}
}

func TestWhichDaemon(t *testing.T) {
	mine := "contexts/meta/" + contentHash([]byte("mine")) + "/meta.json"
	unix := map[string]string{mine: `{"Endpoints":{"docker":{"Host":"unix:///run/mine.sock"}}}`}
	chosen := map[string]string{mine: unix[mine], "config.json": `{"currentContext":"mine"}`}
	for _, c := range []struct {
		name  string
		files map[string]string
		vars  map[string]string
		where string
		kind  engine.ErrorKind // with where ""
	}{
		{name: "nothing said", where: "the default socket"},
		{name: "the default context", files: map[string]string{"config.json": `{"currentContext":"default"}`}, where: "the default socket"},
		{name: "DOCKER_HOST", vars: map[string]string{"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "mine"}, where: "DOCKER_HOST=unix:///x.sock"},
		{name: "the configured context", files: chosen, where: `Docker context "mine" (unix:///run/mine.sock)`},
		{name: "DOCKER_CONTEXT", files: unix, vars: map[string]string{"DOCKER_CONTEXT": "mine"}, where: `Docker context "mine" (unix:///run/mine.sock)`},
		{name: "DOCKER_CONTEXT undoes the configured one", files: chosen, vars: map[string]string{"DOCKER_CONTEXT": "default"}, where: "the default socket"},
		{name: "a context that is not there", vars: map[string]string{"DOCKER_CONTEXT": "gone"}, kind: engine.KindInvalid},
		{name: "a broken configuration", files: map[string]string{"config.json": "{"}, kind: engine.KindInvalid},
		{name: "ssh", vars: map[string]string{"DOCKER_HOST": "ssh://somewhere"}, kind: engine.KindUnsupported},
		{name: "another machine", vars: map[string]string{"DOCKER_HOST": "tcp://192.0.2.1:2375"}, kind: engine.KindUnsupported},
		{name: "this machine over TCP", vars: map[string]string{"DOCKER_HOST": "tcp://127.0.0.1:2375"}, where: "DOCKER_HOST=tcp://127.0.0.1:2375"},
		{name: "no address", vars: map[string]string{"DOCKER_HOST": "nonsense"}, kind: engine.KindInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, where, err := daemon(environ(t, c.files, c.vars))
			if where != c.where || (err != nil) != (c.where == "") || err != nil && engine.KindOf(err) != c.kind {
				t.Errorf("got %q, %v (%s), want %q or kind %s", where, err, engine.KindOf(err), c.where, c.kind)
			}
		})
	}
}

func TestNoDaemon(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "none.sock")
	_, err := Connect(t.Context(), environ(t, nil, map[string]string{"DOCKER_HOST": "unix://" + socket}))
	if engine.KindOf(err) != engine.KindNotFound || !strings.Contains(err.Error(), "--driver sim") {
		t.Errorf("an absent daemon is %v of kind %s", err, engine.KindOf(err))
	}
}

func TestKindsOfFailures(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind engine.ErrorKind
		text string
	}{
		{fmt.Errorf("x: %w", errdefs.ErrNotFound), engine.KindNotFound, ""},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), engine.KindTransient, ""},
		{fmt.Errorf("dial unix: %w", os.ErrPermission), engine.KindDenied, "group docker"},
		{errors.New("driver failed: Bind for 127.0.0.1:13306 failed: port is already allocated"), engine.KindConflict, "port is taken"},
		{errors.New("write: no space left on device"), engine.KindTerminal, "disk is full"},
		{errors.New("exec /rondb-tui/rondb-agent: exec format error"), engine.KindTerminal, "architecture"},
		{fmt.Errorf("%w: the name \"/x\" is already in use by container", errdefs.ErrConflict), engine.KindConflict, "not this cluster's"},
		{errors.New("what nobody knows"), engine.KindTransient, ""},
	} {
		err := failed("do it", 3, c.err)
		if engine.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) || !errors.Is(err, c.err) {
			t.Errorf("%v became %v of kind %s, want kind %s with %q", c.err, err, engine.KindOf(err), c.kind, c.text)
		}
	}
	if err := refused("start", 1, status.Error(codes.FailedPrecondition, "epoch 3 is over")); engine.KindOf(err) != engine.KindConflict {
		t.Errorf("a fenced call is %v of kind %s", err, engine.KindOf(err))
	}
}

func TestStubImageIsTheSameEveryTime(t *testing.T) {
	one, err := stubImage([]byte("program"), "amd64")
	if err != nil {
		t.Fatal(err)
	}
	two, err := stubImage([]byte("program"), "amd64")
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the same program made two images: %v", err)
	}
	other, err := stubImage([]byte("another"), "amd64")
	if err != nil || bytes.Equal(one, other) {
		t.Errorf("two programs made the same image: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	seen := map[netip.Prefix]bool{}
	for try := range networkTries {
		network := subnet(12345, try)
		if network.Masked() != network || !netip.MustParsePrefix("10.192.0.0/10").Overlaps(network) || seen[network] {
			t.Fatalf("try %d is %s", try, network)
		}
		seen[network] = true
		if nodeAddresses(network).Contains(gateway(network)) {
			t.Errorf("a cut of %s would cut the gateway", network)
		}
		for _, id := range []engine.NodeID{1, 67, engine.MaxNodeID} {
			a := addressOf(network, id)
			if !network.Contains(a) || !nodeAddresses(network).Contains(a) || int(a.As4()[3]) != int(id) {
				t.Errorf("node %d of %s has the address %s", id, network, a)
			}
		}
	}
}

func TestMetaKnowsAHalfWrittenFile(t *testing.T) {
	text, err := encodeMeta(&Meta{Format: metaFormat, Seq: 7, Name: "demo", Revision: 3})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := decodeMeta(text); err != nil || m.Seq != 7 || m.Revision != 3 {
		t.Errorf("came back as %+v, %v", m, err)
	}
	for cut := range text {
		if _, err := decodeMeta(text[:cut]); err == nil {
			t.Fatalf("the first %d of %d bytes pass for all", cut, len(text))
		}
	}
	if _, err := decodeMeta(bytes.Replace(text, []byte(`"Revision":3`), []byte(`"Revision":4`), 1)); err == nil {
		t.Error("a changed file passes")
	}
	newer, err := encodeMeta(&Meta{Format: metaFormat + 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeMeta(newer); engine.KindOf(err) != engine.KindUnsupported {
		t.Errorf("a newer format is %v", err)
	}
}

func TestAnswersOfAHelper(t *testing.T) {
	slot := engine.Slot{ID: 2, Kind: engine.KindData}
	for line, kind := range map[string]engine.ErrorKind{
		netcut.Unsupported + "no nftables": engine.KindUnsupported, netcut.Failed + "x": engine.KindTransient, "": engine.KindTransient,
	} {
		if err := cutResult(slot, line); engine.KindOf(err) != kind || err == nil {
			t.Errorf("%q is %v", line, err)
		}
	}
	if err := cutResult(slot, netcut.Done); err != nil {
		t.Error(err)
	}
	lines := make(chan string, 1)
	w := &firstLine{to: lines}
	for _, part := range []string{"cu", "t\nmore\n", "and more"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if line := <-lines; line != "cut" {
		t.Errorf("the first line is %q", line)
	}
}
