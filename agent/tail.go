package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"rondb-tui/agentproto"
)

// tailInterval is how often a log file is looked at.
const tailInterval = 250 * time.Millisecond

// tail follows a log file from its present end, and over its rotation. One
// goroutine owns it.
type tail struct {
	path string
	seen os.FileInfo // nil while there is no file
	at   int64
	rest []byte // of a line that has not ended
}

// logFile is the file that the process of a node logs to besides its output, ""
// if there is none.
func (n node) logFile() string {
	if n.kind == agentproto.KindManagementServer {
		return filepath.Join(n.layout.Management, fmt.Sprintf("ndb_%d_cluster.log", n.id))
	}
	return ""
}

// follow hands new lines on until its context ends. What was in the file before
// is skipped.
func (t *tail) follow(ctx context.Context, each func(string)) {
	if info, err := os.Stat(t.path); err == nil {
		t.seen, t.at = info, info.Size()
	}
	ticker := time.NewTicker(tailInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			t.read(each)
		}
	}
}

// read hands on what was added since the last time.
func (t *tail) read(each func(string)) {
	file, err := os.Open(t.path)
	if err != nil {
		return // not there yet, or being rotated
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return
	}
	if t.seen == nil || !os.SameFile(t.seen, info) || info.Size() < t.at {
		t.at, t.rest = 0, nil
	}
	t.seen = info
	block := make([]byte, 32<<10)
	for {
		n, err := file.ReadAt(block, t.at)
		t.at += int64(n)
		t.take(block[:n], each)
		if n == 0 || errors.Is(err, io.EOF) {
			return
		}
	}
}

func (t *tail) take(block []byte, each func(string)) {
	t.rest = append(t.rest, block...)
	for {
		line, rest, whole := bytes.Cut(t.rest, []byte("\n"))
		if !whole {
			break
		}
		each(trimEnd(string(line[:min(len(line), maxLine)])))
		t.rest = rest
	}
	if len(t.rest) > maxLine { // no log has such lines
		each(string(t.rest[:maxLine]))
		t.rest = nil
	}
}
