package serve

import (
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// reader is what one stream of events has sent.
type reader struct {
	stream grpc.ServerStreamingServer[agentproto.EventsMessage]
	engine Engine
	seq    uint64 // of the last event sent, at first the number asked for
	begun  bool
}

// Events sends the numbered events after a number, and then the new ones. Those
// that are not in the snapshot any more come from the engine's record, if it has
// one. A number that no event has yet is refused.
func (s *server) Events(r *agentproto.EventsRequest, stream grpc.ServerStreamingServer[agentproto.EventsMessage]) error {
	bell, stop := s.engine.Listen()
	defer stop()
	reader := &reader{stream: stream, engine: s.engine, seq: r.GetAfter()}
	ctx, ending := stream.Context(), false
	for {
		sent, err := reader.sendEvents()
		if err != nil || ending || !r.GetFollow() {
			return err
		}
		if sent {
			s.pause(ctx, snapshotGap) // a burst makes one message
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // nobody is there to read it
		case <-s.ending:
			ending = true // one last look
		case <-bell:
		}
	}
}

// sendEvents sends what there is after the last event that was sent.
func (r *reader) sendEvents() (sent bool, err error) {
	snapshot := r.engine.Latest()
	if snapshot == nil {
		return false, nil
	}
	recent := snapshot.Cluster.Events
	events := recent[control.After(recent, r.seq):]
	first := !r.begun
	r.begun = true
	if first && len(recent) == 0 || len(events) > 0 && events[0].Seq > r.seq+1 {
		events = r.withOlder(recent)
	}
	if first && len(events) == 0 {
		return false, r.checkAfter(recent)
	}
	for len(events) > 0 { // a run without gaps at a time
		end := 1
		for end < len(events) && events[end].Seq == events[end-1].Seq+1 {
			end++
		}
		if err := r.sendRun(events[:end]); err != nil {
			return sent, err
		}
		events, sent = events[end:], true
	}
	return sent, nil
}

// withOlder puts recorded events before the recent ones. The record is history:
// if it cannot be read, the reader is told that those events are gone.
func (r *reader) withOlder(recent []engine.Event) []engine.Event {
	older, err := recorded(r.engine, r.seq)
	if err != nil {
		slog.WarnContext(r.stream.Context(), "recorded events cannot be read", "error", err)
	}
	if len(recent) == 0 {
		return older
	}
	older = older[:control.After(older, recent[0].Seq-1)]
	return append(older[:len(older):len(older)], recent...)
}

func recorded(e Engine, after uint64) ([]engine.Event, error) {
	recorder, ok := e.(Recorder)
	if !ok {
		return nil, nil
	}
	return recorder.Recorded(after)
}

// checkAfter refuses to begin after a number that no event has yet: what comes
// next would not be what the reader thinks.
func (r *reader) checkAfter(recent []engine.Event) error {
	if len(recent) == 0 && r.seq > 0 {
		recent, _ = recorded(r.engine, 0) // that it cannot be read is logged
	}
	newest := uint64(0)
	if len(recent) > 0 {
		newest = recent[len(recent)-1].Seq
	}
	if r.seq <= newest {
		return nil
	}
	return control.StatusOf(codes.InvalidArgument, engine.Errorf(engine.KindInvalid, "read the events", 0,
		"there is no event %d yet to begin after: the newest is %d", r.seq, newest))
}

// sendRun sends events without gaps between them, and how many are gone before.
func (r *reader) sendRun(events []engine.Event) error {
	parts, err := batches(events)
	if err != nil {
		return err
	}
	missed := uint64(0)
	if r.seq > 0 { // who asks for the oldest there is misses nothing
		missed = events[0].Seq - r.seq - 1
	}
	for _, part := range parts {
		if err := r.stream.Send(&agentproto.EventsMessage{Events: part, Missed: missed}); err != nil {
			return err
		}
		missed = 0
	}
	r.seq = events[len(events)-1].Seq
	return nil
}
