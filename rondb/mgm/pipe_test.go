package mgm_test

import (
	"bufio"
	"net"
	"testing"
)

// pipe is a connection in memory, closed with the test.
func pipe(t testing.TB) (near, far net.Conn) {
	t.Helper()
	near, far = net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

// readRequest reads the lines of a request.
func readRequest(c net.Conn) error {
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == "\n" {
			return err
		}
	}
}
