package drivertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/engine"
)

// rig is what a case works with. It belongs to the test's goroutine.
type rig struct {
	Subject
	t    *testing.T
	spec engine.Spec
	last engine.Observed // of the latest look
	seq  uint64          // of the latest event
}

// newRig describes the smallest cluster that has everything: one node group with
// two replicas and room for a third.
func newRig(t *testing.T, subject Subject) *rig {
	t.Helper()
	if subject.Patience <= 0 {
		t.Fatal("the subject has no patience")
	}
	spec := engine.DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor, spec.MaxReplicationFactor = 1, 2, 3
	spec.NumTotalMysqldSlots, spec.NumTotalApiSlots = 2, 1
	return &rig{Subject: subject, t: t, spec: spec}
}

// slot is the index-th slot of a kind.
func (r *rig) slot(kind engine.NodeKind, index int) engine.Slot {
	for _, slot := range r.spec.Slots() {
		if slot.Kind == kind && slot.Replica == index {
			return slot
		}
	}
	r.t.Fatalf("the suite has no %s %d", kind.Words(), index)
	return engine.Slot{}
}

func (r *rig) data(replica int) engine.Slot     { return r.slot(engine.KindData, replica) }
func (r *rig) management(index int) engine.Slot { return r.slot(engine.KindManagement, index) }
func (r *rig) mysql(index int) engine.Slot      { return r.slot(engine.KindMySQL, index) }

// oneOfEach is the first slot of every kind, in the order in which they start.
func (r *rig) oneOfEach() []engine.Slot {
	return []engine.Slot{r.management(0), r.data(0), r.mysql(0), r.slot(engine.KindAPI, 0)}
}

// serve brings up a management server and both data nodes, then the others.
func (r *rig) serve(others ...engine.Slot) {
	r.t.Helper()
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	r.bring(r.management(0))
	r.bring(r.data(0), r.data(1))
	r.do(engine.AwaitArbitration{})
	r.bring(others...)
}

// bring creates and starts nodes next to each other.
func (r *rig) bring(slots ...engine.Slot) {
	r.t.Helper()
	for _, slot := range slots {
		r.do(engine.CreateNode{Slot: slot}, engine.StartNode{Slot: slot})
	}
	for _, slot := range slots {
		r.do(engine.AwaitStarted{Slot: slot})
	}
}

// down stops a node in order and waits until the others are over it.
func (r *rig) down(slot engine.Slot) {
	r.t.Helper()
	r.do(engine.StopNode{Slot: slot}, engine.AwaitDown{Slot: slot}, engine.AwaitFailureHandled{Slot: slot})
}

// patiently bounds a call by the subject's patience.
func (r *rig) patiently() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.t.Context(), r.Patience)
}

// try performs a step. It may be called from any goroutine.
func (r *rig) try(action engine.Action) error {
	ctx, cancel := r.patiently()
	defer cancel()
	return r.Driver.Do(ctx, engine.Step{Action: action, Cause: "the suite asks for it"})
}

// do performs steps that must succeed.
func (r *rig) do(actions ...engine.Action) {
	r.t.Helper()
	for _, action := range actions {
		if err := r.try(action); err != nil {
			r.t.Fatalf("%s: %v; %s", action, err, describe(r.look()))
		}
	}
}

// refused performs a step that must fail with a kind.
func (r *rig) refused(action engine.Action, kind engine.ErrorKind) {
	r.t.Helper()
	r.wantKind(action.String(), r.try(action), kind)
}

func (r *rig) wantKind(what string, err error, kinds ...engine.ErrorKind) {
	r.t.Helper()
	if err == nil || !slices.Contains(kinds, engine.KindOf(err)) {
		r.t.Errorf("%s: got error %v of kind %s, want kind %v; %s", what, err, engine.KindOf(err), kinds, describe(r.look()))
	}
}

// background performs a step on a goroutine of its own; the result is waited for
// with result.
func (r *rig) background(ctx context.Context, action engine.Action) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- r.Driver.Do(ctx, engine.Step{Action: action, Cause: "the suite asks for it"}) }()
	return ended
}

// result waits for a step that was begun in the background.
func (r *rig) result(what string, ended <-chan error) error {
	r.t.Helper()
	ctx, cancel := r.patiently()
	defer cancel()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		r.t.Fatalf("%s: it has not returned after %s; %s", what, r.Patience, describe(r.look()))
		return nil
	}
}

// eventually looks until a condition holds, each time the bell rings.
func (r *rig) eventually(what string, holds func(o *engine.Observed) bool) engine.Observed {
	r.t.Helper()
	limit := time.NewTimer(r.Patience)
	defer limit.Stop()
	for {
		o := r.look()
		if holds(&o) {
			return o
		}
		select {
		case <-r.Driver.Wake():
		case <-limit.C:
			o := r.look()
			if holds(&o) {
				r.t.Fatalf("%s: it holds, but no bell rang", what)
			}
			r.t.Fatalf("%s: not within %s; %s", what, r.Patience, describe(o))
		}
	}
}

// becomes waits until a node has a status.
func (r *rig) becomes(slot engine.Slot, status engine.NodeStatus) engine.NodeObservation {
	r.t.Helper()
	o := r.eventually(fmt.Sprintf("%s is %s", slot, status), func(o *engine.Observed) bool {
		n, found := o.Node(slot.ID)
		return found && n.Status == status
	})
	n, _ := o.Node(slot.ID)
	return *n
}

// node looks at one slot.
func (r *rig) node(slot engine.Slot) engine.NodeObservation {
	r.t.Helper()
	o := r.look()
	n, found := o.Node(slot.ID)
	if !found {
		r.t.Fatalf("%s is not in the observation; %s", slot, describe(o))
	}
	return *n
}

// wantStatus looks once at a node.
func (r *rig) wantStatus(slot engine.Slot, status engine.NodeStatus) engine.NodeObservation {
	r.t.Helper()
	n := r.node(slot)
	if n.Status != status {
		r.t.Errorf("%s is %s, want %s: %s", slot, n.Status, status, describe(r.look()))
	}
	return n
}

// describe tells an observation in a line, for failures.
func describe(o engine.Observed) string {
	var text strings.Builder
	fmt.Fprintf(&text, "serving %v, president %d, arbitrator %d, restarts %d", o.Serving, o.President, o.Arbitrator, o.SystemRestarts)
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Status != engine.StatusAbsent {
			fmt.Fprintf(&text, "; %s %s phase %d (%s) %s", n.Slot, n.Status, n.StartPhase, n.Doing, n.Err)
		}
	}
	return text.String()
}
