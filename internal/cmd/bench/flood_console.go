package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/tui"
)

// watched is the console's engine, which notes what the console takes from it.
// Latest is called by one goroutine at a time.
type watched struct {
	*control.Client
	taken  atomic.Pointer[engine.Snapshot]
	seen   map[uint64]bool // numbers of the nodes' states
	event  uint64          // number of the last event
	missed uint64          // events
}

// Latest gives the newest snapshot, which the console shows next.
func (w *watched) Latest() *engine.Snapshot {
	s := w.Client.Latest()
	for i := range s.Cluster.Observed.Nodes {
		w.seen[s.Cluster.Observed.Nodes[i].Incarnation] = true
	}
	if events := s.Cluster.Events; len(events) > 0 {
		if first := events[0].Seq; first > w.event+1 {
			w.missed += first - w.event - 1
		}
		w.event = events[len(events)-1].Seq
	}
	w.taken.Store(s)
	return s
}

// states counts the states of nodes that were taken. 0 is the one before the flood.
func (w *watched) states() int {
	delete(w.seen, 0)
	return len(w.seen)
}

// pressed is a key, and when it was pressed.
type pressed struct{ at time.Time }

// floodConsole is the console's model, timed, and the terminal it is written to.
// Init, Update and View belong to Bubble Tea's loop, Write to its renderer.
type floodConsole struct {
	model  *tui.Model
	engine *watched
	began  time.Time

	update  time.Duration // the last one
	keys    int
	frames  []time.Duration
	content string // of the last frame

	mu      sync.Mutex // guards what follows
	drawn   *engine.Snapshot
	key     time.Time // of the key that was drawn last and is not written yet
	written *engine.Snapshot
	writes  []time.Time
	ages    []time.Duration
	echoes  []time.Duration

	finished  chan struct{} // closed when the last snapshot was written
	lasted    time.Duration
	processor time.Duration
}

func newFloodConsole(ctx context.Context, client *control.Client) *floodConsole {
	w := &watched{Client: client, seen: map[uint64]bool{}}
	return &floodConsole{
		engine: w, finished: make(chan struct{}),
		model: tui.New(tui.Options{Engine: w, Ended: client.Ended, Context: ctx}),
	}
}

// Init implements tea.Model.
func (f *floodConsole) Init() tea.Cmd { return f.model.Init() }

// Update implements tea.Model.
func (f *floodConsole) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if p, ok := msg.(pressed); ok {
		f.keys++
		msg = tea.KeyPressMsg{Code: []rune("jk")[f.keys%2], Text: "jk"[f.keys%2 : f.keys%2+1]}
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.key = p.at
		}()
	}
	began := time.Now()
	_, cmd := f.model.Update(msg)
	f.update = time.Since(began)
	return f, cmd
}

// View implements tea.Model.
func (f *floodConsole) View() tea.View {
	began := time.Now()
	view := f.model.View()
	f.frames = append(f.frames, f.update+time.Since(began))
	f.content = view.Content
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drawn = f.engine.taken.Load()
	return view
}

// Write implements io.Writer: the terminal, which only notes when it is written.
func (f *floodConsole) Write(frame []byte) (int, error) {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes = append(f.writes, now)
	if !f.key.IsZero() {
		f.echoes = append(f.echoes, now.Sub(f.key))
		f.key = time.Time{}
	}
	if f.drawn != nil && f.drawn != f.written {
		f.written = f.drawn
		f.ages = append(f.ages, now.Sub(f.drawn.At))
		if f.drawn.Rev == lastRev {
			close(f.finished)
		}
	}
	return len(frame), nil
}

// gaps are the times between two frames while the flood came.
func (f *floodConsole) gaps() []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var gaps []time.Duration
	for i, at := range f.writes {
		if i > 0 && f.writes[i-1].After(f.began) && at.Before(f.began.Add(f.lasted)) {
			gaps = append(gaps, at.Sub(f.writes[i-1]))
		}
	}
	return gaps
}
