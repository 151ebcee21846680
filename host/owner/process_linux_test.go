package owner

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseStat(t *testing.T) {
	rest := " 1 77 77 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2 3"
	for text, want := range map[string]process{
		"77 (engine) S" + rest:         {start: 987654, state: Running},
		"77 (a) R 1 (b c)) T" + rest:   {start: 987654, state: Stopped},
		"77 () Z" + rest:               {start: 987654, state: Gone},
		"77 (new\nline) X" + rest:      {start: 987654, state: Gone},
		"77 (traced) t" + rest:         {start: 987654, state: Running},
		"77 (engine) D" + rest + " \n": {start: 987654, state: Running},
	} {
		if got, err := parseStat([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "77", "77 (engine", "77 (engine) S 1 2", "77 (e) S" + strings.Replace(rest, "987654", "x", 1)} {
		if got, err := parseStat([]byte(text)); err == nil {
			t.Errorf("%q: %+v, want an error", text, got)
		}
	}
}

// A process that ended and whose status nobody took has its id still.
func TestAProcessThatEndedIsGone(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	o := record(t, cmd.Process.Pid)
	if err := retry(func() error { return unix.Waitid(unix.P_PID, o.PID, nil, unix.WEXITED|unix.WNOWAIT, nil) }); err != nil {
		t.Fatal(err)
	}
	if p, err := lookUp(o.PID); err != nil || p.start != o.Start || o.State() != Gone {
		t.Errorf("ended, not waited for: %+v, %v, %v", p, err, o.State())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if o.State() != Gone {
		t.Errorf("waited for: %v", o.State())
	}
}
