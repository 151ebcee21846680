package simdrv

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// BenchmarkCommit measures transactions of two rows, one client, in virtual time
// that costs nothing.
func BenchmarkCommit(b *testing.B) {
	w := boot(b, twoByTwo, Config{Seed: 1})
	s := session(b, w, 67)
	rows := table(b, s)
	for i := 0; b.Loop(); i++ {
		if err := put(b.Context(), s, rows, int64(i), fmt.Sprint("a", i%1000), fmt.Sprint("b", i%1000)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommitInRealTime measures the same through a Driver: what eight
// clients get while each commit takes its 200 to 400 µs.
func BenchmarkCommitInRealTime(b *testing.B) {
	w := boot(b, twoByTwo, Config{Seed: 1})
	rows := table(b, session(b, w, 67))
	d := NewDriver(w, Options{})
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	b.SetParallelism(4)
	b.RunParallel(func(loop *testing.PB) {
		s, err := d.OpenSession(67)
		if err != nil {
			b.Error(err)
			return
		}
		defer s.Close()
		for i := 0; loop.Next(); i++ {
			if err := put(b.Context(), s, rows, int64(i), fmt.Sprintf("%p-%d", s, i%1000)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		b.Error(err)
	}
}
