package loop

import (
	"slices"
	"sync"
)

// maxMemoryEntries is how many entries a MemoryJournal keeps.
const maxMemoryEntries = 10_000

// MemoryJournal is a Journal for tests and for clusters that end with their
// process. It forgets the oldest entries, but never the state they made. The zero
// value is ready; all methods may be called from any goroutine.
type MemoryJournal struct {
	mu      sync.Mutex
	state   State
	entries []Entry
}

// Append implements Journal. It fails only on entries that Replay would refuse.
func (j *MemoryJournal) Append(entries ...Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	state, err := j.state.afterAll(entries)
	if err != nil {
		return err
	}
	j.state = state
	j.entries = append(j.entries, entries...)
	if len(j.entries) >= 2*maxMemoryEntries {
		j.entries = slices.Clone(j.entries[len(j.entries)-maxMemoryEntries:])
	}
	return nil
}

// Entries gives the newest entries, oldest first.
func (j *MemoryJournal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries[max(0, len(j.entries)-maxMemoryEntries):])
}

// State gives the state after all entries, forgotten ones included.
func (j *MemoryJournal) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}
