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
// that ends meanwhile, or cannot be looked at, is left out.
func list() ([]process, error) {
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
		text, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || len(text) == 0 {
			continue
		}
		all = append(all, process{pid: pid, args: strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")})
	}
	return all, nil
}
