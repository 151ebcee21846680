package serve

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// Logs sends the newest lines of a node's log, and then looks for new ones.
func (s *server) Logs(r *agentproto.LogsRequest, stream grpc.ServerStreamingServer[agentproto.LogsMessage]) error {
	const op = "read the log of node"
	ctx, node, tail := stream.Context(), engine.NodeID(r.GetNode()), int(r.GetTail())
	if tail < 0 || tail > engine.MaxLogLines {
		return control.StatusOf(codes.InvalidArgument, engine.Errorf(engine.KindInvalid, op, node,
			"%d lines were asked for: from 0 to %d are given", tail, engine.MaxLogLines))
	}
	lines, err := s.logs(ctx, node, 0, max(tail, 1)) // even for no line, to know where the log ends
	if err != nil {
		return err
	}
	seq := uint64(0)
	if len(lines) > 0 {
		seq = lines[len(lines)-1].Seq
	}
	if err := sendLines(stream, lines[max(0, len(lines)-tail):]); err != nil {
		return err
	}
	for r.GetFollow() && s.goesOn(ctx) {
		s.pause(ctx, logPoll)
		lines, err := s.logs(ctx, node, seq, engine.MaxLogLines)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			continue
		}
		if err := sendLines(stream, lines); err != nil {
			return err
		}
		seq = lines[len(lines)-1].Seq
	}
	return ctx.Err() //nolint:wrapcheck // nobody is there to read it
}

func (s *server) goesOn(ctx context.Context) bool {
	select {
	case <-s.ending:
		return false
	default:
		return ctx.Err() == nil
	}
}

// logs reads from the engine within a call's limit.
func (s *server) logs(ctx context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	lines, err := s.engine.Logs(ctx, node, after, limit)
	if err != nil {
		return nil, control.StatusOf(codes.Unknown, err)
	}
	return lines, nil
}

func sendLines(stream grpc.ServerStreamingServer[agentproto.LogsMessage], lines []engine.LogLine) error {
	parts, err := batches(lines)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := stream.Send(&agentproto.LogsMessage{Lines: part}); err != nil {
			return err
		}
	}
	return nil
}
