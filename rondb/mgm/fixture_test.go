package mgm_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
)

// fixture is a request and its reply, as a real ndb_mgmd of NDB 7.2.1 and its
// client exchanged them.
type fixture struct{ request, reply []byte }

func readFixture(t testing.TB, name string) fixture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".mgm"))
	if err != nil {
		t.Fatal(err)
	}
	request, reply, ok := bytes.Cut(bytes.TrimPrefix(text, []byte("# request\n")), []byte("# reply\n"))
	if !ok {
		t.Fatalf("%s has no reply", name)
	}
	return fixture{request, reply}
}

// replies are the replies of all fixtures, to begin a search for others with.
func replies(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*.mgm")
	if err != nil || len(names) < 30 {
		t.Fatalf("%d fixtures, %v", len(names), err)
	}
	var all [][]byte
	for _, name := range names {
		all = append(all, readFixture(t, strings.TrimSuffix(filepath.Base(name), ".mgm")).reply)
	}
	return all
}

// play is a server that expects one request, gives one reply, and then says
// nothing. got is what it was sent, once it was answered.
func play(t *testing.T, f fixture) (client *mgm.Client, got func() string) {
	t.Helper()
	near, far := net.Pipe()
	sent := make(chan string, 1)
	go func() {
		request := make([]byte, len(f.request))
		n, _ := io.ReadFull(far, request) // what came is compared
		sent <- string(request[:n])
		_, _ = far.Write(f.reply)
	}()
	t.Cleanup(func() { _ = far.Close() })
	client, err := mgm.Dial(t.Context(), "pipe", mgm.Options{Dial: mgm.DialTo(near), Patience: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client, func() string {
		select {
		case text := <-sent:
			return text
		case <-time.After(5 * time.Second):
			t.Fatal("the request is shorter than the fixture's")
			return ""
		}
	}
}

// exchange has a client make the request of a fixture and read its reply.
func exchange(t *testing.T, name string, call func(context.Context, *mgm.Client) error) error {
	t.Helper()
	f := readFixture(t, name)
	client, got := play(t, f)
	err := call(t.Context(), client)
	if sent := got(); sent != string(f.request) {
		t.Errorf("%s: the request is %q, want %q", name, sent, f.request)
	}
	return err
}
