package agent

import "fmt"

// Signal is what a process can be told.
type Signal uint8

// The signals.
const (
	Terminate Signal = iota // SIGTERM
	Kill                    // SIGKILL
	Freeze                  // SIGSTOP
	Thaw                    // SIGCONT
)

func (s Signal) String() string {
	names := [...]string{"SIGTERM", "SIGKILL", "SIGSTOP", "SIGCONT"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("signal(%d)", uint8(s))
}

// Command is a process to start. It runs in a process group of its own.
type Command struct {
	Path  string
	Args  []string // without the program's name
	Dir   string
	Env   []string
	Input string            // a file for its standard input; "" for none
	Line  func(line string) // gets what it writes, from one goroutine; nil: nobody
}

// Process is a process that was started.
type Process interface {
	PID() int
	// Signal reaches the process and what it started. After its end it does nothing.
	Signal(s Signal) error
	// Ended is closed when the process is gone and all it wrote was handed on.
	Ended() <-chan struct{}
	// ExitCode is valid once Ended is closed: -n if signal n ended it.
	ExitCode() int
}

// Starter starts processes and waits for them. Its methods may be called from any
// goroutine.
type Starter interface {
	Start(c Command) (Process, error)
}
