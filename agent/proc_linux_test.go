package agent_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// procState is the kernel's letter for what a process does; "" if there is none.
func procState(t *testing.T, pid int32) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return rest[:1]
}

// awaitProc looks at a process until it is as wanted: the kernel tells nobody.
func awaitProc(t *testing.T, pid int32, want func(state string) bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !want(procState(t, pid)) {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("process %d stays in state %q", pid, procState(t, pid))
		}
	}
}
