package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// idleCost opens the console in tmux with the load off, lets it come to rest,
// and reads from /proc what the process used over a minute.
func idleCost(binary string) error {
	socket := filepath.Join(filepath.Dir(binary), "tmux")
	tmux := func(args ...string) (string, error) {
		out, err := exec.Command("tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	if out, err := tmux("new-session", "-d", "-x", "120", "-y", "40", binary, "up", "--workload", "none"); err != nil {
		return fmt.Errorf("tmux: %w: %s", err, out)
	}
	defer func() { _, _ = tmux("kill-server") }()
	pid, err := tmux("display-message", "-p", "#{pane_pid}")
	if err != nil {
		return err
	}
	time.Sleep(10 * time.Second) // the boot is over
	before, _, err := used(pid)
	if err != nil {
		return err
	}
	time.Sleep(idleSeconds * time.Second)
	after, resident, err := used(pid)
	if err != nil {
		return err
	}
	fmt.Printf("| idle console with the whole simulated cluster, load off, 120x40, %d s | %.2f %% of a core, %d MB resident |\n",
		idleSeconds, float64(after-before)*100/clockTicks/idleSeconds, resident>>20)
	return nil
}

// used reads CPU ticks and resident bytes of a process.
func used(pid string) (ticks int, resident int, err error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	const utime, stime, rss = 11, 12, 21 // after the command's name
	for _, i := range []int{utime, stime} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0, 0, err
		}
		ticks += n
	}
	pages, err := strconv.Atoi(fields[rss])
	return ticks, pages * os.Getpagesize(), err
}
