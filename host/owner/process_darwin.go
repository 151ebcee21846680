package owner

import (
	"errors"

	"golang.org/x/sys/unix"
)

// The values of p_stat in sys/proc.h that matter here.
const (
	statStopped = 4
	statZombie  = 5
)

// lookUp asks the kernel. The start time is in microseconds since 1970.
func lookUp(pid int) (process, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) { // EIO: nothing was answered
		return process{}, nil
	}
	if err != nil {
		return process{}, err
	}
	began := info.Proc.P_starttime
	p := process{start: uint64(began.Sec)*1_000_000 + uint64(began.Usec), state: Running}
	switch {
	case int(info.Proc.P_pid) != pid, info.Proc.P_stat == statZombie:
		p.state = Gone
	case info.Proc.P_stat == statStopped:
		p.state = Stopped
	}
	return p, nil
}
