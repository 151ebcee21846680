package main

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines is a writer that tells when a text has come by.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	want string
	seen chan struct{}
}

func waitingFor(text string) *lines { return &lines{want: text, seen: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text.String(), l.want)
	l.text.Write(p)
	if !before && strings.Contains(l.text.String(), l.want) {
		close(l.seen)
	}
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestUpWithoutATerminal is the whole program: the published desired state comes
// up with its notices, a row goes through the MySQL server, and an interrupt
// ends it with 0.
func TestUpWithoutATerminal(t *testing.T) {
	ownState(t)
	out, progress := waitingFor("MySQL server 67 at 127.0.0.1:"), waitingFor("accepted, not acted on yet")
	ctx, interrupt := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"up", "-f", "../../engine/spec/testdata/desired_state.jsonc", "--driver", "sim", "--no-tui", "--seed", "7"}, strings.NewReader(""), out, progress)
	}()
	for _, text := range []*lines{out, progress} {
		select {
		case <-text.seen:
		case <-time.After(30 * time.Second):
			t.Fatalf("%q never came\nstdout:\n%s\nstderr:\n%s", text.want, out, progress)
		}
	}
	interrupt()
	if got := <-code; got != exitDone {
		t.Errorf("exit code %d, want 0\n%s", got, progress)
	}
	for _, want := range []string{"AT_DESIRED_STATE", "LOST=0", "SIMULATED"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("stdout does not say %q:\n%s", want, out)
		}
	}
	for _, want := range []string{"seed 7", "start data node 1", "start MySQL server 67"} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("stderr does not say %q:\n%s", want, progress)
		}
	}
	if strings.Contains(out.String()+progress.String(), "\x1b") {
		t.Error("an escape code off a terminal")
	}
}

// TestInterruptedBeforeUp ends with 130.
func TestInterruptedBeforeUp(t *testing.T) {
	ownState(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	if got := run(ctx, []string{"up", "--no-tui"}, strings.NewReader(""), io.Discard, io.Discard); got != exitInterrupted {
		t.Errorf("exit code %d, want %d", got, exitInterrupted)
	}
}
