package agent

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"rondb-tui/agentproto"
)

// What the guard keeps.
const (
	maxKeys = 512 // outcomes, the oldest go first
	maxKey  = 200 // bytes of a key
)

// callLimit bounds what a call does once it has begun.
const callLimit = 10 * time.Minute

// guard lets through what an engine may ask for: no epoch below the highest seen,
// and no key twice. What it lets through runs to its end even if nobody waits for
// it any more, so that a repetition finds the outcome of the first. Outcomes that
// are not final (see isFinal) are forgotten. Any goroutine may use it.
type guard struct {
	life  context.Context //nolint:containedctx // of the agent: what calls begin outlives them
	node  int32
	tasks sync.WaitGroup

	mutex   sync.Mutex
	closed  bool
	epoch   uint64
	ordered []string // keys, the oldest first
	known   map[string]*outcome
}

// outcome is of one key.
type outcome struct {
	request [sha256.Size]byte
	done    chan struct{}
	reply   proto.Message // once done is closed
	err     error
}

func newGuard(life context.Context, node int32, epoch uint64) *guard {
	return &guard{life: life, node: node, epoch: epoch, known: map[string]*outcome{}}
}

// close refuses what comes, and waits for what was begun. Cancel its life first.
func (g *guard) close() {
	g.mutex.Lock()
	g.closed = true
	g.mutex.Unlock()
	g.tasks.Wait()
}

// seen takes an epoch and gives the highest.
func (g *guard) seen(epoch uint64) uint64 {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.epoch = max(g.epoch, epoch)
	return g.epoch
}

// once answers a call: by doing it, or by what it answered before.
func once[R proto.Message](ctx context.Context, g *guard, call *agentproto.Call, request proto.Message, do func(context.Context) (R, error)) (R, error) {
	var none R
	//nolint:contextcheck // what it begins outlives the call that asks for it
	o, err := g.enter(call, request, func(ctx context.Context) (proto.Message, error) { return do(ctx) })
	if err != nil {
		return none, err
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		return none, failure(kindTransient, "wait for the call", g.node, "%v", ctx.Err())
	}
	if o.err != nil {
		return none, o.err
	}
	reply, ok := o.reply.(R)
	if !ok {
		return none, failure(kindInvalid, "answer the call", g.node, "its key was used for another one")
	}
	return reply, nil
}

// enter finds the outcome of a key, or begins it.
func (g *guard) enter(call *agentproto.Call, request proto.Message, do func(context.Context) (proto.Message, error)) (*outcome, error) {
	digest, err := fingerprint(request)
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case err != nil:
		return nil, failure(kindInvalid, "read the call", g.node, "%v", err)
	case call.GetKey() == "" || len(call.GetKey()) > maxKey:
		return nil, failure(kindInvalid, "read the call", g.node, "its key must have 1 to %d bytes", maxKey)
	case call.GetEpoch() < g.epoch:
		return nil, failure(kindConflict, "check the epoch", g.node,
			"this engine's is %d, another one with %d owns the cluster", call.GetEpoch(), g.epoch)
	case g.closed:
		return nil, failure(kindTransient, "begin the call", g.node, "the agent is ending")
	}
	g.epoch = call.GetEpoch()
	if o, ok := g.known[call.GetKey()]; ok {
		if o.request != digest {
			return nil, failure(kindInvalid, "read the call", g.node, "its key was used for another one")
		}
		return o, nil
	}
	o := &outcome{request: digest, done: make(chan struct{})}
	g.known[call.GetKey()] = o
	g.ordered = append(g.ordered, call.GetKey())
	g.forgetOldest()
	g.tasks.Go(func() { g.perform(call.GetKey(), o, do) })
	return o, nil
}

func (g *guard) perform(key string, o *outcome, do func(context.Context) (proto.Message, error)) {
	ctx, cancel := context.WithTimeout(g.life, callLimit)
	defer cancel()
	o.reply, o.err = do(ctx)
	if o.err != nil && !isFinal(o.err) {
		g.mutex.Lock()
		if g.known[key] == o {
			delete(g.known, key) // its place in the order goes with its turn
		}
		g.mutex.Unlock()
	}
	close(o.done)
}

// forgetOldest keeps the memory bounded. What has not ended yet is never among
// the oldest but if hundreds of calls hang; it is forgotten then, too.
func (g *guard) forgetOldest() {
	for len(g.ordered) > maxKeys {
		delete(g.known, g.ordered[0])
		g.ordered = g.ordered[1:]
	}
}

// fingerprint is of a request without its epoch: a repetition may come from the
// next engine.
func fingerprint(request proto.Message) ([sha256.Size]byte, error) {
	copied := proto.Clone(request)
	if called, ok := copied.(interface{ GetCall() *agentproto.Call }); ok && called.GetCall() != nil {
		called.GetCall().Epoch = 0
	}
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(copied)
	name := string(copied.ProtoReflect().Descriptor().Name()) + "\n"
	return sha256.Sum256(append([]byte(name), text...)), err //nolint:wrapcheck // the caller words it
}
