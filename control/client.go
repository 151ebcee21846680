package control

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
	"rondb-tui/internal/buildinfo"
)

// How long a client waits for an answer. They are longer than the server's own
// limits, so that the engine's words come first.
const (
	helloPatience = 2 * time.Second
	firstPatience = 5 * time.Second
	callPatience  = 35 * time.Second
	endPatience   = 65 * time.Second
)

// Info says who answers on a socket.
type Info struct {
	Cluster engine.ClusterName
	Driver  string // "sim", "docker"
	Version string // of the engine's build
	PID     int
	Since   time.Time // when the engine started
}

// Client is a connection to an engine. See the package comment.
type Client struct {
	line *line
	conn *grpc.ClientConn
	api  agentproto.ControlClient
	info Info

	life   context.Context // of the stream of snapshots
	stop   context.CancelFunc
	follow sync.Once     // starts the goroutine that owns the stream, or forbids it
	first  chan struct{} // closed when the first snapshot is there
	ended  chan struct{} // closed when the stream is over
	reason error         // why; written before ended is closed

	latest atomic.Pointer[engine.Snapshot]
	heard  atomic.Pointer[time.Time]
	bell   chan struct{}
}

// Dial connects to the engine that listens on a socket and asks who it is. Close
// the client in the end.
//
// KindNotFound: there is no socket, or a dead one. KindDenied: it is another
// user's. KindTransient: no answer within 2 s, as from a stopped engine.
// KindUnsupported: an engine of another protocol. KindInvalid, KindTerminal:
// something else than an engine.
func Dial(ctx context.Context, socket string) (*Client, error) {
	return dial(ctx, socket, Protocol)
}

func dial(ctx context.Context, socket string, protocol int) (*Client, error) {
	connected, err := open(ctx, socket, helloPatience)
	if err != nil {
		return nil, err
	}
	c := &Client{line: connected, first: make(chan struct{}), ended: make(chan struct{}), bell: make(chan struct{}, 1)}
	if c.conn, err = grpc.NewClient("passthrough:///engine", dialOptions(connected, protocol)...); err != nil {
		return nil, errors.Join(engine.Errorf(engine.KindInternal, opConnect, 0, "%w", err), connected.Close())
	}
	c.api = agentproto.NewControlClient(c.conn)
	c.life, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := c.hello(ctx, socket); err != nil {
		_ = c.Close() // what hello met is what counts
		return nil, err
	}
	return c, nil
}

func dialOptions(l *line, protocol int) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()), // the socket's permissions protect it
		grpc.WithContextDialer(l.dial),
		grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithIdleTimeout(0), // a line that was given up is not given again
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxReply), grpc.MaxCallSendMsgSize(MaxRequest)),
		grpc.WithPerRPCCredentials(speaks(strconv.Itoa(protocol))),
	}
}

// speaks adds the version of the protocol to every call. It is no secret.
type speaks string

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (s speaks) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{ProtocolKey: string(s)}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials.
func (speaks) RequireTransportSecurity() bool { return false }

// hello asks who answers.
func (c *Client) hello(ctx context.Context, socket string) error {
	limited, cancel := context.WithTimeout(ctx, helloPatience)
	defer cancel()
	reply, err := c.api.Hello(limited, &agentproto.HelloRequest{Version: buildinfo.Version})
	switch {
	case err != nil && (c.line.alien.Load() || status.Code(err) == codes.Unimplemented):
		return engine.Errorf(engine.KindTerminal, opConnect, 0, "what listens on %s is not an engine", socket)
	case status.Code(err) == codes.Unavailable && !c.line.heard.Load():
		return engine.Errorf(engine.KindTransient, opConnect, 0, "%w before it said anything: it has just ended, or is not an engine", ErrLost)
	case err != nil:
		return callError(ctx, opConnect, err)
	}
	c.hear()
	c.info = Info{
		Cluster: engine.ClusterName(reply.GetCluster()), Driver: reply.GetDriver(), Version: reply.GetVersion(),
		PID: int(reply.GetPid()), Since: time.UnixMilli(reply.GetSinceUnixMs()),
	}
	return nil
}

// Info says who answered.
func (c *Client) Info() Info { return c.info }

// Submit hands a request over and returns once it is accepted or refused.
func (c *Client) Submit(ctx context.Context, request engine.Request) error {
	const op = "submit the request"
	body, err := json.Marshal(request)
	if err != nil {
		return engine.Errorf(engine.KindInvalid, op, 0, "%w", err)
	}
	limited, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	reply, err := c.api.Submit(limited, &agentproto.SubmitRequest{Request: body})
	if err != nil {
		return callError(ctx, op, err)
	}
	return ErrorOf(reply.GetFailure(), op)
}

// Preview says what a request would do, without doing it.
func (c *Client) Preview(ctx context.Context, request engine.Request) (engine.Preview, error) {
	const op = "preview the request"
	var preview engine.Preview
	body, err := json.Marshal(request)
	if err != nil {
		return preview, engine.Errorf(engine.KindInvalid, op, 0, "%w", err)
	}
	limited, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	reply, err := c.api.Preview(limited, &agentproto.PreviewRequest{Request: body})
	if err != nil {
		return preview, callError(ctx, op, err)
	}
	if err := ErrorOf(reply.GetFailure(), op); err != nil {
		return preview, err
	}
	return preview, decode(op, reply.GetPreview(), &preview)
}

// Endpoints lists the MySQL servers and how to log in.
func (c *Client) Endpoints(ctx context.Context) ([]engine.Endpoint, error) {
	const op = "list the MySQL servers"
	limited, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	reply, err := c.api.Endpoints(limited, &agentproto.EndpointsRequest{})
	if err != nil {
		return nil, callError(ctx, op, err)
	}
	var endpoints []engine.Endpoint
	return endpoints, decode(op, reply.GetEndpoints(), &endpoints)
}

// End has the ledger audited a last time and ends the engine. It gives the last
// snapshot; Ended tells when the engine has let go.
func (c *Client) End(ctx context.Context) (*engine.Snapshot, error) {
	const op = "end the engine"
	limited, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	reply, err := c.api.End(limited, &agentproto.EndRequest{})
	if err != nil {
		return nil, callError(ctx, op, err)
	}
	if err := ErrorOf(reply.GetFailure(), op); err != nil {
		return nil, err
	}
	last := &engine.Snapshot{}
	if err := decode(op, reply.GetSnapshot(), last); err != nil {
		return nil, err
	}
	return last, nil
}

// Close ends the connection and waits for the stream. The engine goes on. It may
// be called more than once.
func (c *Client) Close() error {
	c.stop()
	c.follow.Do(func() { c.over(errClosed(opFollow)) })
	<-c.ended
	err := c.conn.Close()
	if status.Code(err) == codes.Canceled { // closed before
		err = nil
	}
	if closed := c.line.Close(); !errors.Is(closed, net.ErrClosed) { // gRPC may never have taken it
		err = errors.Join(err, closed)
	}
	return err
}

// decode reads what the engine sent.
func decode(op string, body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return engine.Errorf(engine.KindInternal, op, 0, "the engine's answer cannot be read: %w", err)
	}
	return nil
}
