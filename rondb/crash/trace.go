package crash

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what is read and kept of a trace file.
const (
	maxTrace   = 512 << 10 // bytes; the executed path comes before the signals
	maxJams    = 20        // lines of the executed path
	maxSignals = 10
	maxLine    = 500 // bytes
)

// Trace is the head of one thread's trace file: what the thread did last.
type Trace struct {
	Name    string // ndb_2_trace.log.1_t3
	Size    int64  // of the whole file, bytes
	Thread  int    // 0 is the file without a suffix
	Jams    []Jam  // the last ones of the executed path, from the oldest to the newest
	Signals []Signal
	Cut     bool // the file goes on
}

// Jam is one line of the executed path: a block of the data node, and the lines
// of its source that were passed, in their order.
type Jam struct {
	Block string // "" goes on with the block before it
	Lines []string
}

// Signal is one message between blocks, the newest first in a trace.
type Signal struct {
	Name         string // "TIME_SIGNAL"
	Number       int    // its gsn
	ID           uint64
	Receiver     string // block, "DBLQH"
	ReceiverNode int
	Sender       string
	SenderNode   int
}

func (s Signal) String() string {
	return fmt.Sprintf("%s from %s of node %d to %s", s.Name, s.Sender, s.SenderNode, s.Receiver)
}

// ParseTrace reads the head of a trace file. Old versions write the path first
// and the signals after it; newer ones write each signal with its own path.
func ParseTrace(data []byte) Trace {
	var t Trace
	if len(data) > maxTrace {
		data, t.Cut = data[:maxTrace], true
	}
	lines := traceLines(data)
	if bytes.HasPrefix(data, []byte("JAM CONTENTS")) {
		lines = t.path(lines)
	}
	for i, line := range lines {
		if len(t.Signals) == maxSignals {
			break
		}
		if !strings.HasPrefix(line, "r.bn: ") || i+1 == len(lines) {
			continue
		}
		if signal, ok := parseSignal(line, lines[i+1]); ok {
			t.Signals = append(t.Signals, signal)
		}
	}
	return t
}

func traceLines(data []byte) (lines []string) {
	for line := range strings.Lines(string(data)) {
		lines = append(lines, limit(strings.TrimRight(line, " \r\n"), maxLine))
	}
	return lines
}

// path keeps the end of the executed path and returns the lines after it.
func (t *Trace) path(lines []string) []string {
	end := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "----") })
	if end < 0 {
		end = len(lines)
	}
	for _, line := range lines[:end] {
		if jam, ok := parseJam(line); ok {
			t.Jams = append(t.Jams, jam)
		}
	}
	t.Jams = slices.Clone(t.Jams[max(0, len(t.Jams)-maxJams):])
	return lines[end:]
}

// parseJam reads "DBTC    004823 004830". A question mark means that the block
// was entered before the path begins.
func parseJam(line string) (jam Jam, ok bool) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return Jam{}, false
	}
	if line[0] != ' ' {
		jam.Block, words = words[0], words[1:]
	}
	for _, word := range words {
		word = strings.TrimPrefix(word, "?")
		if _, err := strconv.ParseUint(word, 10, 32); err != nil {
			return Jam{}, false
		}
		jam.Lines = append(jam.Lines, word)
	}
	return jam, len(jam.Lines) > 0
}

// parseSignal reads the two lines that name a signal's receiver and sender.
func parseSignal(receiver, sender string) (s Signal, ok bool) {
	s.Receiver, s.Name = quoted(receiver, "r.bn: "), quoted(receiver, "gsn: ")
	if s.Name == "" {
		s.Name = quoted(receiver, "sn: ") // newer: r.bn, r.nodeId, r.sigId, gsn, sn
	}
	s.Number = number(after(receiver, "gsn: "))
	s.ID, _ = strconv.ParseUint(digits(after(receiver, "r.sigId: ")), 10, 64)
	s.ReceiverNode = number(after(receiver, "r.proc: ") + after(receiver, "r.nodeId: "))
	s.Sender = quoted(sender, "s.bn: ")
	s.SenderNode = number(after(sender, "s.proc: ") + after(sender, "s.nodeId: "))
	return s, s.Name != ""
}

// after is what follows a key, "" if the key is not there.
func after(line, key string) string {
	_, rest, _ := strings.Cut(line, key)
	return rest
}

// quoted is the name in quotes that follows a key and its number.
func quoted(line, key string) string {
	value, _, _ := strings.Cut(after(line, key), ",")
	_, value, _ = strings.Cut(value, `"`)
	value, _, _ = strings.Cut(value, `"`)
	return value
}

func digits(text string) string {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	return text[:end]
}

// traceName is a trace file's name taken apart.
type traceName struct{ node, number, thread int }

// parseTraceName reads ndb_2_trace.log.1 and ndb_2_trace.log.1_t3.
func parseTraceName(name string) (n traceName, ok bool) {
	const most = 32 // bytes of a name
	if len(name) > most {
		return traceName{}, false
	}
	if m, ok := match(name, "ndb_#_trace.log.#_t#"); ok {
		return traceName{number(m[0]), number(m[1]), number(m[2])}, true
	}
	if m, ok := match(name, "ndb_#_trace.log.#"); ok {
		return traceName{number(m[0]), number(m[1]), 0}, true
	}
	return traceName{}, false
}

func compareTraces(a, b string) int {
	x, _ := parseTraceName(a)
	y, _ := parseTraceName(b)
	return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.thread, y.thread))
}
