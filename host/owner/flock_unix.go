//go:build linux || darwin

package owner

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// open opens or makes the lock file. No symbolic link is followed, and a FIFO in
// its place does not block.
func open(path string) (*os.File, error) {
	return openRegular(path, os.O_RDWR|os.O_CREATE)
}

func openToRead(path string) (*os.File, error) {
	return openRegular(path, os.O_RDONLY)
}

// openRegular: package os opens everything close-on-exec, so no child inherits it.
func openRegular(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file; remove it", path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// flock asks for the lock without waiting; false if another open file has it.
func flock(file *os.File, exclusive bool) (bool, error) {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	err := retry(func() error { return unix.Flock(int(file.Fd()), how|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func unlock(file *os.File) error {
	return retry(func() error { return unix.Flock(int(file.Fd()), unix.LOCK_UN) })
}

// retry repeats a call that a signal interrupted.
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
