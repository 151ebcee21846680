package agent

import (
	"strings"
	"sync"
	"time"

	"rondb-tui/agentproto"
)

// What a logbook keeps of the newest lines.
const (
	maxLogLines = 4000
	maxLogBytes = 1 << 20
)

// The severities of agent.proto.
const (
	severityInfo int32 = iota
	severityWarning
	severityError
	severityAlert
)

// logbook is the newest lines that a process wrote, numbered from 1. Any
// goroutine may use it.
type logbook struct {
	now  func() time.Time
	bell bell

	mutex sync.Mutex
	lines []*agentproto.AgentLogLine // oldest first
	bytes int
	last  uint64
}

// add takes a line as it was written.
func (b *logbook) add(text string) { b.addAs(severityOf(text), text) }

func (b *logbook) addAs(severity int32, text string) {
	text = strings.ToValidUTF8(text, "\uFFFD") // protobuf takes nothing else
	b.mutex.Lock()
	b.last++
	b.lines = append(b.lines, &agentproto.AgentLogLine{Seq: b.last, UnixMs: b.now().UnixMilli(), Severity: severity, Text: text})
	b.bytes += len(text)
	drop := 0
	for len(b.lines)-drop > maxLogLines || b.bytes > maxLogBytes {
		b.bytes -= len(b.lines[drop].GetText())
		drop++
	}
	b.lines = b.lines[drop:]
	b.mutex.Unlock()
	b.bell.ring()
}

// after gives the newest lines with a number above seq, at most limit, oldest
// first. The lines are shared: nobody changes them.
func (b *logbook) after(seq uint64, limit int) []*agentproto.AgentLogLine {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	from := len(b.lines)
	for from > 0 && b.lines[from-1].GetSeq() > seq {
		from--
	}
	from = max(from, len(b.lines)-limit)
	return append([]*agentproto.AgentLogLine(nil), b.lines[from:]...)
}

// severityOf reads a line's severity as the cluster log ("ALERT   --"), the data
// nodes and MySQL servers ("[ERROR]") write it.
func severityOf(line string) int32 {
	head := line[:min(len(line), 120)]
	switch {
	case strings.Contains(head, "ALERT ") || strings.Contains(head, "CRITICAL --"):
		return severityAlert
	case strings.Contains(head, "ERROR ") || strings.Contains(head, "[ERROR]"):
		return severityError
	case strings.Contains(head, "WARNING ") || strings.Contains(head, "[Warning]"):
		return severityWarning
	default:
		return severityInfo
	}
}
