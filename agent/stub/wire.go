package stub

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// What a node is.
const (
	stateWaiting  = "waiting" // for the word to start
	stateStarting = "starting"
	stateStarted  = "started"
	stateStopping = "stopping"
	stateRunning  = "running" // of MySQL servers, API nodes and management servers
)

// What a node is told.
const (
	doStart  = "start"
	doStop   = "stop"   // in order
	doAbort  = "abort"  // at once
	doFail   = "fail"   // with Error, as a node that crashes
	doRefuse = "refuse" // Text says why it may not take part
	doTick   = "tick"   // GCI is complete
)

// Ways to start.
const (
	howInitial     = "initial"
	howSystem      = "system"
	howNode        = "node"
	howInitialNode = "initial node"
)

// report is what a node says of itself, again and again.
type report struct {
	Node     int    `json:"node"`
	PID      int    `json:"pid"`
	Kind     string `json:"kind"`
	State    string `json:"state"`
	Phase    int    `json:"phase,omitempty"`
	How      string `json:"how,omitempty"`
	Data     bool   `json:"data,omitempty"`
	GCI      uint64 `json:"gci,omitempty"`
	Address  string `json:"address,omitempty"`
	Inactive []int  `json:"inactive,omitempty"` // what a management server knows to be inactive
	Change   uint64 `json:"change,omitempty"`   // counts the changes of Inactive
}

// order is what a node is told.
type order struct {
	Do    string `json:"do"`
	How   string `json:"how,omitempty"`
	Error int    `json:"error,omitempty"`
	Text  string `json:"text,omitempty"`
	GCI   uint64 `json:"gci,omitempty"`
}

const (
	maxMessage   = 8 << 10
	writeTimeout = 2 * time.Second
)

// line sends and receives messages on a connection. Sending is for any goroutine.
type line struct {
	socket net.Conn
	reader *bufio.Reader
	mutex  sync.Mutex
}

func newLine(socket net.Conn) *line {
	return &line{socket: socket, reader: bufio.NewReaderSize(socket, maxMessage)}
}

func (l *line) send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if err := l.socket.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	if _, err := l.socket.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

func (l *line) receive(message any) error {
	text, err := l.reader.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	if err := json.Unmarshal(text, message); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	return nil
}

// board is what a node says of itself at this moment, for its links to tell.
type board struct {
	mutex   sync.Mutex
	report  report
	changed chan struct{}
}

func newBoard(r report) *board { return &board{report: r, changed: make(chan struct{})} }

func (b *board) put(r report) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.report = r
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *board) get() (report, <-chan struct{}) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.report, b.changed
}

// register keeps a node registered with a management server, until the context
// ends: it tells the board's report whenever it changes and every beat, and hands
// on what it is told.
func register(ctx context.Context, address string, b *board, told chan<- order) {
	for ctx.Err() == nil {
		once(ctx, address, b, told)
		pause(ctx, retryTime)
	}
}

func once(life context.Context, address string, b *board, told chan<- order) {
	socket, err := (&net.Dialer{Timeout: silenceTime}).DialContext(life, "tcp", address)
	if err != nil {
		return // not up yet, or down: the next attempt tells
	}
	ctx, cancel := context.WithCancel(life)
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	l := newLine(socket)
	var reader sync.WaitGroup
	defer reader.Wait()
	defer cancel()
	reader.Go(func() {
		defer cancel()
		for {
			o := order{}
			if l.receive(&o) != nil {
				return
			}
			select {
			case told <- o: // also the last, of a connection that is broken by now
			case <-life.Done():
				return
			}
		}
	})
	ticker := time.NewTicker(beatTime)
	defer ticker.Stop()
	for {
		r, changed := b.get()
		if l.send(r) != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ticker.C:
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
