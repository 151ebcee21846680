package main

import (
	"context"
	"errors"
	"time"
)

const attaches = 20

// attachTime is from exec of `attach` on a terminal to the first complete frame.
func attachTime(ctx context.Context, s *sandbox) error {
	const name = "attach"
	if err := s.up(ctx, name); err != nil {
		return err
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	var shown, left []time.Duration
	for range attaches {
		began := time.Now()
		c, err := s.openConsole(ctx, "attach", name)
		if err != nil {
			return err
		}
		err = c.firstFrame(ctx)
		shown = append(shown, time.Since(began))
		took, closed := c.close()
		left = append(left, took)
		if err := errors.Join(err, closed); err != nil {
			return err
		}
	}
	row("`rondb-tui attach`, process start included, to the first complete frame (120x40, default load)", "%s", spread(shown))
	row("SIGTERM to a console, to its end", "%s", spread(left))
	return s.down(ctx, name)
}
