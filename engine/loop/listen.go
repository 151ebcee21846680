package loop

import "sync"

// bells are the bells of those who want to know that there is something new. The
// zero value is ready; all methods may be called from any goroutine.
type bells struct {
	mu    sync.Mutex
	rings map[chan struct{}]bool
}

// listen gives a bell with room for one ring. It has rung already, so that a
// listener begins with what there is.
func (b *bells) listen() (bell <-chan struct{}, stop func()) {
	ring := make(chan struct{}, 1)
	ring <- struct{}{}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rings == nil {
		b.rings = make(map[chan struct{}]bool)
	}
	b.rings[ring] = true
	return ring, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.rings, ring)
	}
}

// ring rings every bell; a listener that has not heard the last ring loses none.
func (b *bells) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ring := range b.rings {
		select {
		case ring <- struct{}{}:
		default:
		}
	}
}
