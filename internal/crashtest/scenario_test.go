package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/internal/filedrv"
)

// scenario is a change of a cluster that is where it should be.
type scenario struct {
	name     string
	spec     engine.Spec // of the cluster before
	requests []engine.Request
	misreads bool // plants a fault: the last engine misreads the world

	// What follows is found out by prepare.
	base        string // directory of the cluster before
	before      result
	undisturbed result
	took        time.Duration // of the undisturbed change
	lines       int           // that it wrote, in both files
}

func small() engine.Spec {
	spec := engine.DefaultSpec()
	spec.ActiveReplicationFactor = 1
	return spec
}

func large() engine.Spec {
	spec := engine.DefaultSpec()
	spec.ActiveReplicationFactor, spec.NumManagedMgmdVms = 3, 2
	spec.NumManagedMysqldVms, spec.NumManagedApiVms = 3, 2
	return spec
}

func scale(target engine.ScaleTarget, delta int) engine.Request {
	return engine.Request{Intent: engine.Scale{Target: target, Delta: delta}, By: engine.ActorYou}
}

// grow brings the small cluster to the size of the large one, replica by replica.
func grow() *scenario {
	return &scenario{name: "grow", spec: small(), requests: []engine.Request{
		scale(engine.ScaleReplicas, 1), scale(engine.ScaleMySQL, 1), scale(engine.ScaleManagement, 1),
		scale(engine.ScaleAPI, 2), scale(engine.ScaleReplicas, 1),
	}}
}

// shrink is the way back.
func shrink() *scenario {
	return &scenario{name: "shrink", spec: large(), requests: []engine.Request{
		scale(engine.ScaleReplicas, -1), scale(engine.ScaleAPI, -2), scale(engine.ScaleMySQL, -1),
		scale(engine.ScaleManagement, -1), scale(engine.ScaleReplicas, -1),
	}}
}

// restart asks for the restart of one node of each kind that can be restarted.
func restart() *scenario {
	spec := large()
	var requests []engine.Request
	for _, id := range []engine.NodeID{spec.DataNodeID(0, 1), spec.ManagementID(0), spec.MySQLID(2), spec.DataNodeID(1, 0)} {
		requests = append(requests, engine.Request{Intent: engine.RestartNode{Target: id}, By: engine.ActorYou})
	}
	return &scenario{name: "restart", spec: spec, requests: requests}
}

// prepare makes the cluster and finds out what the undisturbed change is.
func (s *scenario) prepare(t *testing.T) {
	t.Helper()
	s.base = t.TempDir()
	if _, err := live(t.Context(), order{Dir: s.base, Spec: s.spec}, death{spare: true}); err != nil {
		t.Fatalf("bring up the cluster: %v", err)
	}
	var err error
	if s.before, err = read(s.base); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := copyCluster(s.base, dir); err != nil {
		t.Fatal(err)
	}
	lived, err := live(t.Context(), order{Dir: dir, Requests: s.requests}, death{spare: true})
	if err != nil {
		t.Fatalf("%s undisturbed: %v", s.name, err)
	}
	if s.undisturbed, err = read(dir); err != nil {
		t.Fatal(err)
	}
	s.undisturbed.repeated, s.took = lived.repeated, lived.took
	effects := len(s.undisturbed.effects) - len(s.before.effects)
	s.lines = effects + int(s.undisturbed.state.Seq-s.before.state.Seq)
	t.Logf("%s undisturbed: %d effects, %d lines in both files, %s", s.name, effects, s.lines, s.took.Round(time.Millisecond))
	if err := check(&s.undisturbed, &s.undisturbed, len(s.before.effects)); err != nil {
		t.Fatalf("%s undisturbed: %v", s.name, err)
	}
}

// trial is one change of a copy of the cluster with its kills.
type trial struct {
	*scenario
	dir      string
	rand     *rand.Rand
	repeated []string
	accepted int // requests that some engine answered with yes
	recorded int // requests that are in the journal
	tally    tally
}

// tally counts kills.
type tally struct{ kills, underWay int }

// try kills the engine once or twice, lets the next one finish and checks.
func (s *scenario) try(ctx context.Context, seed uint64) (tally, error) {
	dir, err := os.MkdirTemp(filepath.Dir(s.base), "trial")
	if err != nil {
		return tally{}, err
	}
	t := &trial{scenario: s, dir: dir, rand: rand.New(rand.NewPCG(seed, 1))}
	err = copyCluster(s.base, dir)
	kills := uint64(1)
	if seed%3 == 0 {
		kills = 2 // the recovering engine as well
	}
	for i := range kills {
		if err == nil {
			err = t.killOne(ctx, (seed/2+i)%2 == 0)
		}
	}
	if err == nil {
		err = t.finish(ctx)
	}
	if err != nil {
		return t.tally, fmt.Errorf("%s: %w\n%s", s.name, err, t.account())
	}
	return t.tally, os.RemoveAll(dir)
}

// killOne runs an engine and kills it: at a moment of the time that the change
// takes, or when it has just written a certain line.
func (t *trial) killOne(ctx context.Context, byTime bool) error {
	todo, end := order{}, death{}
	if byTime {
		end.after = 1 + time.Duration(t.rand.Int64N(int64(t.took)))
	} else {
		todo.HoldAt = 1 + t.rand.IntN(t.lines)
	}
	lived, err := t.one(ctx, todo, end)
	if err != nil {
		return err
	}
	t.tally.kills++
	if !lived.settled {
		t.tally.underWay++
	}
	for _, name := range []string{worldFile, journalFile} {
		if t.rand.IntN(4) == 0 {
			if err := tear(filepath.Join(t.dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish lets an engine do the rest.
func (t *trial) finish(ctx context.Context) error {
	if _, err := t.one(ctx, order{Misreads: t.misreads}, death{spare: true}); err != nil {
		return err
	}
	final, err := read(t.dir)
	if err != nil {
		return err
	}
	final.repeated = t.repeated
	return check(&t.undisturbed, &final, len(t.before.effects))
}

// one runs one engine, asks it for what no engine before has recorded, and checks
// that it began with what the journal held and recorded what it accepted.
func (t *trial) one(ctx context.Context, todo order, end death) (life, error) {
	found, err := read(t.dir)
	if err != nil {
		return life{}, err
	}
	todo.Dir, todo.Requests = t.dir, t.requests[t.recorded:]
	lived, err := live(ctx, todo, end)
	if err != nil {
		return lived, err
	}
	err = sameState(&found.state, &lived.begun.State)
	begun := &lived.begun
	if begun.State.Seq != found.state.Seq || begun.Revision != found.state.Revision || !reflect.DeepEqual(begun.Spec, *found.state.Spec) {
		err = errors.Join(err, fmt.Errorf("the journal ends with entry %d, revision %d; the engine began with %+v", found.state.Seq, found.state.Revision, *begun))
	}
	t.repeated = append(t.repeated, lived.repeated...)
	t.accepted = t.recorded + lived.accepted
	if t.recorded, err = t.countRecorded(err); t.recorded < t.accepted || t.recorded > len(t.requests) {
		err = errors.Join(err, fmt.Errorf("of %d requests %d were accepted, the journal has %d", len(t.requests), t.accepted, t.recorded))
	}
	return lived, err
}

// account tells what was done, for failures.
func (t *trial) account() string {
	found, err := read(t.dir)
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprintf("the journal: revision %d, entry %d; the effects:", found.state.Revision, found.state.Seq)
	for _, effect := range found.effects[min(len(t.before.effects), len(found.effects)):] {
		text += fmt.Sprintf("\n%4d %s %s", effect.Seq, effect.At.Format("05.000000"), effect.Step.Action)
	}
	return text
}

// countRecorded counts the requests that the journal has, and adds to an error.
func (t *trial) countRecorded(already error) (int, error) {
	recovered, err := loop.ReadJournal(filepath.Join(t.dir, journalFile))
	count := 0
	for _, entry := range recovered.Entries {
		if entry.Seq > t.before.state.Seq && (entry.Kind == loop.EntrySpec || entry.Kind == loop.EntryRestart) {
			count++
		}
	}
	return count, errors.Join(already, err)
}

// read gives what the files of a cluster hold.
func read(dir string) (result, error) {
	recovered, err := loop.ReadJournal(filepath.Join(dir, journalFile))
	if err != nil {
		return result{}, err
	}
	state, err := loop.Replay(recovered.Entries)
	if err != nil {
		return result{}, err
	}
	effects, err := filedrv.Read(filepath.Join(dir, worldFile))
	return result{effects: effects, state: state}, err
}

// tear leaves the begin of a line, as a kill in the middle of a write does.
func tear(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(`{"Seq":`)
	return errors.Join(err, file.Close())
}

func copyCluster(from, to string) error {
	for _, name := range []string{worldFile, journalFile} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
