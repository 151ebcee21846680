package serve_test

import (
	"os"
	"testing"

	"rondb-tui/control"
)

// TestSocketIsMadeAnew: who clears the runtime directory does not cut an engine
// off for good.
func TestSocketIsMadeAnew(t *testing.T) {
	r := run(t)
	before := r.follow()
	if err := os.Remove(r.socket); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the socket is there again", func() bool {
		c, err := control.Dial(t.Context(), r.socket)
		return err == nil && c.Close() == nil
	})
	info, err := os.Stat(r.socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new socket: %v, %v", info, err)
	}
	if _, err := before.Endpoints(t.Context()); err != nil {
		t.Errorf("who was connected before: %v", err)
	}
}
