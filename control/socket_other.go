//go:build !unix

package control

import (
	"errors"
	"io/fs"
	"syscall"
)

// uids knows of no owner: there the directory alone protects the socket.
func uids(fs.FileInfo) (theirs, ours int) { return 0, 0 }

// Refused says whether nobody listens on the socket that was dialled.
func Refused(err error) bool {
	const connectionRefused = syscall.Errno(10061) // WSAECONNREFUSED
	return errors.Is(err, connectionRefused)
}
