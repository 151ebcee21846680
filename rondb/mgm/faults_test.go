package mgm_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

// TestEveryFaultIsATypedErrorAndTheClientGoesOn: each within the deadline, and the
// next call works.
func TestEveryFaultIsATypedErrorAndTheClientGoesOn(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	const short = 300 * time.Millisecond
	for name, fault := range map[string]struct {
		faults mgmtest.Faults
		kind   mgm.ErrorKind
	}{
		"too slow":          {mgmtest.Faults{Delay: time.Minute}, mgm.KindTimeout},
		"silent":            {mgmtest.Faults{Silent: true}, mgm.KindTimeout},
		"hung up":           {mgmtest.Faults{HangUp: true}, mgm.KindLost},
		"half a reply":      {mgmtest.Faults{Half: true}, mgm.KindLost},
		"stalled":           {mgmtest.Faults{Stall: true}, mgm.KindTimeout},
		"garbage":           {mgmtest.Faults{Garbage: true}, mgm.KindProtocol},
		"a line for ever":   {mgmtest.Faults{Endless: true}, mgm.KindProtocol},
		"lines for ever":    {mgmtest.Faults{Flood: true}, mgm.KindProtocol},
		"another result":    {mgmtest.Faults{Result: "Operation not allowed while nodes are starting or stopping."}, mgm.KindRefused},
		"an empty result":   {mgmtest.Faults{Result: ""}, 255}, // the zero value: nothing is wrong
		"a byte at a time":  {mgmtest.Faults{Chop: true}, 255},
		"a reply twice":     {mgmtest.Faults{Twice: true}, 255},
		"Windows' lines":    {mgmtest.Faults{CRLF: true}, 255},
		"keys nobody knows": {mgmtest.Faults{Extra: true}, 255},
	} {
		t.Run(name, func(t *testing.T) {
			server.SetFaults(fault.faults)
			patience := 5 * time.Second
			if fault.kind == mgm.KindTimeout {
				patience = short
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := c.Check(ctx)
			if kind, failed := mgm.KindOf(err); failed != (fault.kind != 255) || failed && kind != fault.kind {
				t.Errorf("got %v (%v), want %v", err, kind, fault.kind)
			}
			server.SetFaults(mgmtest.Faults{})
			if err := c.Check(t.Context()); err != nil {
				t.Errorf("the next call: %v", err)
			}
			if nodes, err := c.Status(t.Context()); err != nil || len(nodes) != 4 {
				t.Errorf("the call after: %d nodes, %v", len(nodes), err)
			}
		})
	}
}

func TestACancelledCallEndsAtOnceAndGivesTheConnectionUp(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	before := must[int64](t)(c.SessionID(t.Context()))
	server.SetFaults(mgmtest.Faults{Stall: true})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := c.Status(ctx)
	if kind, _ := mgm.KindOf(err); kind != mgm.KindCancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var e *mgm.Error
	if !errors.As(err, &e) || !e.Sent {
		t.Errorf("%+v: the server may have got it", e)
	}
	server.SetFaults(mgmtest.Faults{})
	if id, err := c.SessionID(t.Context()); err != nil || id == before {
		t.Errorf("the next call is in session %d, was %d: %v", id, before, err)
	}
}

func TestARefusalKeepsTheConnection(t *testing.T) {
	_, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	before := must[int64](t)(c.SessionID(t.Context()))
	_, err := c.Stop(t.Context(), mgm.StopOptions{Nodes: []mgm.NodeID{67}})
	wantCode(t, err, mgm.KindRefused, mgm.CodeWrongType)
	if after := must[int64](t)(c.SessionID(t.Context())); after != before {
		t.Errorf("session %d, was %d", after, before)
	}
}

func TestNobodyThere(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = mgm.Dial(t.Context(), address, mgm.Options{})
	var e *mgm.Error
	if !errors.As(err, &e) || e.Kind != mgm.KindLost || e.Sent {
		t.Errorf("got %+v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = mgm.Dial(ctx, address, mgm.Options{}); !errors.As(err, &e) || e.Kind != mgm.KindCancelled {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestTheClientConnectsAnewToAServerThatCameBack(t *testing.T) {
	cluster := mgmtest.NewCluster(mgmtest.Running(ronDB(), 1, 2, 1))
	server, err := mgmtest.Start(t.Context(), cluster)
	if err != nil {
		t.Fatal(err)
	}
	address := server.Addr
	c, err := mgm.Dial(t.Context(), address, mgm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, c.Check(t.Context()), mgm.KindLost, 0)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- mgmtest.NewServer(cluster, 0).Serve(ctx, listener) }()
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRepliesThatLie(t *testing.T) {
	for name, text := range map[string]string{
		"too few nodes":         "node status\nnodes: 2\nnode.1.type: NDB\nnode.1.status: STARTED\n\n",
		"too many nodes":        "node status\nnodes: 70000\n\n",
		"no such type":          "node status\nnodes: 1\nnode.1.type: TOASTER\nnode.1.status: STARTED\n\n",
		"no status":             "node status\nnodes: 1\nnode.1.type: NDB\n\n",
		"a node's id":           "node status\nnodes: 1\nnode.9999.type: NDB\nnode.9999.status: STARTED\n\n",
		"a number":              "node status\nnodes: 1\nnode.1.type: NDB\nnode.1.status: STARTED\nnode.1.startphase: soon\n\n",
		"no count":              "node status\n\n",
		"a header of something": "version\n\n",
	} {
		_, err := mgm.NewReader([]byte(text)).Status()
		if kind, failed := mgm.KindOf(err); !failed || kind != mgm.KindProtocol {
			t.Errorf("%s: got %v", name, err)
		}
	}
	unknown, err := mgm.NewReader([]byte("\n\nnode status\nnodes: 1\nnode.1.type: NDB\nnode.1.status: DANCING\nnode.1.new: 1\n\n")).Status()
	if err != nil || unknown[0].State != mgm.Unknown {
		t.Errorf("a state of a newer version: %+v, %v", unknown, err)
	}
	wantCode(t, mgm.NewReader([]byte("Authorization failed\nError: TLS required\n\n")).Reply("stop reply"), mgm.KindRefused, 0)
}
