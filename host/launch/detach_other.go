//go:build !linux && !darwin

package launch

import (
	"errors"
	"os"
	"syscall"
)

func detached() (*syscall.SysProcAttr, error) { return nil, errors.ErrUnsupported }

func keepFiles() {}

// ReadyFile is nil: nothing is launched on this system.
func ReadyFile() *os.File { return nil }
