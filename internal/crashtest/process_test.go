package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// patience is the longest that one engine process may live.
const patience = 30 * time.Second

// life is what one engine process did until it was gone.
type life struct {
	begun    report
	accepted int      // requests answered with yes
	repeated []string // orders whose effect held already
	settled  bool     // before it was killed, if it was
	took     time.Duration
}

// death says when a process is killed: after a time, or when its order has it
// hold. If it settles before, it is killed then.
type death struct {
	after time.Duration // from the moment at which it has begun; 0 waits for the hold
	spare bool          // it may settle, and ends in order
}

// live runs one engine process from its begin to its end.
func live(ctx context.Context, todo order, end death) (life, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	program, err := os.Executable()
	if err != nil {
		return life{}, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), engineVariable+"=1")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return life{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return life{}, err
	}
	if err := cmd.Start(); err != nil {
		return life{}, err
	}
	err = json.NewEncoder(in).Encode(todo)
	reports := make(chan report)
	go func() {
		defer close(reports)
		for decoder := json.NewDecoder(out); ; {
			var r report
			if decoder.Decode(&r) != nil {
				return // the end, or a line that the kill cut off
			}
			reports <- r
		}
	}()
	w := watch{end: end, kill: cmd.Process.Kill, release: in.Close}
	w.follow(reports)
	waited := cmd.Wait()
	switch {
	case w.err != nil || err != nil:
		return w.life, errors.Join(w.err, err)
	case !w.killed && (waited != nil || !w.settled):
		return w.life, fmt.Errorf("the engine ended by itself: %w: %s", waited, complaint.String())
	}
	return w.life, nil
}

// watch follows one process and ends it.
type watch struct {
	life
	end     death
	kill    func() error
	release func() error
	killed  bool
	err     error
}

// follow reads reports until there are no more; what was on its way when the
// process was killed still counts.
func (w *watch) follow(reports <-chan report) {
	var due <-chan time.Time
	var began time.Time
	for {
		select {
		case <-due:
			w.finish()
		case r, more := <-reports:
			if !more {
				return
			}
			switch r.Says {
			case saysBegun:
				w.begun, began = r, time.Now()
				if w.end.after > 0 {
					due = time.After(w.end.after)
				}
			case saysAccepted:
				w.accepted++
			case saysRepeated:
				w.repeated = append(w.repeated, r.Text)
			case saysHeld:
				w.finish()
			case saysSettled:
				w.settled, w.took = !w.killed, time.Since(began)
				if w.end.spare {
					w.note(w.release())
				} else {
					w.finish()
				}
			default:
				w.note(fmt.Errorf("the engine says %s: %s", r.Says, r.Text))
				w.finish()
			}
		}
	}
}

// finish kills the process, once.
func (w *watch) finish() {
	if !w.killed {
		w.killed = true
		w.note(w.kill())
	}
}

func (w *watch) note(err error) { w.err = errors.Join(w.err, err) }
