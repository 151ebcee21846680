package simdrv

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// script plays a client, the faults and the repair of a random history in one
// goroutine, and keeps what the client may claim.
type script struct {
	t       *testing.T
	w       *World
	rng     *rand.Rand
	shape   shape
	s       *Session
	open    *Tx // a transaction that takes its time
	opened  int // the pair it writes
	rows    *Table
	keys    [][2]string // written together, always with the same value
	history [][]version // of each pair of keys, oldest first
	next    int64
	seen    map[string]int // what happened, for judging the test itself
}

// version is a value that was written. One that is unsure may be there or not:
// its reply was lost, or a system restart may have undone it.
type version struct {
	value  int64
	at     time.Time
	unsure bool
}

func newScript(t *testing.T, seed uint64, trace func(string)) *script {
	t.Helper()
	shapes := []shape{oneByTwo, twoByTwo, {groups: 2, replicas: 3, active: 3, management: 2, mysql: 2}}
	p := &script{t: t, rng: rand.New(rand.NewPCG(seed, 1)), shape: shapes[seed%3], next: 1, seen: map[string]int{}}
	p.w = boot(t, p.shape, Config{Seed: seed, Trace: func(line string) {
		p.watch(line)
		trace(line)
	}})
	if seed%2 == 1 {
		p.w.SetFaults(Faults{DoFails: 0.05, ReplyLost: 0.05, CrashInPhase: 0.02, VolumeLost: 0.3})
	}
	p.connect()
	p.rows = table(t, p.s)
	for i := range 6 {
		p.keys = append(p.keys, [2]string{fmt.Sprintf("left-%d", i), fmt.Sprintf("right-%d", i)})
		p.history = append(p.history, nil)
	}
	return p
}

// connect gets a session on some MySQL server, nil while there is none.
func (p *script) connect() {
	p.s = nil
	for _, server := range p.shape.slots(engine.KindMySQL) {
		if s, err := p.w.OpenSession(server.ID); err == nil {
			p.s = s
			return
		}
	}
}

// write writes one pair and records what became of it.
func (p *script) write() {
	if p.s == nil || errors.Is(p.s.Err(), ErrServerKilled) {
		if p.connect(); p.s == nil {
			return
		}
	}
	i, value := p.rng.IntN(len(p.keys)), p.next
	p.next++
	if p.rng.IntN(4) == 0 {
		p.ambush()
	}
	p.record(i, value, put(p.t.Context(), p.s, p.rows, value, p.keys[i][0], p.keys[i][1]))
}

// record keeps what may be claimed of a write.
func (p *script) record(i int, value int64, err error) {
	var failure *NDBError
	var killed *KilledError
	unsure := errors.As(err, &failure) && failure.Outcome == OutcomeUnknown || errors.As(err, &killed) && killed.Outcome == OutcomeUnknown
	switch {
	case err == nil || unsure:
		p.history[i] = append(p.history[i], version{value: value, at: p.w.stamp(p.w.Now()), unsure: unsure})
	case failure == nil && killed == nil:
		p.t.Fatalf("the write ended with %v; %s", err, describe(p.w))
	}
	p.seen[fmt.Sprint(err)]++
}

// linger begins a transaction that stays open, or ends the one that is.
func (p *script) linger() {
	ctx := p.t.Context()
	if x := p.open; x != nil {
		p.open = nil
		i, value := p.opened, p.next
		p.next++
		for _, key := range p.keys[i] {
			if err := x.Put(ctx, p.rows, key, Row{key, value}); err != nil {
				x.Rollback()
				p.record(i, value, err)
				return
			}
		}
		p.record(i, value, x.Commit(ctx))
		x.Rollback()
		return
	}
	if p.s == nil || p.s.Err() != nil {
		return
	}
	p.open, p.opened = p.s.Begin(), p.rng.IntN(len(p.keys))
	if _, _, err := p.open.Read(ctx, p.rows, p.keys[p.opened][0], LockExclusive); err != nil {
		p.open.Rollback()
		p.open = nil
	}
}

// ambush breaks something in the middle of what the client does next.
func (p *script) ambush() {
	all := append(p.shape.slots(engine.KindData), p.shape.slots(engine.KindMySQL)...)
	victim, freeze := all[p.rng.IntN(len(all))].ID, p.rng.IntN(3) == 0
	p.w.enter()
	defer p.w.leave()
	p.w.after(time.Duration(p.rng.IntN(1000))*time.Microsecond, func() {
		var err error
		if freeze {
			err = p.w.pause(victim, 4*time.Second)
		} else {
			err = p.w.kill([]engine.NodeID{victim})
		}
		if err != nil {
			p.w.note("the ambush finds nobody: %v", err)
		}
	})
}

// watch makes unsure what a crash of the whole cluster has undone. It sees the
// trace, thus it runs at the moment of the crash.
func (p *script) watch(line string) {
	if !strings.Contains(line, "the cluster stops") {
		return
	}
	restored := p.w.stamp(p.w.cluster.checkpoint.since)
	for _, history := range p.history {
		for j := range history {
			history[j].unsure = history[j].unsure || history[j].at.After(restored)
		}
	}
}

// harm breaks something.
func (p *script) harm() {
	data := p.shape.slots(engine.KindData)
	all := append(append(data, p.shape.slots(engine.KindManagement)...), p.shape.slots(engine.KindMySQL)...)
	pick := func() engine.NodeID { return all[p.rng.IntN(len(all))].ID }
	lease := time.Duration(1+p.rng.IntN(8000)) * time.Millisecond
	var err error
	switch p.rng.IntN(8) {
	case 0, 1:
		err = p.w.Kill(pick())
	case 2:
		err = p.w.Kill(pick(), pick())
	case 3:
		err = p.w.Pause(pick(), lease)
	case 4:
		err = p.w.Isolate(pick(), lease)
	case 5:
		err = p.w.Cut([]engine.NodeID{pick(), pick()}, []engine.NodeID{pick(), pick(), pick()}, lease)
	case 6:
		_, err = p.w.Do(engine.Step{Action: engine.StopNode{Slot: all[p.rng.IntN(len(all))]}})
	case 7:
		p.start(all[p.rng.IntN(len(all))])
	}
	switch engine.KindOf(err) {
	case engine.KindDenied, engine.KindConflict, engine.KindTransient:
	default:
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// start starts a node that is down, as an operator would.
func (p *script) start(slot engine.Slot) {
	o := p.w.Observe()
	n, _ := o.Node(slot.ID)
	if n.Status != engine.StatusDead && n.Status != engine.StatusStopped {
		return
	}
	initial := slot.Kind == engine.KindData && !n.HasData
	if initial && o.Formed && o.StartedIn(slot.Group, slot.ID) == 0 {
		return
	}
	_, err := p.w.Do(engine.Step{Action: engine.StartNode{Slot: slot, Initial: initial}})
	if err != nil && engine.KindOf(err) != engine.KindTransient {
		p.t.Fatal(err)
	}
}

// repair starts what is down, now and then.
func (p *script) repair() {
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL} {
		for _, slot := range p.shape.slots(kind) {
			p.start(slot)
		}
	}
}

// heal ends all faults and starts everything, then waits until all serves.
func (p *script) heal() {
	p.w.Heal()
	p.w.SetFaults(Faults{})
	if p.open != nil {
		p.linger()
	}
	var all []engine.Slot
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL} {
		all = append(all, p.shape.slots(kind)...)
	}
	for limit := p.w.Now() + 5*time.Minute; ; {
		o := p.w.Observe()
		steady := o.Serving && o.ArbitrationReady
		for _, slot := range all {
			n, _ := o.Node(slot.ID)
			steady = steady && n.Status == engine.StatusStarted
			p.start(slot)
		}
		if p.connect(); steady && p.s != nil && p.s.Err() == nil {
			return
		}
		at, ok := p.w.NextEventAt()
		if !ok || at > limit {
			p.t.Fatalf("does not heal; %s", describe(p.w))
		}
		p.w.Advance(at)
	}
}

// check compares the rows with what the client may claim.
func (p *script) check() {
	if err := p.w.CheckReplicas(); err != nil {
		p.t.Fatal(err)
	}
	for i, pair := range p.keys {
		left, _ := get(p.t, p.s, p.rows, pair[0])
		right, _ := get(p.t, p.s, p.rows, pair[1])
		if left != right {
			p.t.Fatalf("torn: %s has %d, %s has %d", pair[0], left, pair[1], right)
		}
		legal, sure := false, false
		for j := len(p.history[i]) - 1; j >= 0 && !legal && !sure; j-- {
			legal, sure = p.history[i][j].value == left, !p.history[i][j].unsure
		}
		if !legal && (sure || left != 0) {
			p.t.Fatalf("%s has %d, written %+v", pair[0], left, p.history[i])
		}
	}
}

func (p *script) play(steps int) {
	for range steps {
		switch p.rng.IntN(10) {
		case 0:
			p.harm()
		case 1:
			p.repair()
			p.w.Advance(p.w.Now() + time.Duration(p.rng.IntN(3000))*time.Millisecond)
		case 2:
			p.w.Advance(p.w.Now() + time.Duration(p.rng.IntN(3000))*time.Microsecond)
		case 3:
			p.linger()
		default:
			p.write()
		}
	}
}

// TestRandomHistoriesHealAndLoseNothing breaks clusters at random, heals them
// and compares what is there with what was acknowledged.
func TestRandomHistoriesHealAndLoseNothing(t *testing.T) {
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 100
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			p := newScript(t, seed, func(string) {})
			p.play(120)
			p.heal()
			p.check()
		})
	}
}

// TestTheSameSeedGivesTheSameTrace plays short histories twice.
func TestTheSameSeedGivesTheSameTrace(t *testing.T) {
	distinct := map[uint64]bool{}
	const seeds = 1000
	for seed := range uint64(seeds) {
		var sums [2]uint64
		for i := range sums {
			hash := fnv.New64a()
			p := newScript(t, seed, func(line string) { _, _ = fmt.Fprintln(hash, line) })
			p.play(40)
			sums[i] = hash.Sum64()
		}
		if sums[0] != sums[1] {
			t.Fatalf("seed %d has two traces", seed)
		}
		distinct[sums[0]] = true
	}
	if len(distinct) != seeds {
		t.Errorf("%d seeds have %d traces", seeds, len(distinct))
	}
}
