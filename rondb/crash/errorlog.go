package crash

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read of an error log. A real one has 25 records of 499 or
// 998 bytes, depending on the version.
const (
	maxErrorLog  = 4 << 20 // bytes
	maxRecords   = 1000
	maxFieldText = 2000 // bytes
	maxThreads   = 512
)

// headerLength is where the first record begins; before it a line has the offset
// of the next one to be written.
const (
	headerLength  = 69
	pointerPrefix = "Current byte-offset of file-pointer is: "
)

// Record is one entry of an error log: how the node ended once.
type Record struct {
	Time           time.Time // zero if it could not be read
	Status         string    // "Temporary error, restart node"
	Message        string    // without the classification
	Classification string    // "Arbitration error"
	Code           int       // 0 if it could not be read
	Data           string    // "Signal 11 received; Segmentation fault"
	Object         string    // "QMGR (Line: 5985) 0x00000002"
	Program        string
	PID            int
	Thread         int // that crashed; -1 where the record does not say
	Version        string
	Traces         []string // base names, in the order of the threads
	Whole          bool     // its end mark was there
	offset         int
}

// ErrorLog is the ndb_N_error.log of a data node.
type ErrorLog struct {
	Pointer int      // where the next record will be written; 0 if unreadable
	Records []Record // from the oldest to the newest
	Cut     bool     // there was more than is read
}

// Newest is the last record that was written.
func (l *ErrorLog) Newest() (record Record, found bool) {
	if len(l.Records) == 0 {
		return Record{}, false
	}
	return l.Records[len(l.Records)-1], true
}

// ParseErrorLog reads an error log. It is a ring: the newest record is the one
// before the pointer, not the last of the file. Records are found by their first
// line, because their length depends on the version that wrote them.
func ParseErrorLog(data []byte) ErrorLog {
	var log ErrorLog
	if len(data) > maxErrorLog {
		data, log.Cut = data[:maxErrorLog], true
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if number, ok := strings.CutPrefix(string(first), pointerPrefix); ok {
		if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil && n >= headerLength {
			log.Pointer = n
		}
	}
	starts := recordStarts(data)
	if len(starts) > maxRecords {
		starts, log.Cut = starts[:maxRecords], true
	}
	for i, start := range starts {
		end := len(data)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		log.Records = append(log.Records, parseRecord(data[start:end], start))
	}
	log.order()
	return log
}

// order brings the oldest record to the front. Where the pointer does not tell,
// or has just gone back to the start of what may hold stale records, times do.
func (l *ErrorLog) order() {
	if l.Pointer <= headerLength {
		slices.SortStableFunc(l.Records, func(a, b Record) int { return a.Time.Compare(b.Time) })
		return
	}
	slices.SortStableFunc(l.Records, func(a, b Record) int {
		aOld, bOld := a.offset >= l.Pointer, b.offset >= l.Pointer
		if aOld != bOld {
			if aOld {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.offset, b.offset)
	})
}

// recordStarts are the offsets of the lines that begin a record.
func recordStarts(data []byte) (starts []int) {
	for offset := 0; offset < len(data); {
		rest := data[offset:]
		if bytes.HasPrefix(rest, []byte("Time: ")) || bytes.HasPrefix(rest, []byte("Date/Time: ")) {
			starts = append(starts, offset)
		}
		next := bytes.IndexByte(rest, '\n')
		if next < 0 {
			break
		}
		offset += next + 1
	}
	return starts
}

// parseRecord reads the lines of one record; a line without a known name goes on
// with the field before it.
func parseRecord(data []byte, offset int) Record {
	r := Record{offset: offset, Thread: -1}
	var last *string
	for line := range strings.SplitSeq(string(data), "\n") {
		line = strings.TrimRight(line, " \r\x00")
		if line == "***EOM***" {
			r.Whole = true
			break
		}
		if name, value, named := strings.Cut(line, ":"); named {
			if field := r.field(name, strings.TrimSpace(value)); field != nil {
				last = field
				continue
			}
		}
		if last != nil && line != "" && len(*last) < maxFieldText {
			*last = limit(*last+" "+strings.TrimSpace(line), maxFieldText)
		}
	}
	if i := strings.LastIndex(r.Message, " ("); i >= 0 && strings.HasSuffix(r.Message, ")") {
		r.Message, r.Classification = r.Message[:i], r.Message[i+2:len(r.Message)-1]
	}
	return r
}

// field sets what a line says and returns the text that a further line would go
// on with; nil if there is no such name. The second names are of very old logs.
func (r *Record) field(name, value string) *string {
	value = limit(value, maxFieldText)
	var done string // of fields that are one line
	set := func(field *string) *string {
		*field = value
		return field
	}
	switch name {
	case "Time", "Date/Time":
		r.Time, _ = time.Parse("Monday 2 January 2006 - 15:04:05", value)
	case "Status", "Type of error":
		return set(&r.Status)
	case "Message":
		return set(&r.Message)
	case "Error", "Fault ID":
		r.Code = number(value)
	case "Error data", "Problem data":
		return set(&r.Data)
	case "Error object", "Object of reference":
		return set(&r.Object)
	case "Program", "ProgramName":
		return set(&r.Program)
	case "Pid", "ProcessID":
		pid, thread, threaded := strings.Cut(value, " thr: ")
		r.PID = number(pid)
		if threaded {
			r.Thread = number(thread)
		}
	case "Version":
		return set(&r.Version)
	case "Trace", "TraceFile", "Trace file name", "Trace file path":
		r.traces(value)
	default:
		return nil
	}
	return &done
}

// traces adds the trace files a line names: paths, or one path and "[t1..t4]"
// for its threads. A path that was cut off is not one.
func (r *Record) traces(value string) {
	var base string
	for word := range strings.FieldsSeq(value) {
		if threads, ok := strings.CutPrefix(word, "[t1..t"); ok && base != "" {
			for t := range min(number(strings.TrimSuffix(threads, "]")), maxThreads) {
				r.trace(base + "_t" + strconv.Itoa(t+1))
			}
			continue
		}
		base = path.Base(word)
		r.trace(base)
	}
	slices.SortFunc(r.Traces, compareTraces)
}

func (r *Record) trace(name string) {
	if _, ok := parseTraceName(name); ok && !slices.Contains(r.Traces, name) && len(r.Traces) < maxThreads {
		r.Traces = append(r.Traces, name)
	}
}

// number reads what digits a text begins with, 0 if none or too many.
func number(text string) int {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(text[:end], 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// limit cuts a text to most bytes, at a character's border.
func limit(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
