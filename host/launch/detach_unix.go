//go:build linux || darwin

package launch

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// readyFD is the descriptor of the pipe to the parent: the first of ExtraFiles.
const readyFD = 3

// detached: a session of its own has no terminal and gets none of its signals.
func detached() (*syscall.SysProcAttr, error) {
	return &syscall.SysProcAttr{Setsid: true}, nil
}

// keepFiles keeps from children every descriptor that this process inherited
// (a terminal, the pipes of make): a child that stays would hold them open. Those
// that Go opened are kept already. Best effort: a child can live with one more.
func keepFiles() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}

// ReadyFile is where a child reports to: descriptor 3, if it is a pipe; nil if no
// parent waits. Call it once, at the start.
func ReadyFile() *os.File {
	var stat unix.Stat_t
	// Asked before it is taken: without a parent the descriptor may be the Go
	// runtime's own.
	if err := unix.Fstat(readyFD, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil
	}
	unix.CloseOnExec(readyFD)
	return os.NewFile(readyFD, "ready")
}
