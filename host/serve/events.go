package serve

import (
	"google.golang.org/grpc"

	"rondb-tui/agentproto"
	"rondb-tui/control"
)

// Events sends the numbered events after a number, and then the new ones.
func (s *server) Events(r *agentproto.EventsRequest, stream grpc.ServerStreamingServer[agentproto.EventsMessage]) error {
	bell, stop := s.engine.Listen()
	defer stop()
	ctx, seq, ending := stream.Context(), r.GetAfter(), false
	for {
		next, err := s.sendEvents(stream, seq)
		if err != nil || ending || !r.GetFollow() {
			return err
		}
		if next != seq {
			s.pause(ctx, snapshotGap) // a burst makes one message
		}
		seq = next
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // nobody is there to read it
		case <-s.ending:
			ending = true // one last look
		case <-bell:
		}
	}
}

// sendEvents sends what there is after a number and gives the last number sent.
func (s *server) sendEvents(stream grpc.ServerStreamingServer[agentproto.EventsMessage], seq uint64) (uint64, error) {
	snapshot := s.engine.Latest()
	if snapshot == nil {
		return seq, nil
	}
	events := snapshot.Cluster.Events
	events = events[control.After(events, seq):]
	if len(events) == 0 {
		return seq, nil
	}
	parts, err := batches(events)
	if err != nil {
		return seq, err
	}
	missed := uint64(0)
	if seq > 0 { // who asks for the oldest there is misses nothing
		missed = events[0].Seq - seq - 1
	}
	for _, part := range parts {
		if err := stream.Send(&agentproto.EventsMessage{Events: part, Missed: missed}); err != nil {
			return seq, err
		}
		missed = 0
	}
	return events[len(events)-1].Seq, nil
}
