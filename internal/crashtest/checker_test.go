package crashtest

import (
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/internal/filedrv"
)

// TestCheckFindsWhatIsWrong plants one fault after another in what an undisturbed
// change has led to.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	s := shrink()
	s.prepare(t)
	spec, before := large(), len(s.before.effects)
	slot := func(id engine.NodeID) engine.Slot {
		slots := spec.Slots()
		return slots[slices.IndexFunc(slots, func(s engine.Slot) bool { return s.ID == id })]
	}
	deactivate := func(replica int) engine.Action { return engine.DeactivateNode{Slot: slot(spec.DataNodeID(0, replica))} }
	cases := map[string]struct {
		plant func(r *result)
		want  string
	}{
		"an effect twice":   {func(r *result) { r.effects = append(r.effects, r.effects[before]) }, "was done 2 times"},
		"an effect missing": {func(r *result) { r.effects = r.effects[:len(r.effects)-1] }, "was not done"},
		"the last one missing": {
			func(r *result) { r.effects = r.effects[:len(r.effects)-1] }, "the desired state is not reached"},
		"another effect": {
			func(r *result) { r.insert(len(r.effects), engine.StopNode{Slot: slot(spec.MySQLID(0))}) }, "was not to be done: stop MySQL server"},
		"all replicas of a group gone": {
			func(r *result) { r.insert(before, deactivate(2), deactivate(1), deactivate(0)) }, "F1: "},
		"two replicas down at once": {
			func(r *result) { r.insert(before, engine.StopNode{Slot: slot(spec.DataNodeID(0, 2))}, deactivate(1)) }, "F2, F4: "},
		"a full stop": {
			func(r *result) { r.insert(before, engine.StopAllDataNodes{}) }, "has no started replica left"},
		"a lost revision":      {func(r *result) { r.state.Revision-- }, "the journal holds"},
		"a wish left over":     {func(r *result) { r.state.Restarts = map[engine.NodeID]uint64{1: 1} }, "the journal holds"},
		"no desired state":     {func(r *result) { r.state.Spec = nil }, "the journal holds no desired state"},
		"an order repeated":    {func(r *result) { r.repeated = []string{"create data node 2"} }, "although it was so already: create data node 2"},
		"an effect with a gap": {func(r *result) { r.effects = slices.Delete(r.effects, before, before+1); r.effects[before].Seq++ }, "follows effect"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			planted := s.undisturbed
			planted.effects = slices.Clone(planted.effects)
			c.plant(&planted)
			if !strings.Contains(name, "gap") {
				planted.renumber()
			}
			if err := check(&s.undisturbed, &planted, before); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func (r *result) insert(at int, actions ...engine.Action) {
	for i, action := range actions {
		effect := filedrv.Effect{At: r.effects[at-1].At, Step: engine.Step{Action: action, Cause: "a planted fault"}}
		r.effects = slices.Insert(r.effects, at+i, effect)
	}
}

func (r *result) renumber() {
	for i := range r.effects {
		r.effects[i].Seq = uint64(i) + 1
	}
}

// TestMisreadingEngineIsFound: a real engine that acts on a wrong look, after a
// kill, is found by what it orders.
func TestMisreadingEngineIsFound(t *testing.T) {
	s := grow()
	s.prepare(t)
	s.misreads = true
	const want = "was ordered although it was so already: start MySQL server"
	if _, err := s.try(t.Context(), 1); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}
