package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/engine"
)

// snapshotGap is the least time between two snapshots shown: what arrives in
// between is left out, the newest is never.
const snapshotGap = 20 * time.Millisecond

// waitSnapshot waits for the bell, then the gap, and brings the newest snapshot.
func waitSnapshot(ctx context.Context, e Engine, gap time.Duration) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-e.Changed():
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(gap):
		}
		return snapshotMsg{e.Latest()}
	}
}

// waitEnded brings the end of the engine.
func waitEnded(ctx context.Context, ended func(context.Context) error) tea.Cmd {
	return func() tea.Msg {
		err := ended(ctx)
		if ctx.Err() != nil {
			return nil
		}
		return endedMsg{err}
	}
}

// submit hands a request over; said is shown when it was accepted.
func submit(ctx context.Context, e Engine, token uint64, r engine.Request, said string) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		return submittedMsg{token, answered(ctx, e.Submit(ctx, r)), said}
	}
}

// preview asks what a request would do.
func preview(ctx context.Context, e Engine, token uint64, r engine.Request) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		p, err := e.Preview(ctx, r)
		return previewMsg{token, p, answered(ctx, err)}
	}
}

// noAnswerError says that the engine let the time for a call go by. Whether it
// did what it was asked is not known.
type noAnswerError struct{}

func (noAnswerError) Error() string {
	return fmt.Sprintf("no answer from the engine within %d s", callTimeout/time.Second)
}

// answered tells a call that ran out of time from one that was answered.
func answered(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return noAnswerError{}
	}
	return err
}

// later brings a message after a while, nothing if the console ends before.
func later(ctx context.Context, after time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			return msg
		}
	}
}
