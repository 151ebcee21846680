package simdrv

import (
	"context"

	"rondb-tui/engine"
)

// Front gives the simulated MySQL servers their sockets. Open lets a server
// listen and returns the address for clients; Kill ends it with all its
// connections. The driver calls both outside the world's lock, one at a time and
// in the order of the events; a server counts as started once Open has returned.
// When Kill is called, the server's sessions are fenced already. Neither may call
// the driver's Do or Kill, which wait for it.
type Front interface {
	Open(ctx context.Context, server engine.NodeID) (addr string, err error)
	Kill(server engine.NodeID)
}

type frontOp uint8

const (
	frontOpen frontOp = iota
	frontKill
)

// frontOrder is one call for the front.
type frontOrder struct {
	op          frontOp
	server      *node
	incarnation uint64
}

// orderFront queues a call for the front.
func (w *World) orderFront(n *node, op frontOp) {
	if !w.fronted || n.Kind != engine.KindMySQL {
		return
	}
	n.client.open = op == frontOpen
	w.frontWork = append(w.frontWork, frontOrder{op: op, server: n, incarnation: n.incarnation})
}

// nextFrontOrder takes the oldest call off the queue.
func (w *World) nextFrontOrder() (frontOrder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.frontWork) == 0 {
		return frontOrder{}, false
	}
	order := w.frontWork[0]
	w.frontWork = w.frontWork[1:]
	return order, true
}

// opened follows the front's answer to a call. It matters only to the process it
// was made for.
func (w *World) opened(order frontOrder, address string, err error) {
	w.enter()
	defer w.leave()
	n := order.server
	if n.incarnation != order.incarnation || n.status != engine.StatusStarting {
		return
	}
	n.busy = false
	if err != nil {
		w.write(n, engine.SeverityError, "Can't start server: "+err.Error())
		w.end(n, engine.StatusDead, "cannot open its port: "+err.Error())
		return
	}
	n.client.address = address
	w.serve(n)
}
