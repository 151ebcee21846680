package engine

import "time"

// LeaseOf gives the lease that a lasting fault gets for the one that was asked
// for: DefaultLease if that is 0. A negative one or one above MaxLease is an
// error of KindInvalid.
func LeaseOf(asked time.Duration) (time.Duration, error) {
	switch {
	case asked == 0:
		return DefaultLease, nil
	case asked < 0:
		return 0, Errorf(KindInvalid, "set the lease", 0, "%s is negative", asked)
	case asked > MaxLease:
		return 0, Errorf(KindInvalid, "set the lease", 0, "%s is longer than %s, the longest", asked, MaxLease)
	}
	return asked, nil
}
