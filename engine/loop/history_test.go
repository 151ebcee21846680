package loop

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

func revisions(history []engine.Spec) []engine.Revision {
	var all []engine.Revision
	for _, spec := range history {
		all = append(all, spec.ID)
	}
	return all
}

// scaled gives a rig at revision 3: 2, 3 and 4 MySQL servers were wanted.
func scaled(t *testing.T) *rig {
	t.Helper()
	r := running(t)
	for range 2 {
		r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1})
	}
	return r
}

// wantContent checks how many MySQL servers are wanted and from which revision
// that comes.
func (r *rig) wantContent(revision, of engine.Revision, servers int, history ...engine.Revision) {
	r.t.Helper()
	c := r.core
	if c.revision != revision || c.of != of || c.desired.NumManagedMysqldVms != servers || c.desired.ID != revision {
		r.t.Errorf("revision %d (Id %d) of %d with %d MySQL servers, want revision %d of %d with %d",
			c.revision, c.desired.ID, c.of, c.desired.NumManagedMysqldVms, revision, of, servers)
	}
	if got := revisions(c.history); !slices.Equal(got, history) {
		r.t.Errorf("history %v, want %v", got, history)
	}
	r.wantJournal()
}

func TestUndo(t *testing.T) {
	r := scaled(t)
	r.wantContent(3, 3, 4, 1, 2)
	r.mustAsk(engine.Undo{})
	r.wantContent(4, 2, 3, 1)
	r.wantSaid("you: revision 4: undo to revision 2, MySQL servers 4 → 3")
	entries := r.journal.Entries()
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Revision == 4 && e.Kind == EntrySpec })
	if i < 0 || entries[i].Of != 2 || entries[i].Source != "undo to revision 2" || entries[i].By != engine.ActorYou {
		t.Errorf("recorded %+v", entries)
	}
	r.mustAsk(engine.Undo{})
	r.wantContent(5, 1, 2)
	err := r.ask(engine.Request{Intent: engine.Undo{}})
	if engine.KindOf(err) != engine.KindDenied || !strings.Contains(err.Error(), "there is no earlier desired state") {
		t.Errorf("undo of the first desired state: %v", err)
	}
	r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 4})
	r.wantContent(6, 6, 6, 1)
	r.mustAsk(engine.Undo{})
	r.wantContent(7, 1, 2)
	r.finish()
	r.converge()
}

// TestUndoAfterRecovery goes back beyond the engine's own beginning.
func TestUndoAfterRecovery(t *testing.T) {
	earlier := scaled(t)
	earlier.mustAsk(engine.Undo{})
	r := newRigOf(t, Config{State: earlier.journal.State()})
	r.look()
	r.mustAsk(engine.Undo{})
	r.wantContent(5, 1, 2)
}

// TestSameContentIsNoStep accepts the present content again: undo goes to what was
// before it.
func TestSameContentIsNoStep(t *testing.T) {
	r := scaled(t)
	r.mustAsk(engine.SetSpec{Spec: r.core.desired})
	r.wantContent(4, 3, 4, 1, 2)
	r.mustAsk(engine.Undo{})
	r.wantContent(5, 2, 3, 1)
}

func TestUndoIsPreviewedAndApproved(t *testing.T) {
	r := scaled(t)
	r.finish()
	r.converge()
	request := engine.Request{Intent: engine.Undo{}}
	preview, err := r.core.Preview(r.now, request)
	if err != nil || preview.Spec.NumManagedMysqldVms != 3 || preview.Spec.ID != 4 || preview.Plan.Empty() {
		t.Fatalf("preview %+v, error %v", preview, err)
	}
	r.wantContent(3, 3, 4, 1, 2)
	request.Base, request.Approved = preview.Base, preview.Plan.Fingerprint
	if err := r.ask(request); err != nil {
		t.Fatal(err)
	}
	if view := r.core.View(); view.Run.Plan.Fingerprint != request.Approved {
		t.Error("another plan runs than the one approved")
	}
}

// TestUndoOfWhatCannotShrink wants a node group more, for ever.
func TestUndoOfWhatCannotShrink(t *testing.T) {
	r := running(t)
	r.mustAsk(engine.Scale{Target: engine.ScaleGroups, Delta: 1})
	preview, err := r.core.Preview(r.now, engine.Request{Intent: engine.Undo{}})
	if err != nil || len(preview.Problems) == 0 {
		t.Errorf("preview %+v, error %v", preview, err)
	}
	var problems engine.Problems
	if err := r.ask(engine.Request{Intent: engine.Undo{}}); !errors.As(err, &problems) {
		t.Errorf("got %v", err)
	}
	r.wantContent(2, 2, 2, 1)
}

func TestHistoryIsLimited(t *testing.T) {
	r := running(t)
	for i := range engine.MaxHistory + 3 {
		r.mustAsk(engine.Scale{Target: engine.ScaleMySQL, Delta: 1 - 2*(i%2)})
	}
	r.wantJournal()
	if got := revisions(r.core.history); len(got) != engine.MaxHistory || got[0] != 4 {
		t.Errorf("history %v", got)
	}
	for range engine.MaxHistory {
		r.mustAsk(engine.Undo{})
		r.wantJournal()
	}
	if err := r.ask(engine.Request{Intent: engine.Undo{}}); engine.KindOf(err) != engine.KindDenied || r.core.of != 4 {
		t.Errorf("at the content of revision %d: %v", r.core.of, err)
	}
}

func TestReplayRefusesAnUnknownContent(t *testing.T) {
	for _, of := range []engine.Revision{3, 7, 9} {
		entries := someEntries()
		entries[5].Of = of
		if _, err := Replay(entries); engine.KindOf(err) != engine.KindInvalid {
			t.Errorf("content of revision %d: %v", of, err)
		}
	}
}
