// Command bench measures what a Go benchmark cannot: the whole program. It
// builds the binary and prints, as rows of docs/benchmarks.md, the time from the
// start to the first write verified through every MySQL server, the start of a
// small command, and what the idle console costs.
//
// It needs tmux for the last figure and runs for about two minutes.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	boots        = 10
	versionRuns  = 20
	idleSeconds  = 60
	clockTicks   = 100 // of /proc/PID/stat, per second
	startTimeout = 30 * time.Second
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "rondb-tui-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "rondb-tui")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "./cmd/rondb-tui")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	for _, measure := range []func(binary string) error{bootTime, versionTime, idleCost} {
		if err := measure(binary); err != nil {
			return err
		}
	}
	return nil
}

// bootTime is from exec to the line that says every MySQL server was verified.
func bootTime(binary string) error {
	var times []time.Duration
	for seed := range boots {
		began := time.Now()
		p, err := startPlain(binary, "--seed", strconv.Itoa(seed+1), "--workload", "none")
		if err != nil {
			return err
		}
		times = append(times, time.Since(began))
		if err := p.interrupt(); err != nil {
			return err
		}
	}
	slices.Sort(times)
	fmt.Printf("| `up --driver sim` to the first write verified through every MySQL server | p50 %.2f s, max %.2f s of %d |\n",
		times[len(times)/2].Seconds(), times[len(times)-1].Seconds(), len(times))
	return nil
}

func versionTime(binary string) error {
	var times []time.Duration
	for range versionRuns {
		began := time.Now()
		if err := exec.Command(binary, "version").Run(); err != nil {
			return err
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	fmt.Printf("| `rondb-tui version`, process start included | p50 %d ms, max %d ms of %d |\n",
		times[len(times)/2].Milliseconds(), times[len(times)-1].Milliseconds(), len(times))
	return nil
}

// plain is the program off a terminal.
type plain struct {
	cmd   *exec.Cmd
	lines chan string
}

// startPlain returns when the program has said that the cluster is up.
func startPlain(binary string, args ...string) (*plain, error) {
	p := &plain{cmd: exec.Command(binary, append([]string{"up", "--no-tui", "--driver", "sim"}, args...)...), lines: make(chan string, 1000)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			p.lines <- scan.Text()
		}
	}()
	for {
		line, err := p.line(startTimeout)
		if err != nil {
			_ = p.cmd.Process.Kill()
			return nil, err
		}
		if strings.HasPrefix(line, "MySQL server") {
			return p, nil
		}
	}
}

func (p *plain) line(limit time.Duration) (string, error) {
	select {
	case line, open := <-p.lines:
		if !open {
			return "", errors.New("the program ended early")
		}
		return line, nil
	case <-time.After(limit):
		return "", errors.New("the program said nothing for too long")
	}
}

func (p *plain) interrupt() error {
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	for range p.lines { // drained, so that it can write its last lines
	}
	return p.cmd.Wait()
}
