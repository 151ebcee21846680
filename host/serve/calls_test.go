package serve_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/control"
	"rondb-tui/engine"
)

func TestRequestsArriveWhole(t *testing.T) {
	r := run(t)
	var got engine.Request
	r.submit = func(ctx context.Context, request engine.Request) error {
		got = request
		limit, limited := ctx.Deadline()
		if left := time.Until(limit); !limited || left > 30*time.Second || left < 25*time.Second {
			t.Errorf("the engine is given %v", left)
		}
		return nil
	}
	rate, running := 300, true
	for _, intent := range []engine.Intent{
		engine.SetSpec{Spec: engine.DefaultSpec(), Source: "a file"},
		engine.Scale{Target: engine.ScaleReplicas, Delta: -1},
		engine.KillNode{Targets: []engine.NodeID{1, 2}, LastCopy: true},
		engine.IsolateNode{Targets: []engine.NodeID{3}, Lease: time.Minute},
		engine.SetLoad{Rate: &rate, Running: &running},
		engine.Undo{},
	} {
		want := engine.Request{Intent: intent, By: "cli", Base: 7, Approved: "abc"}
		if err := r.dial().Submit(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v arrived as %+v", want, got)
		}
	}
}

func TestPreviewsComeBackWhole(t *testing.T) {
	r := run(t)
	plan := engine.Plan{Revision: 3, Steps: []engine.Step{{ID: 1, Action: engine.StartNode{Slot: engine.Slot{ID: 5, Kind: engine.KindData}}, Cause: "it is down"}}}
	plan.Seal()
	want := engine.Preview{Base: 2, Plan: plan, Problems: engine.Problems{{Path: "a", Rule: "b", Text: "c"}}, At: since().UTC()}
	r.preview = func(_ context.Context, request engine.Request) (engine.Preview, error) {
		if scale, ok := request.Intent.(engine.Scale); !ok || scale.Delta != 2 {
			return engine.Preview{}, engine.Errorf(engine.KindInvalid, "preview", 0, "got %+v", request)
		}
		return want, nil
	}
	c := r.dial()
	got, err := c.Preview(t.Context(), engine.Request{Intent: engine.Scale{Target: engine.ScaleMySQL, Delta: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Base != want.Base || got.Plan.String() != want.Plan.String() || got.Plan.Fingerprint != want.Plan.Fingerprint || !reflect.DeepEqual(got.Problems, want.Problems) {
		t.Errorf("%+v", got)
	}
	if _, err := c.Preview(t.Context(), engine.Request{Intent: engine.Undo{}}); engine.KindOf(err) != engine.KindInvalid {
		t.Errorf("a refused preview: %v", err)
	}
}

func TestErrorsComeBackTheSame(t *testing.T) {
	r := run(t)
	c := r.dial()
	for kind := engine.KindInternal; kind <= engine.KindInvalid; kind++ {
		want := engine.Errorf(kind, "start data node", 5, "what went wrong: %s", kind)
		r.submit = func(context.Context, engine.Request) error { return want }
		err := c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}})
		var got *engine.Error
		if !errors.As(err, &got) || got.Kind != kind || got.Op != want.Op || got.Node != 5 || got.Error() != want.Error() {
			t.Errorf("%v came back as %v", want, err)
		}
	}
	problems := engine.Problems{{Path: "x", Rule: "y", Text: "z.", Fix: "w.", Line: 3}}
	r.submit = func(context.Context, engine.Request) error {
		return engine.Errorf(engine.KindInvalid, "check the desired state", 0, "refused: %w", problems)
	}
	err := c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}})
	var got engine.Problems
	if !errors.As(err, &got) || !reflect.DeepEqual(got, problems) || err.Error() != "check the desired state: refused: x: z. (y) w." {
		t.Errorf("%v, %v", err, got)
	}
}

func TestARequestThatIsNoneIsInvalid(t *testing.T) {
	r := run(t)
	r.submit = func(context.Context, engine.Request) error {
		t.Error("it reached the engine")
		return nil
	}
	raw := r.raw(control.Protocol)
	for _, body := range []string{"", "null", "{", `{"Intent":"dance"}`, `[]`} {
		reply, err := raw.Submit(raw.speak(t.Context()), &agentproto.SubmitRequest{Request: []byte(body)})
		if err != nil || reply.GetFailure().GetKind() != "invalid" {
			t.Errorf("%q: %v, %v", body, reply, err)
		}
		preview, err := raw.Preview(raw.speak(t.Context()), &agentproto.PreviewRequest{Request: []byte(body)})
		if err != nil || preview.GetFailure().GetKind() != "invalid" {
			t.Errorf("%q: %v, %v", body, preview, err)
		}
	}
	huge := &agentproto.SubmitRequest{Request: make([]byte, control.MaxRequest)}
	if _, err := raw.Submit(raw.speak(t.Context()), huge); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a request of more than %d bytes: %v", control.MaxRequest, err)
	}
	if err := r.dial().Submit(t.Context(), engine.Request{}); engine.KindOf(err) != engine.KindInvalid {
		t.Errorf("no intent: %v", err)
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	r := run(t)
	r.submit = func(context.Context, engine.Request) error { panic("a bug") }
	c := r.dial()
	err := c.Submit(t.Context(), engine.Request{Intent: engine.Undo{}})
	if engine.KindOf(err) != engine.KindInternal || !strings.Contains(err.Error(), "met a bug") {
		t.Errorf("a panic in a call: %v", err)
	}
	r.latestPanics(true)
	if err := c.Events(t.Context(), 0, false, nil); engine.KindOf(err) != engine.KindInternal || !strings.Contains(err.Error(), "met a bug") {
		t.Errorf("a panic in a stream: %v", err)
	}
	r.latestPanics(false)
	if err := c.Follow(t.Context()); err != nil {
		t.Errorf("the engine does not go on: %v", err)
	}
	if text := log.String(); strings.Count(text, "a call panicked") != 2 || !strings.Contains(text, "sendEvents") {
		t.Errorf("the log: %s", text)
	}
}

func TestEndpointsAndEnd(t *testing.T) {
	r := run(t)
	c := r.dial()
	endpoints, err := c.Endpoints(t.Context())
	if err != nil || !reflect.DeepEqual(endpoints, r.Endpoints()) {
		t.Errorf("%v, %v", endpoints, err)
	}
	r.fake.end = func(context.Context) (*engine.Snapshot, error) {
		return nil, engine.Errorf(engine.KindTransient, "audit the ledger", 0, "no MySQL server answers")
	}
	if _, err := c.End(t.Context()); err == nil || err.Error() != "audit the ledger: no MySQL server answers" {
		t.Errorf("%v", err)
	}
	r.fake.end = func(context.Context) (*engine.Snapshot, error) {
		last := *r.Latest()
		last.Load.Ledger.Audits = 9
		return &last, nil
	}
	last, err := c.End(t.Context())
	if err != nil || last.Load.Ledger.Audits != 9 || len(last.Cluster.Observed.Nodes) != 12 {
		t.Errorf("%v, %v", last, err)
	}
}

func TestOtherProtocolsAreRefusedInWords(t *testing.T) {
	r := run(t)
	for _, protocol := range []int{0, control.Protocol + 1} {
		raw := r.raw(protocol)
		_, err := raw.Hello(raw.speak(t.Context()), &agentproto.HelloRequest{})
		if status.Code(err) != codes.FailedPrecondition || !strings.Contains(err.Error(), "rondb-tui 1.2.3, process 4711") {
			t.Errorf("a call with protocol %d: %v", protocol, err)
		}
		if _, err = raw.snapshots(t.Context()).Recv(); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("a stream with protocol %d: %v", protocol, err)
		}
	}
	raw := r.raw(0)
	if _, err := raw.Hello(t.Context(), &agentproto.HelloRequest{}); !strings.Contains(err.Error(), "none that it names") {
		t.Errorf("a call without a protocol: %v", err)
	}
	raw.protocol = "\x1b[31m"
	if _, err := raw.Hello(raw.speak(t.Context()), &agentproto.HelloRequest{}); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("a strange protocol: %v", err)
	}
}

func TestACallersPatienceIsKept(t *testing.T) {
	r := run(t)
	reached := make(chan struct{}, 1)
	r.submit = func(ctx context.Context, _ engine.Request) error {
		reached <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	err := r.dial().Submit(ctx, engine.Request{Intent: engine.Undo{}})
	if engine.KindOf(err) != engine.KindTransient || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
