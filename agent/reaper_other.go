//go:build !unix

package agent

import (
	"errors"
	"fmt"
)

// Reaper is the Starter of real processes; there are none on this platform.
type Reaper struct{}

// ReaperOptions are how processes run.
type ReaperOptions struct {
	Orphans bool
	UID     uint32
}

// NewReaper makes one that refuses.
func NewReaper(ReaperOptions) *Reaper { return &Reaper{} }

// Close does nothing.
func (*Reaper) Close() {}

// Start implements Starter.
func (*Reaper) Start(c Command) (Process, error) {
	return nil, fmt.Errorf("start %s: %w", c.Path, errors.ErrUnsupported)
}
