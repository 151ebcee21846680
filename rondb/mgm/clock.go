package mgm

import (
	"context"
	"net"
	"time"
)

// Clock tells the time that events are stamped with and waits between attempts.
type Clock interface {
	Now() time.Time
	// Wait returns after a time, or earlier with the error of its context.
	Wait(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Options are how to reach a server. The zero value is right for a real one.
type Options struct {
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // nil: TCP
	Clock    Clock                                                                // nil: the system's
	Patience time.Duration                                                        // of short calls; 0: DefaultPatience
	Silence  time.Duration                                                        // of a stream; 0: DefaultSilence
}

func (o Options) withDefaults() Options {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.Silence <= 0 {
		o.Silence = DefaultSilence
	}
	return o
}
