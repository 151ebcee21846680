package leftovers

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"rondb-tui/engine"
)

// list reads the command lines of this user's processes from /proc. A process
// that ends meanwhile, or cannot be looked at, is left out; so is one in another
// mount namespace, as in a container: the path of its state directory leads
// elsewhere for us.
func list() ([]process, error) {
	ours := mountsOf("self")
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "list processes", 0, "%w", err)
	}
	var all []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || int(stat.Uid) != os.Getuid() {
			continue
		}
		if mounts := mountsOf(e.Name()); mounts == "" || mounts != ours {
			continue
		}
		text, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || len(text) == 0 {
			continue
		}
		all = append(all, process{pid: pid, args: strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")})
	}
	return all, nil
}

// mountsOf names the mount namespace of a process; "" if we may not know.
func mountsOf(pid string) string {
	name, err := os.Readlink(filepath.Join("/proc", pid, "ns", "mnt"))
	if err != nil {
		return ""
	}
	return name
}
