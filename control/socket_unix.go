//go:build unix

package control

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// uids gives the owner of a file and who we are.
func uids(file fs.FileInfo) (theirs, ours int) {
	ours = os.Geteuid()
	if stat, ok := file.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), ours
	}
	return ours, ours
}

// Refused says whether nobody listens on the socket that was dialled.
func Refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
