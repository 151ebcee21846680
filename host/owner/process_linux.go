package owner

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// lookUp reads /proc/<pid>/stat. The start time is in clock ticks since boot.
func lookUp(pid int) (process, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return process{}, nil
	}
	if err != nil {
		return process{}, err
	}
	return parseStat(text)
}

// parseStat reads "pid (name) state ...", where the name may hold anything, also
// blanks and parentheses. Fields are numbered as in proc(5), from 1.
func parseStat(text []byte) (process, error) {
	const firstField, stateField, startField = 3, 3, 22
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= startField-firstField {
		return process{}, fmt.Errorf("read the state of a process: %d fields are too few", len(fields))
	}
	start, err := strconv.ParseUint(string(fields[startField-firstField]), 10, 64)
	if err != nil {
		return process{}, fmt.Errorf("read the start of a process: %w", err)
	}
	p := process{start: start, state: Running}
	switch string(fields[stateField-firstField]) {
	case "T":
		p.state = Stopped
	case "Z", "X", "x":
		p.state = Gone
	}
	return p, nil
}
