package host

import "context"

// stage is one running part of the engine. Stages end in the reverse order of
// their beginning, each before the parts it stands on.
type stage struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// begin starts a part that lives until end, whatever happens to ctx meanwhile.
// If it returns by itself, ended is called.
func begin(ctx context.Context, run func(context.Context) error, ended func()) *stage {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &stage{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = run(ctx)
		if ctx.Err() == nil {
			ended()
		} else {
			s.err = nil // it ended because it was told to
		}
	}()
	return s
}

// end stops the part and waits for it.
func (s *stage) end() error {
	s.cancel()
	<-s.done
	return s.err
}
