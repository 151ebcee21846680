package host

import (
	"context"
	"testing"
	"time"

	"rondb-tui/workload"
)

// BenchmarkBank is the whole way of a transfer: SQL over a socket, two rows and
// a receipt in one transaction, committed on every replica, and verified through
// the other MySQL server. The load offers all it can.
func BenchmarkBank(b *testing.B) {
	for _, clients := range []int{1, 8, 32} {
		b.Run(map[int]string{1: "1_client", 8: "8_clients", 32: "32_clients"}[clients], func(b *testing.B) {
			h, err := New(Options{Name: "bench", Seed: 1, Workload: "bank", Rate: workload.MaxRate, Clients: clients})
			if err != nil {
				b.Fatal(err)
			}
			ctx, end := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- h.Run(ctx) }()
			bell, stop := h.Listen()
			defer stop()
			acked := func() uint64 { return h.Latest().Load.Ledger.Acked }
			await := func(count uint64) {
				for acked() < count {
					<-bell
				}
			}
			await(100) // the tables are there and seeded
			first := acked()
			b.ResetTimer()
			began := time.Now()
			await(first + uint64(b.N))
			b.ReportMetric(float64(acked()-first)/time.Since(began).Seconds(), "transfers/s")
			b.StopTimer()
			if lost := h.Latest().Load.Ledger.Lost; lost > 0 {
				b.Errorf("%d acknowledged writes lost", lost)
			}
			end()
			if err := <-ended; err != nil {
				b.Errorf("the engine ended with %v", err)
			}
		})
	}
}
