package serve

import (
	"time"

	"google.golang.org/grpc"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// follower is what one stream of snapshots has sent.
type follower struct {
	stream grpc.ServerStreamingServer[agentproto.SnapshotMessage]
	rev    uint64 // of the last snapshot
	seq    uint64 // of the last event
	begun  bool

	stateOnly bool // without events and samples
}

// Snapshots sends the newest snapshot at once and then whenever there is a newer
// one, and a sign of life when nothing else was to be said.
func (s *server) Snapshots(request *agentproto.SnapshotsRequest, stream grpc.ServerStreamingServer[agentproto.SnapshotMessage]) error {
	bell, stop := s.engine.Listen()
	defer stop()
	f := &follower{stream: stream, stateOnly: request.GetStateOnly()}
	life := time.NewTimer(signOfLife)
	defer life.Stop()
	ctx := stream.Context()
	for {
		sent, err := f.send(s.engine.Latest())
		if err != nil {
			return err
		}
		if sent {
			s.pause(ctx, snapshotGap)
			life.Reset(signOfLife)
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // nobody is there to read it
		case <-s.ending:
			_, err := f.send(s.engine.Latest())
			return err
		case <-bell:
		case <-life.C:
			if err := stream.Send(&agentproto.SnapshotMessage{}); err != nil {
				return err
			}
			life.Reset(signOfLife)
		}
	}
}

// send sends a snapshot, with the events that came since the last, if it is newer
// than that.
func (f *follower) send(snapshot *engine.Snapshot) (sent bool, err error) {
	if snapshot == nil || f.begun && snapshot.Rev <= f.rev {
		return false, nil
	}
	lean := *snapshot
	lean.Cluster.Events = nil
	events := snapshot.Cluster.Events
	events = events[control.After(events, f.seq):]
	if f.stateOnly {
		lean.Load.Samples, events = nil, nil
	}
	parts, err := batches(events)
	if err != nil {
		return false, err
	}
	body, err := encode(&lean)
	if err != nil {
		return false, err
	}
	message := &agentproto.SnapshotMessage{Snapshot: body}
	if last := len(parts) - 1; last >= 0 {
		message.Events = parts[last]
		for _, part := range parts[:last] {
			if err := f.stream.Send(&agentproto.SnapshotMessage{Events: part}); err != nil {
				return false, err
			}
		}
		f.seq = events[len(events)-1].Seq
	}
	f.rev, f.begun = snapshot.Rev, true
	return true, f.stream.Send(message)
}
