package workload

import (
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// meter measures operations: latency from their intended times, counts and one
// sample a second. The lock guards everything.
type meter struct {
	mu      sync.Mutex
	seconds [windowLength]*hdrhistogram.Histogram // a ring; now is being filled
	now     int
	window  *hdrhistogram.Histogram // the sum of the ring, made each second
	ops     int                     // in this second, like failures
	errors  int
	classes Errors
	failed  uint64
	samples []Sample // replaced each second, never changed

	opsPerSecond       float64
	p50, p95, p99, max time.Duration
}

// newHistogram keeps three digits of microseconds.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, latencyRange.Microseconds(), 3)
}

func newMeter() *meter {
	m := &meter{window: newHistogram()}
	for i := range m.seconds {
		m.seconds[i] = newHistogram()
	}
	return m
}

// succeeded records an operation that ended well this long after its intended
// time.
func (m *meter) succeeded(latency time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ops++
	micros := min(max(latency, 0), latencyRange).Microseconds()
	_ = m.seconds[m.now].RecordValue(micros) // cannot fail: the value is in range
}

// attemptFailed counts one failed attempt.
func (m *meter) attemptFailed(c Class) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errors++
	m.classes.add(c)
}

// opFailed counts an operation that was given up.
func (m *meter) opFailed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed++
}

// errorCounts gives the failed attempts so far.
func (m *meter) errorCounts() Errors {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.classes
}

// rotate ends a second: it makes its sample and the figures of the last few.
func (m *meter) rotate(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	second := m.seconds[m.now]
	sample := Sample{At: at, Ops: m.ops, Errors: m.errors, P50: quantile(second, 50), P99: quantile(second, 99)}
	kept := m.samples[max(0, len(m.samples)-MaxSamples+1):]
	m.samples = append(slices.Clone(kept), sample)
	m.opsPerSecond = float64(m.ops)
	m.ops, m.errors = 0, 0

	m.window.Reset()
	for _, h := range m.seconds {
		m.window.Merge(h)
	}
	m.p50, m.p95, m.p99 = quantile(m.window, 50), quantile(m.window, 95), quantile(m.window, 99)
	m.max = time.Duration(m.window.Max()) * time.Microsecond
	m.now = (m.now + 1) % windowLength
	m.seconds[m.now].Reset()
}

func quantile(h *hdrhistogram.Histogram, q float64) time.Duration {
	return time.Duration(h.ValueAtQuantile(q)) * time.Microsecond
}

// fill copies the figures into a snapshot.
func (m *meter) fill(s *Stats) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.OpsPerSecond = m.opsPerSecond
	s.P50, s.P95, s.P99, s.Max = m.p50, m.p95, m.p99, m.max
	s.Errors, s.OpsFailed, s.Samples = m.classes, m.failed, m.samples
}
