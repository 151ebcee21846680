package serve_test

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

// raw is a client that does nothing by itself.
type raw struct {
	agentproto.ControlClient
	t        testing.TB
	protocol string
}

func (r *rig) raw(protocol int) raw {
	r.t.Helper()
	conn, err := grpc.NewClient("unix://"+r.socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(control.MaxReply)))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return raw{agentproto.NewControlClient(conn), r.t, strconv.Itoa(protocol)}
}

// speak adds the protocol to a call.
func (r raw) speak(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, control.ProtocolKey, r.protocol)
}

func (r raw) snapshots(ctx context.Context) grpc.ServerStreamingClient[agentproto.SnapshotMessage] {
	r.t.Helper()
	stream, err := r.Snapshots(r.speak(ctx), &agentproto.SnapshotsRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	return stream
}

func revOf(t testing.TB, body []byte) uint64 {
	t.Helper()
	var s engine.Snapshot
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return s.Rev
}
