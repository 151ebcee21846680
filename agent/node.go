package agent

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/crash"
)

// node is what does not change while the agent lives: who it is and where its
// files are.
type node struct {
	id             int32
	kind           string
	address        string
	managementPort int
	mysqlPort      int
	stub           string // the version that stand-ins claim; "" for real programs
	self           string // our own program, for stand-ins
	layout         agentproto.Layout
	groups         string // the cgroup file system
}

func nodeOf(b agentproto.Bundle, self, groups string) node {
	return node{
		id: b.Node, kind: b.Kind, address: b.Address, managementPort: b.ManagementPort, mysqlPort: b.MySQLPort,
		stub: b.StubVersion, self: self, layout: agentproto.LayoutOf(b.Dir), groups: groups,
	}
}

// folderMode lets our group in, which the processes belong to, and nobody else.
const folderMode = 0o770

// prepare makes the folders of the layout.
func (n node) prepare() error {
	l := n.layout
	folders := []string{filepath.Dir(l.State), l.Log, l.FileSystem, l.DiskData, l.Backup, l.Management, l.Crash}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, folderMode); err != nil {
			return fmt.Errorf("prepare the volume: %w", err)
		}
		if err := os.Chmod(folder, folderMode); err != nil { // whatever the umask, and the volume's root
			return fmt.Errorf("prepare the volume: %w", err)
		}
	}
	return nil
}

// management is where the management server beside us answers.
func (n node) management() string { return net.JoinHostPort(n.address, strconv.Itoa(n.managementPort)) }

// mysql is where the MySQL server beside us answers.
func (n node) mysql() string { return net.JoinHostPort(n.address, strconv.Itoa(n.mysqlPort)) }

// hasData says whether the volume holds what an earlier start made.
func (n node) hasData() bool {
	switch n.kind {
	case agentproto.KindDataNode:
		// The file that says which global checkpoint the node has reached.
		return exists(filepath.Join(n.layout.FileSystem, fmt.Sprintf("ndb_%d_fs", n.id), "D1", "DBDIH", "P0.sysfile"))
	case agentproto.KindMySQLServer:
		return exists(filepath.Join(n.layout.MySQL, "mysql")) || exists(filepath.Join(n.layout.MySQL, "mysql.ibd"))
	default:
		return false
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lastWords says in words how the process ended, and whether that was in order: a
// data node that was stopped through the management server ends with 0 and leaves
// no record in its error log.
func (n node) lastWords(code int, book *logbook) (words string, orderly bool) {
	if n.kind != agentproto.KindDataNode {
		if code == 0 {
			return "", false
		}
		return describeExit(code) + lastComplaint(book), false
	}
	record := n.newestRecord()
	if code == 0 && record == nil {
		return "", true
	}
	if code < 0 {
		code = 128 - code
	}
	verdict := crash.Explain(crash.Exit{Code: code}, record)
	words = verdict.String()
	if record != nil && record.Data != "" {
		words += " (" + record.Data + ")"
	}
	return clip(words), false
}

// newestRecord is the newest of the data node's error log, which is of the present
// run only: see setAside.
func (n node) newestRecord() *crash.Record {
	text, _, err := readEnd(filepath.Join(n.layout.Log, fmt.Sprintf("ndb_%d_error.log", n.id)), maxCrashFile)
	if err != nil {
		return nil
	}
	log := crash.ParseErrorLog(text)
	if record, found := log.Newest(); found {
		return &record
	}
	return nil
}

// lastComplaint is the newest line that is an error.
func lastComplaint(book *logbook) string {
	lines := book.after(0, maxLogLines)
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].GetSeverity() >= severityError {
			return clip(": " + lines[i].GetText())
		}
	}
	return ""
}

const maxWords = 1000

func clip(text string) string {
	if len(text) > maxWords {
		return strings.ToValidUTF8(text[:maxWords], "") + "…"
	}
	return text
}

// memory reads what the container uses and may use, in bytes; 0 where the system
// does not say, or sets no limit.
func (n node) memory() (used, limit int64) {
	if used = readNumber(n.groups, "memory.current"); used > 0 { // version 2
		return used, readNumber(n.groups, "memory.max")
	}
	limit = readNumber(n.groups, "memory/memory.limit_in_bytes")
	if limit > 1<<60 { // version 1's way to say that there is none
		limit = 0
	}
	return readNumber(n.groups, "memory/memory.usage_in_bytes"), limit
}

func readNumber(folder, name string) int64 {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return 0
	}
	number, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0 // "max"
	}
	return number
}
