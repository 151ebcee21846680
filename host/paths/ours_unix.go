//go:build unix

package paths

import (
	"io/fs"
	"os"
	"syscall"
)

// Permission bits that others must not have.
const (
	openToOthers     = 0o077
	writableByOthers = 0o022
)

// ours says whether a file belongs to the user we act as.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
