package loop

import (
	"maps"
	"time"

	"rondb-tui/engine"
)

// Journal keeps what must outlive the engine's process. Append returns when the
// entry is durable. It is called from one goroutine.
type Journal interface {
	Append(entry Entry) error
}

// EntryKind says what an entry records.
type EntryKind string

// The kinds of entries. Only the first three are state; the others tell what was
// done, for people. A restarted engine does not continue a run from the journal:
// it looks at the world and plans anew.
const (
	EntrySpec      EntryKind = "spec"      // a desired state was accepted
	EntryRestart   EntryKind = "restart"   // the restart of a node was asked for
	EntryRestarted EntryKind = "restarted" // that wish is fulfilled, or void
	EntryRun       EntryKind = "run"       // a plan was begun
	EntryStep      EntryKind = "step"      // a step of it succeeded or failed
	EntryEnd       EntryKind = "end"       // the plan is over
)

// Entry is one record. Seq counts from 1 without gaps; which of the other fields
// are set depends on the kind.
type Entry struct {
	Seq         uint64
	At          time.Time
	Kind        EntryKind
	Revision    engine.Revision
	Spec        *engine.Spec       `json:",omitempty"`
	By          string             `json:",omitempty"` // who asked
	Source      string             `json:",omitempty"` // where a desired state came from
	Node        engine.NodeID      `json:",omitempty"`
	Incarnation uint64             `json:",omitempty"` // the process start that a restart leaves behind
	Fingerprint engine.Fingerprint `json:",omitempty"`
	Plan        string             `json:",omitempty"` // its canonical text
	Step        engine.StepID      `json:",omitempty"`
	Text        string             `json:",omitempty"` // how a step or a run ended
}

// State is what a journal says the engine has to know: the zero State is a
// cluster nobody has described yet.
type State struct {
	Seq      uint64 // of the last entry
	Revision engine.Revision
	Spec     *engine.Spec
	Restarts map[engine.NodeID]uint64 // node → incarnation to leave behind
}

// Replay gives the state after the entries. Entries that cannot follow each
// other are refused with KindInvalid.
func Replay(entries []Entry) (State, error) {
	var state State
	for _, entry := range entries {
		next, err := state.after(entry)
		if err != nil {
			return State{}, err
		}
		state = next
	}
	return state, nil
}

// after gives the state once an entry is recorded; s itself stays as it is.
func (s State) after(entry Entry) (State, error) {
	const op = "replay journal"
	if entry.Seq != s.Seq+1 {
		return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d follows entry %d", entry.Seq, s.Seq)
	}
	s.Seq = entry.Seq
	switch entry.Kind {
	case EntrySpec:
		if entry.Spec == nil || entry.Revision <= s.Revision {
			return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d: revision %d cannot follow revision %d",
				entry.Seq, entry.Revision, s.Revision)
		}
		spec := entry.Spec.Clone()
		s.Revision, s.Spec = entry.Revision, &spec
	case EntryRestart:
		s.Restarts = withRestart(s.Restarts, entry.Node, entry.Incarnation)
	case EntryRestarted:
		s.Restarts = withoutRestart(s.Restarts, entry.Node)
	case EntryRun, EntryStep, EntryEnd:
	default:
		return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d has the unknown kind %q", entry.Seq, entry.Kind)
	}
	return s, nil
}

// withRestart gives a copy of the wishes with one more: the map that a plan or a
// preview was made from must not change under it.
func withRestart(restarts map[engine.NodeID]uint64, node engine.NodeID, incarnation uint64) map[engine.NodeID]uint64 {
	next := make(map[engine.NodeID]uint64, len(restarts)+1)
	maps.Copy(next, restarts)
	next[node] = incarnation
	return next
}

// withoutRestart gives a copy of the wishes with one less.
func withoutRestart(restarts map[engine.NodeID]uint64, node engine.NodeID) map[engine.NodeID]uint64 {
	next := maps.Clone(restarts)
	delete(next, node)
	return next
}
