package crash

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is read of a cluster log; one file of a rotated log has 1 MB.
const (
	maxClusterLog = 16 << 20 // bytes
	maxLogLines   = 100_000
	maxLogText    = 4000 // bytes of one message
)

// Severity is how bad a line of the log is, as the log says it.
type Severity uint8

// The severities.
const (
	SeverityUnknown Severity = iota
	SeverityDebug
	SeverityInfo
	SeverityWarning
	SeverityError
	SeverityCritical
	SeverityAlert
)

func severities() []string {
	return []string{"UNKNOWN", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "ALERT"}
}

func (s Severity) String() string {
	if names := severities(); int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// Line is one message of a cluster log.
type Line struct {
	Time     time.Time
	Program  string // "MgmtSrvr", or "ndbd" in a node's own log
	Severity Severity
	Node     int    // who reports it; 0 is the management server itself
	Text     string // with the lines that go on with it
	Repeated int    // how often the same message was folded into this one
	Event    Event  // what the text says, if it is one that is known here
}

// ParseLine reads one line of a cluster log; false if it is not one, but goes on
// with the message before it.
func ParseLine(text string) (line Line, ok bool) {
	const stamp = "2006-01-02 15:04:05"
	text = limit(strings.TrimRight(text, "\r\n"), maxLogText)
	if len(text) < len(stamp)+2 || text[len(stamp)] != ' ' || text[len(stamp)+1] != '[' {
		return Line{}, false
	}
	at, err := time.Parse(stamp, text[:len(stamp)])
	if err != nil {
		return Line{}, false
	}
	program, rest, _ := strings.Cut(text[len(stamp)+2:], "] ")
	level, message, found := strings.Cut(rest, " -- ")
	if !found {
		return Line{}, false
	}
	line = Line{Time: at, Program: program, Text: message}
	for i, name := range severities() {
		if strings.TrimSpace(level) == name {
			line.Severity = Severity(i)
		}
	}
	if m, ok := match(message, "Node #: *"); ok {
		line.Node, line.Text = number(m[0]), m[1]
	}
	if m, ok := match(line.Text, "* - Repeated # times"); ok {
		line.Text, line.Repeated = m[0], number(m[1])
	}
	line.Event = parseEvent(strings.TrimRight(line.Text, " "))
	return line, true
}

// ParseClusterLog reads a cluster log; cut says that there was more than is read.
func ParseClusterLog(data []byte) (lines []Line, cut bool) {
	if len(data) > maxClusterLog {
		data, cut = data[:maxClusterLog], true
	}
	for text := range strings.Lines(string(data)) {
		line, ok := ParseLine(text)
		switch {
		case ok && len(lines) == maxLogLines:
			return lines, true
		case ok:
			lines = append(lines, line)
		case len(lines) > 0:
			last := &lines[len(lines)-1]
			if len(last.Text) >= maxLogText-utf8.UTFMax {
				continue
			}
			last.Text = limit(last.Text+"\n"+strings.TrimRight(text, " \r\n"), maxLogText)
		}
	}
	return lines, cut
}

// match compares a text with a pattern, in which "#" stands for digits and "*"
// for the rest, or for what comes before the last place that the text after it
// fits. It returns what stood for them.
func match(text, pattern string) (found []string, ok bool) {
	for pattern != "" {
		switch pattern[0] {
		case '#':
			n := digits(text)
			if n == "" {
				return nil, false
			}
			found, text, pattern = append(found, n), text[len(n):], pattern[1:]
		case '*':
			pattern = pattern[1:]
			literal := pattern
			if i := strings.IndexAny(pattern, "#*"); i >= 0 {
				literal = pattern[:i]
			}
			end := len(text)
			if literal != "" {
				if end = strings.LastIndex(text, literal); end < 0 {
					return nil, false
				}
			}
			found, text = append(found, text[:end]), text[end:]
		default:
			if text == "" || text[0] != pattern[0] {
				return nil, false
			}
			text, pattern = text[1:], pattern[1:]
		}
	}
	return found, text == ""
}
