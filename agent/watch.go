package agent

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"

	"rondb-tui/agentproto"
)

// How a MySQL server is asked whether it answers.
const (
	probeInterval = 250 * time.Millisecond // until it answers
	probeAnswered = 2 * time.Second        // from then on
	probePatience = 2 * time.Second
)

// tell hands the result of a probe to the supervisor.
func (a *Agent) tell(ctx context.Context, r probeResult) {
	select {
	case a.supervisor.probes <- r:
	case <-a.supervisor.over:
	case <-ctx.Done():
	}
}

// watchProcess follows what a running process logs, and whether it answers.
func (a *Agent) watchProcess(ctx context.Context) {
	for ctx.Err() == nil {
		changed := a.supervisor.bell.wait()
		process, err := a.supervisor.current(ctx)
		if err == nil && process != nil {
			a.watchOne(ctx, process)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (a *Agent) watchOne(ctx context.Context, process Process) {
	ctx, cancel := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	if path := a.node.logFile(); path != "" {
		parts.Go(func() { (&tail{path: path}).follow(ctx, a.book.add) })
	}
	switch a.node.kind {
	case agentproto.KindMySQLServer:
		parts.Go(func() { a.probe(ctx, process, greets) })
	case agentproto.KindAPINode:
		a.tell(ctx, probeResult{process, true})
	}
	// The supervisor must see the end first: it alone says that the process is gone.
	select {
	case <-process.Ended():
		for changed := a.supervisor.bell.wait(); ; changed = a.supervisor.bell.wait() {
			if now, err := a.supervisor.current(ctx); err != nil || now != process {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	case <-ctx.Done():
	}
}

// probe asks again and again.
func (a *Agent) probe(ctx context.Context, process Process, answers func(ctx context.Context, n node) bool) {
	ticker := time.NewTicker(probeInterval)
	defer ticker.Stop()
	for {
		limited, cancel := context.WithTimeout(ctx, probePatience)
		yes := answers(limited, a.node)
		cancel()
		a.tell(ctx, probeResult{process, yes})
		if yes {
			ticker.Reset(probeAnswered)
		} else {
			ticker.Reset(probeInterval)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// The first byte of a MySQL server's first message: its version of the protocol, or
// that it will not speak.
const (
	greetingProtocol = 0x0a
	greetingError    = 0xff
)

// greets says whether a MySQL server greets who connects. It does so once it has
// the cluster; a stand-in never has more to say than that it is one.
func greets(ctx context.Context, n node) bool {
	socket, err := (&net.Dialer{}).DialContext(ctx, "tcp", n.mysql())
	if err != nil {
		return false
	}
	defer func() { _ = socket.Close() }()
	if until, ok := ctx.Deadline(); ok {
		_ = socket.SetDeadline(until)
	}
	const header = 4 // of a packet: its length and number
	head, err := bufio.NewReader(socket).Peek(header + 1)
	if err != nil {
		return false
	}
	return head[header] == greetingProtocol || (head[header] == greetingError && n.stub != "")
}
