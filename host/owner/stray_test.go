//go:build linux || darwin

package owner

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rondb-tui/engine"
)

// TestEndStray ends the process that was looked at, however it is, and no other.
func TestEndStray(t *testing.T) {
	for name, before := range map[string]syscall.Signal{"running": 0, "stopped": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			c, o := newHolder(t, filepath.Join(t.TempDir(), "lock"))
			stray, found := Of(o.PID)
			if !found || stray.Start != o.Start {
				t.Fatalf("found %+v, want the process %+v", stray, o)
			}
			if before != 0 {
				if err := c.cmd.Process.Signal(before); err != nil {
					t.Fatal(err)
				}
			}
			other := stray
			other.Start++
			if err := EndStray(t.Context(), other, time.Second); err != nil {
				t.Errorf("a process that is gone: %v", err)
			}
			if stray.State() == Gone {
				t.Fatal("another process was ended")
			}
			if err := EndStray(t.Context(), stray, time.Second); err != nil {
				t.Error(err)
			}
			c.waitFor(t, 0, unix.WaitStatus.Signaled)
			if _, found := Of(o.PID); found {
				t.Error("it is still there")
			}
		})
	}
	if err := EndStray(t.Context(), Owner{PID: os.Getpid()}, 0); engine.KindOf(err) != engine.KindDenied {
		t.Errorf("ending ourselves gives %v", err)
	}
}
