package agent

import "sync"

// bell wakes everyone who waits for the next change. The zero value is ready.
type bell struct {
	mutex sync.Mutex
	next  chan struct{}
}

// wait gives a channel that is closed by the next ring. Ask for it before looking
// at what may change.
func (b *bell) wait() <-chan struct{} {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
