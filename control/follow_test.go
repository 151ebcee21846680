package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// script is a server that sends what a test says, and then ends the stream.
type script struct {
	agentproto.UnimplementedControlServer
	messages []*agentproto.SnapshotMessage
}

func (s *script) Hello(context.Context, *agentproto.HelloRequest) (*agentproto.HelloReply, error) {
	return &agentproto.HelloReply{Cluster: "demo"}, nil
}

func (s *script) Snapshots(_ *agentproto.SnapshotsRequest, stream grpc.ServerStreamingServer[agentproto.SnapshotMessage]) error {
	for _, message := range s.messages {
		if err := stream.Send(message); err != nil {
			return err
		}
	}
	return nil
}

// play follows a script to its end.
func play(t *testing.T, messages ...*agentproto.SnapshotMessage) (*control.Client, error) {
	t.Helper()
	socket := socketPath(t)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	agentproto.RegisterControlServer(g, &script{messages: messages})
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(listener) }()
	c, err := control.Dial(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		g.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	_ = c.Follow(t.Context()) // the stream may be over before it returns
	return c, c.Ended(t.Context())
}

// state is a message with a snapshot and events.
func state(t *testing.T, rev uint64, events ...uint64) *agentproto.SnapshotMessage {
	t.Helper()
	body, err := json.Marshal(&engine.Snapshot{Rev: rev, At: time.UnixMilli(int64(rev)).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	message := &agentproto.SnapshotMessage{Snapshot: body}
	var list []engine.Event
	for _, seq := range events {
		list = append(list, engine.Event{Seq: seq})
	}
	if list != nil {
		if message.Events, err = json.Marshal(list); err != nil {
			t.Fatal(err)
		}
	}
	return message
}

func TestRevisionsNeverGoBackwards(t *testing.T) {
	c, err := play(t, state(t, 5, 1, 2), state(t, 3, 3))
	if !errors.Is(err, control.ErrEnded) {
		t.Error(err)
	}
	if s := c.Latest(); s.Rev != 5 || len(s.Cluster.Events) != 2 {
		t.Errorf("revision %d with %d events", s.Rev, len(s.Cluster.Events))
	}
	c, err = play(t, state(t, 5, 1, 2), state(t, 3, 3), &agentproto.SnapshotMessage{}, state(t, 6))
	if s := c.Latest(); s.Rev != 6 || len(s.Cluster.Events) != 3 || !errors.Is(err, control.ErrEnded) {
		t.Errorf("revision %d with %d events, %v", s.Rev, len(s.Cluster.Events), err)
	}
}

func TestWhatCannotBeReadEndsTheStreamInWords(t *testing.T) {
	for _, bad := range []*agentproto.SnapshotMessage{
		{Snapshot: []byte(`{"Rev":"many"}`)},
		{Events: []byte(`{}`)},
	} {
		c, err := play(t, state(t, 1), bad)
		if engine.KindOf(err) != engine.KindInternal || errors.Is(err, control.ErrLost) {
			t.Errorf("%v", err)
		}
		if c.Latest().Rev != 1 {
			t.Error("the last good state is gone")
		}
	}
}

func TestAStreamThatEndsBeforeTheFirstSnapshot(t *testing.T) {
	c, err := play(t)
	if !errors.Is(err, control.ErrEnded) || c.Latest() != nil {
		t.Errorf("%v", err)
	}
	if err := c.Follow(t.Context()); !errors.Is(err, control.ErrEnded) {
		t.Errorf("%v", err)
	}
}
