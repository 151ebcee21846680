package serve

import (
	"context"
	"encoding/json"

	"google.golang.org/grpc/codes"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// Hello says who answers.
func (s *server) Hello(context.Context, *agentproto.HelloRequest) (*agentproto.HelloReply, error) {
	return &agentproto.HelloReply{
		Version: s.info.Version, Cluster: string(s.info.Cluster), Driver: s.info.Driver,
		Pid: int64(s.info.PID), SinceUnixMs: s.info.Since.UnixMilli(),
	}, nil
}

// Submit hands a request over.
func (s *server) Submit(ctx context.Context, r *agentproto.SubmitRequest) (*agentproto.SubmitReply, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := readRequest(r.GetRequest())
	if err == nil {
		err = s.engine.Submit(ctx, request)
	}
	return &agentproto.SubmitReply{Failure: control.FailureOf(err)}, nil
}

// Preview says what a request would do.
func (s *server) Preview(ctx context.Context, r *agentproto.PreviewRequest) (*agentproto.PreviewReply, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := readRequest(r.GetRequest())
	if err != nil {
		return &agentproto.PreviewReply{Failure: control.FailureOf(err)}, nil
	}
	preview, err := s.engine.Preview(ctx, request)
	if err != nil {
		return &agentproto.PreviewReply{Failure: control.FailureOf(err)}, nil
	}
	body, err := encode(preview)
	return &agentproto.PreviewReply{Preview: body}, err
}

// Endpoints lists the MySQL servers.
func (s *server) Endpoints(context.Context, *agentproto.EndpointsRequest) (*agentproto.EndpointsReply, error) {
	body, err := encode(s.engine.Endpoints())
	return &agentproto.EndpointsReply{Endpoints: body}, err
}

// End audits the ledger a last time and ends the engine.
func (s *server) End(ctx context.Context, _ *agentproto.EndRequest) (*agentproto.EndReply, error) {
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	last, err := s.engine.End(ctx)
	if err != nil {
		return &agentproto.EndReply{Failure: control.FailureOf(err)}, nil
	}
	body, err := encode(last)
	return &agentproto.EndReply{Snapshot: body}, err
}

// readRequest takes a request from the wire.
func readRequest(body []byte) (engine.Request, error) {
	var request engine.Request
	if err := json.Unmarshal(body, &request); err != nil {
		return request, engine.Errorf(engine.KindInvalid, "read the request", 0, "%w", err)
	}
	if request.Intent == nil {
		return request, engine.Errorf(engine.KindInvalid, "read the request", 0, "it holds no intent")
	}
	return request, nil
}

// encode puts a value of the engine on the wire.
func encode(value any) ([]byte, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, control.StatusOf(codes.Internal, engine.Errorf(engine.KindInternal, opAnswer, 0, "%w", err))
	}
	return body, nil
}

// batches puts items on the wire as JSON arrays of about maxBatch bytes each.
func batches[T any](items []T) ([][]byte, error) {
	var all [][]byte
	var array []byte
	for i := range items {
		item, err := encode(items[i])
		if err != nil {
			return nil, err
		}
		if array == nil {
			array = append(array, '[')
		} else {
			array = append(array, ',')
		}
		if array = append(array, item...); len(array) >= maxBatch {
			all, array = append(all, append(array, ']')), nil
		}
	}
	if array != nil {
		all = append(all, append(array, ']'))
	}
	return all, nil
}
