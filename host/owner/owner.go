package owner

import (
	"fmt"
	"os"
	"time"

	"rondb-tui/engine"
)

// Owner is the process that owns a cluster.
type Owner struct {
	PID     int       `json:"pid"`
	Start   uint64    `json:"start"` // the kernel's start time of the process, in the kernel's unit
	Since   time.Time `json:"since"`
	Version string    `json:"version"`
	Socket  string    `json:"socket"` // where it listens
}

// State is what has become of an owner.
type State uint8

// The states of an owner.
const (
	Gone State = iota // ended, or its process id is another's now
	Running
	Stopped // by SIGSTOP or a terminal: still the owner
)

func (s State) String() string {
	names := [...]string{"gone", "running", "stopped"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("owner state(%d)", uint8(s))
}

// HeldError is the refusal of a lock that another process holds. PID is 0 if the
// holder does not say who it is. It comes inside an engine.Error of KindConflict.
type HeldError struct{ Owner Owner }

func (e *HeldError) Error() string {
	if e.Owner.PID == 0 {
		return "another process owns it and does not say which it is"
	}
	return fmt.Sprintf("process %d owns it since %s", e.Owner.PID, e.Owner.Since.Format(time.DateTime))
}

// Self describes this process. KindUnsupported where a process cannot be told
// from a later one with the same id.
func Self(version, socket string, now time.Time) (Owner, error) {
	const op = "identify this process"
	pid := os.Getpid()
	p, err := lookUp(pid)
	if err != nil {
		return Owner{}, engine.Errorf(engine.KindUnsupported, op, 0, "%w", err)
	}
	if p.state == Gone {
		return Owner{}, engine.Errorf(engine.KindUnsupported, op, 0, "the system does not list process %d", pid)
	}
	return Owner{PID: pid, Start: p.start, Since: now, Version: version, Socket: socket}, nil
}

// State asks the kernel what has become of the owner. A process that cannot be
// seen is Gone.
func (o Owner) State() State {
	if o.PID <= 0 {
		return Gone
	}
	p, err := lookUp(o.PID)
	if err != nil || p.start != o.Start {
		return Gone
	}
	return p.state
}

// same says whether two records name the same process.
func (o Owner) same(other Owner) bool { return o.PID == other.PID && o.Start == other.Start }

// process is what the kernel says of a process id; Gone if nothing has it.
type process struct {
	start uint64
	state State
}
