package loop

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"rondb-tui/engine"
)

// Journal keeps what must outlive the engine's process. Append returns when the
// entries are durable; after an error the journal holds none of them. It is called
// from one goroutine.
type Journal interface {
	Append(entries ...Entry) error
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

// Entry is one record. Seq counts without gaps, from 1 or, in a journal that was
// compacted, from a higher number on; which of the other fields are set depends on
// the kind.
type Entry struct {
	Seq         uint64
	At          time.Time
	Kind        EntryKind
	Revision    engine.Revision
	Spec        *engine.Spec       `json:",omitempty"`
	Of          engine.Revision    `json:",omitempty"` // the revision whose content Spec is, if it is not its own
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
	Of       engine.Revision // the revision whose content Spec is
	Spec     *engine.Spec
	// History are the earlier contents that Undo can go back to, oldest first, at
	// most engine.MaxHistory. The ID of each is the revision that it came with.
	History  []engine.Spec
	Restarts map[engine.NodeID]uint64 // node → incarnation to leave behind
}

// Replay gives the state after the entries. Entries that cannot follow each
// other are refused with KindInvalid.
func Replay(entries []Entry) (State, error) {
	return State{}.afterAll(entries)
}

// afterAll gives the state once the entries are recorded.
func (s State) afterAll(entries []Entry) (State, error) {
	for _, entry := range entries {
		next, err := s.after(entry)
		if err != nil {
			return State{}, err
		}
		s = next
	}
	return s, nil
}

// after gives the state once an entry is recorded; s itself stays as it is.
func (s State) after(entry Entry) (State, error) {
	const op = "replay journal"
	if entry.Seq == 0 || s.Seq != 0 && entry.Seq != s.Seq+1 {
		return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d follows entry %d", entry.Seq, s.Seq)
	}
	s.Seq = entry.Seq
	switch entry.Kind {
	case EntrySpec:
		if entry.Spec == nil || entry.Revision <= s.Revision {
			return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d: revision %d cannot follow revision %d",
				entry.Seq, entry.Revision, s.Revision)
		}
		if !s.knows(entry.Of) {
			return s, engine.Errorf(engine.KindInvalid, op, 0, "entry %d goes back to revision %d, which is not known", entry.Seq, entry.Of)
		}
		spec, of := entry.Spec.Clone(), cmp.Or(entry.Of, entry.Revision)
		if s.Spec != nil {
			s.History = remember(s.History, *s.Spec, s.Of, of)
		}
		s.Revision, s.Of, s.Spec = entry.Revision, of, &spec
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

// knows says whether a desired state can have the content of a revision.
func (s *State) knows(of engine.Revision) bool {
	return of == 0 || of == s.Of || slices.ContainsFunc(s.History, func(earlier engine.Spec) bool { return earlier.ID == of })
}

// remember gives a copy of the history once the content of revision next is
// wanted after the one of revision of: that joins it if it is newer; going back
// forgets everything from there on.
func remember(history []engine.Spec, present engine.Spec, of, next engine.Revision) []engine.Spec {
	if next > of {
		present.ID = of
		history = slices.Concat(history, []engine.Spec{present})
		return history[max(0, len(history)-engine.MaxHistory):]
	}
	for len(history) > 0 && history[len(history)-1].ID >= next {
		history = history[:len(history)-1]
	}
	if len(history) == 0 {
		return nil
	}
	return slices.Clone(history)
}

// withRestart gives a copy of the wishes with one more: the map that a plan or a
// preview was made from must not change under it.
func withRestart(restarts map[engine.NodeID]uint64, node engine.NodeID, incarnation uint64) map[engine.NodeID]uint64 {
	next := make(map[engine.NodeID]uint64, len(restarts)+1)
	maps.Copy(next, restarts)
	next[node] = incarnation
	return next
}

// withoutRestart gives a copy of the wishes with one less, nil if none is left.
func withoutRestart(restarts map[engine.NodeID]uint64, node engine.NodeID) map[engine.NodeID]uint64 {
	next := maps.Clone(restarts)
	delete(next, node)
	if len(next) == 0 {
		return nil
	}
	return next
}
