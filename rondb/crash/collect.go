package crash

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds of a report.
const (
	maxEarlier   = 24       // records before the newest
	maxTraces    = 64       // trace files, one a thread
	maxOutTail   = 16 << 10 // bytes of the end of the process's output
	maxOutFile   = 64 << 20 // bytes that are passed over to get there
	maxOutLines  = 100
	maxOthers    = 200 // other files of the node that are listed
	maxNodeFiles = 10_000
)

// Report is what one data node left of its newest crash.
type Report struct {
	Node    int
	Record  *Record  // nil if there is no error log, or nothing legible in it
	Verdict Verdict  // zero without a record
	Earlier []Record // before it, from the oldest to the newest
	Traces  []Trace  // of the newest crash, the crashed thread's first
	Out     []string // the end of what the process printed
	Files   []File   // all of the node's logs, by name; the data is not among them
	Notes   []string // what could not be read, or was cut
}

// File is one of the files a report lists.
type File struct {
	Name string
	Size int64
}

// Collect reads the newest crash of a data node from its DataDir. Files that are
// missing or illegible are no error, but a note; an unreadable directory is one.
// Only regular files are opened: a link would lead out of the directory.
func Collect(dir fs.FS, nodeID int) (Report, error) {
	report := Report{Node: nodeID}
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return report, fmt.Errorf("collect crash of node %d: %w", nodeID, err)
	}
	prefix := fmt.Sprintf("ndb_%d_", nodeID)
	for _, entry := range entries[:min(len(entries), maxNodeFiles)] {
		if !strings.HasPrefix(entry.Name(), prefix) || !entry.Type().IsRegular() {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			report.note("%s: %v", entry.Name(), err)
			continue
		}
		report.Files = append(report.Files, File{entry.Name(), info.Size()})
	}
	report.readErrorLog(dir, prefix+"error.log")
	report.readTraces(dir)
	report.readOut(dir, prefix+"out.log")
	if len(report.Files) > maxOthers {
		report.note("%d more files are not listed", len(report.Files)-maxOthers)
		report.Files = report.Files[:maxOthers]
	}
	return report, nil
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, limit(fmt.Sprintf(format, args...), maxFieldText))
}

// has finds a file of the node's.
func (r *Report) has(name string) (file File, found bool) {
	i := slices.IndexFunc(r.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return r.Files[i], true
}

// read returns up to most bytes of a file, and a note if there are more.
func (r *Report) read(dir fs.FS, name string, most int) []byte {
	data, err := readSome(dir, name, 0, most)
	if err != nil {
		r.note("%s: %v", name, err)
	}
	return data
}

func readSome(dir fs.FS, name string, skip int64, most int) (data []byte, err error) {
	file, err := dir.Open(path.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.CopyN(io.Discard, file, skip); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if data, err = io.ReadAll(io.LimitReader(file, int64(most))); err != nil {
		return data, fmt.Errorf("read: %w", err)
	}
	return data, nil
}

func (r *Report) readErrorLog(dir fs.FS, name string) {
	if _, found := r.has(name); !found {
		r.note("there is no %s", name)
		return
	}
	log := ParseErrorLog(r.read(dir, name, maxErrorLog+1))
	if log.Cut {
		r.note("%s is longer than what is read of it", name)
	}
	newest, found := log.Newest()
	if !found {
		r.note("%s has no record", name)
		return
	}
	r.Record, r.Verdict = &newest, newest.Verdict()
	earlier := log.Records[:len(log.Records)-1]
	r.Earlier = earlier[max(0, len(earlier)-maxEarlier):]
}

// readTraces reads the heads of the newest crash's trace files. The record names
// the number of the crash, but its list of files is often cut off; the directory
// has the rest.
func (r *Report) readTraces(dir fs.FS) {
	if r.Record == nil || len(r.Record.Traces) == 0 {
		return
	}
	crash, _ := parseTraceName(r.Record.Traces[0])
	var names []string
	for _, file := range r.Files {
		if n, ok := parseTraceName(file.Name); ok && n.number == crash.number && n.node == r.Node {
			names = append(names, file.Name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		x, _ := parseTraceName(a)
		y, _ := parseTraceName(b)
		if (x.thread == r.Record.Thread) != (y.thread == r.Record.Thread) {
			if x.thread == r.Record.Thread {
				return -1
			}
			return 1
		}
		return x.thread - y.thread
	})
	if len(names) == 0 {
		r.note("the trace files of the crash are gone")
	}
	if len(names) > maxTraces {
		r.note("%d more trace files are not read", len(names)-maxTraces)
		names = names[:maxTraces]
	}
	for _, name := range names {
		t := ParseTrace(r.read(dir, name, maxTrace+1))
		file, _ := r.has(name)
		n, _ := parseTraceName(name)
		t.Name, t.Size, t.Thread = name, file.Size, n.thread
		r.Traces = append(r.Traces, t)
	}
}

// readOut keeps the last lines of what the process printed.
func (r *Report) readOut(dir fs.FS, name string) {
	file, found := r.has(name)
	if !found {
		return
	}
	skip := max(0, file.Size-maxOutTail)
	if skip > maxOutFile {
		r.note("%s is too long to read its end", name)
		return
	}
	data, err := readSome(dir, name, skip, maxOutTail)
	if err != nil {
		r.note("%s: %v", name, err)
	}
	for line := range strings.Lines(string(data)) {
		r.Out = append(r.Out, strings.TrimRight(line, "\r\n"))
	}
	if skip > 0 && len(r.Out) > 0 {
		r.Out = r.Out[1:] // it began before what was read
	}
	r.Out = slices.Clone(r.Out[max(0, len(r.Out)-maxOutLines):])
}
