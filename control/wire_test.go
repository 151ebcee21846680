package control

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

func TestFailuresGoThereAndBack(t *testing.T) {
	problems := engine.Problems{{Path: "a", Rule: "b", Text: "c", Fix: "d", Line: 2, Column: 3}}
	inner := engine.Errorf(engine.KindConflict, "start data node", 3, "the world moved")
	for _, tc := range []struct {
		err      error
		kind     engine.ErrorKind
		node     engine.NodeID
		text     string
		problems engine.Problems
	}{
		{inner, engine.KindConflict, 3, "start data node 3: the world moved", nil},
		{fmt.Errorf("in the loop: %w", inner), engine.KindConflict, 3, "try 3: in the loop: start data node 3: the world moved", nil},
		{engine.Errorf(engine.KindTerminal, "run", 0, "step 1: %w", inner), engine.KindTerminal, 0, "run: step 1: start data node 3: the world moved", nil},
		{errors.New("a bug"), engine.KindInternal, 0, "try: a bug", nil},
		{problems, engine.KindInternal, 0, "try: a: c (b) d", problems},
		{engine.Errorf(engine.KindInvalid, "check", 0, "%w", problems), engine.KindInvalid, 0, "check: a: c (b) d", problems},
		{context.DeadlineExceeded, engine.KindTransient, 0, "try: context deadline exceeded", nil},
		{context.Canceled, engine.KindTransient, 0, "try: context canceled", nil},
	} {
		err := ErrorOf(FailureOf(tc.err), "try")
		var got *engine.Error
		if !errors.As(err, &got) || got.Kind != tc.kind || got.Node != tc.node || got.Error() != tc.text {
			t.Errorf("%v came back as %v: %v", tc.err, engine.KindOf(err), err)
		}
		var found engine.Problems
		errors.As(err, &found)
		if !reflect.DeepEqual(found, tc.problems) {
			t.Errorf("%v came back with the problems %v", tc.err, found)
		}
	}
	if FailureOf(nil) != nil || ErrorOf(nil, "try") != nil {
		t.Error("no error is one on the other side")
	}
}

func TestStrangeFailuresAreErrorsToo(t *testing.T) {
	err := ErrorOf(&agentproto.Failure{Kind: "moonstruck", Text: "so it is", Problems: []byte("{")}, "try")
	if engine.KindOf(err) != engine.KindInternal || err.Error() != "try: so it is" {
		t.Error(err)
	}
}

func TestStatusesBecomeErrors(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		asked context.Context
		err   error
		kind  engine.ErrorKind
		is    error
	}{
		{t.Context(), status.Error(codes.Unavailable, "gone"), engine.KindTransient, ErrLost},
		{t.Context(), status.Error(codes.DeadlineExceeded, "late"), engine.KindTransient, errSilent},
		{t.Context(), status.Error(codes.Canceled, "closing"), engine.KindTerminal, ErrClosed},
		{t.Context(), status.Error(codes.Unimplemented, "what"), engine.KindUnsupported, nil},
		{t.Context(), status.Error(codes.InvalidArgument, "how"), engine.KindInvalid, nil},
		{t.Context(), status.Error(codes.ResourceExhausted, "too large"), engine.KindTerminal, nil},
		{t.Context(), status.Error(codes.DataLoss, "oh"), engine.KindInternal, nil},
		{t.Context(), errors.New("oh"), engine.KindInternal, nil},
		{t.Context(), StatusOf(codes.Unavailable, engine.Errorf(engine.KindDenied, "do", 1, "no")), engine.KindDenied, nil},
		{ended, status.Error(codes.Unavailable, "gone"), engine.KindTransient, context.Canceled},
	} {
		err := callError(tc.asked, "try", tc.err)
		if engine.KindOf(err) != tc.kind || tc.is != nil && !errors.Is(err, tc.is) {
			t.Errorf("%v became %v: %v", tc.err, engine.KindOf(err), err)
		}
	}
}

// TestRecentEventsProperty: whatever batches come, the newest events are there,
// without gaps, and slices that were given away never change.
func TestRecentEventsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r recent
		var given [][]engine.Event
		next, first, last := uint64(1), uint64(1), uint64(0)
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			next += uint64(rapid.SampledFrom([]int{0, 0, 0, 1, 5000}).Draw(t, "missed"))
			again := uint64(rapid.IntRange(0, 3).Draw(t, "again"))
			size := uint64(rapid.IntRange(0, 3000).Draw(t, "size"))
			var batch []engine.Event
			if begin := next - min(again, next-1); size+again > 0 && begin > last+1 {
				first = begin // what was before the gap is of no use any more
			}
			for seq := next - min(again, next-1); seq < next+size; seq++ {
				batch = append(batch, engine.Event{Seq: seq, Text: fmt.Sprint(seq)})
				last = seq
			}
			r.add(batch)
			next += size
			given = append(given, r.newest())
		}
		for _, events := range given {
			if len(events) > engine.MaxRecentEvents {
				t.Fatalf("%d events", len(events))
			}
			for i, e := range events {
				if e.Seq != events[0].Seq+uint64(i) || e.Text != fmt.Sprint(e.Seq) {
					t.Fatalf("event %d of %d is %+v", i, len(events), e)
				}
			}
		}
		if newest := given[len(given)-1]; len(newest) > 0 && newest[len(newest)-1].Seq != last || uint64(len(newest)) != min(last+1-first, engine.MaxRecentEvents) {
			t.Fatalf("event %d is not the last of %d", last, len(newest))
		}
	})
}
