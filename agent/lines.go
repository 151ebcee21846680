package agent

import (
	"bufio"
	"io"
	"time"
)

// maxLine is the most of a line that is kept, in bytes; the rest of it is dropped.
const maxLine = 4 << 10

// drainTime is how long what a process wrote last may take to arrive after its end.
const drainTime = 500 * time.Millisecond

func drainDeadline() time.Time { return time.Now().Add(drainTime) }

// readLines hands lines on until the source ends. It goes on reading when nobody
// listens: a full pipe would stop who writes.
func readLines(r io.Reader, each func(string)) {
	reader := bufio.NewReaderSize(r, maxLine)
	cut := false // the present line is too long, and its beginning was handed on
	for {
		raw, err := reader.ReadSlice('\n')
		if len(raw) > 0 && !cut && each != nil {
			each(trimEnd(string(raw)))
		}
		if err != nil && err != bufio.ErrBufferFull { //nolint:errorlint // ReadSlice does not wrap it
			return
		}
		cut = err != nil
	}
}

func trimEnd(line string) string {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}
