package exec

import "time"

// DefaultParallel is how many effects run at the same moment unless told.
const DefaultParallel = 8

// Policy bounds how often and how fast something that failed is tried again.
type Policy struct {
	Base     time.Duration // the first pause
	Max      time.Duration // the longest pause
	Attempts int           // tries in all, the first included
}

// DefaultPolicy is how the steps of a plan are retried unless told otherwise.
func DefaultPolicy() Policy {
	return Policy{Base: 100 * time.Millisecond, Max: 5 * time.Second, Attempts: 5}
}

// Pause is how long to wait after so many failed attempts in a row: Base,
// doubled with each further one, up to Max. It is the same every time, because
// runs must be repeatable and one engine has no crowd to spread out.
func (p Policy) Pause(failed int) time.Duration {
	pause := p.Base
	for range failed - 1 {
		if pause >= p.Max {
			break
		}
		pause *= 2
	}
	return min(pause, p.Max)
}
