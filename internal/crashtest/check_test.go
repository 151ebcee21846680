package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/engine/plan"
	"rondb-tui/internal/filedrv"
	"rondb-tui/internal/simtest"
)

// result is what a change of a cluster has led to.
type result struct {
	effects  []filedrv.Effect // all of the world's life
	state    loop.State       // of the journal
	repeated []string         // orders whose effect held already
}

// check compares a change under kills with the same change undisturbed, and gives
// everything that is wrong. before is how many effects are older than the change.
func check(undisturbed, killed *result, before int) error {
	return errors.Join(
		sameState(&undisturbed.state, &killed.state),
		sameEffects(undisturbed.effects[before:], killed.effects[before:]),
		nothingRepeated(killed.repeated),
		alwaysSafe(killed.effects, before),
		reached(killed),
	)
}

// sameState: what is wanted, and which wishes are open.
func sameState(want, got *loop.State) error {
	w, g := *want, *got
	w.Seq, g.Seq = 0, 0 // how often was planned is not the same
	wanted, err := json.Marshal(w)
	if err != nil {
		return err
	}
	found, err := json.Marshal(g)
	if err != nil {
		return err
	}
	if string(wanted) != string(found) {
		return fmt.Errorf("the journal holds %s, want %s", found, wanted)
	}
	return nil
}

// sameEffects: nothing twice, nothing missing, nothing else.
func sameEffects(want, got []filedrv.Effect) error {
	var all []error
	wanted, found := countOf(want), countOf(got)
	for text, times := range found {
		switch {
		case wanted[text] == 0:
			all = append(all, fmt.Errorf("was not to be done: %s", text))
		case times > 1:
			all = append(all, fmt.Errorf("was done %d times: %s", times, text))
		}
	}
	for text := range wanted {
		if found[text] == 0 {
			all = append(all, fmt.Errorf("was not done: %s", text))
		}
	}
	return errors.Join(all...)
}

// countOf counts the effects by their words.
func countOf(effects []filedrv.Effect) map[string]int {
	count := make(map[string]int)
	for _, effect := range effects {
		count[effect.Step.Action.String()]++
	}
	return count
}

// nothingRepeated: whoever looks before he acts orders nothing that is so already.
func nothingRepeated(orders []string) error {
	if len(orders) == 0 {
		return nil
	}
	return fmt.Errorf("was ordered although it was so already: %s", strings.Join(orders, ", "))
}

// alwaysSafe: each effect was safe when it happened, the data nodes served all the
// time, and each node group that had a started replica kept one.
func alwaysSafe(effects []filedrv.Effect, before int) error {
	world, err := filedrv.Replay(effects[:before])
	if err != nil {
		return err
	}
	was := world.Observe(time.Time{})
	for _, effect := range effects[before:] {
		if err := simtest.Safety(effect.Step, &was); err != nil {
			return fmt.Errorf("effect %d, %s: %w", effect.Seq, effect.Step.Action, err)
		}
		if err := world.Apply(effect); err != nil {
			return err
		}
		is := world.Observe(effect.At)
		for _, group := range groupsOf(&was) {
			if was.StartedIn(group, 0) > 0 && is.StartedIn(group, 0) == 0 {
				return fmt.Errorf("effect %d, %s: node group %d has no started replica left", effect.Seq, effect.Step.Action, group)
			}
		}
		if was.Serving && !is.Serving {
			return fmt.Errorf("effect %d, %s: the data nodes do not serve any more", effect.Seq, effect.Step.Action)
		}
		was = is
	}
	return nil
}

func groupsOf(o *engine.Observed) []engine.GroupID {
	var groups []engine.GroupID
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == engine.KindData && !slices.Contains(groups, n.Group) {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// reached: the world is as the journal wants it.
func reached(r *result) error {
	world, err := filedrv.Replay(r.effects)
	if err != nil {
		return err
	}
	if r.state.Spec == nil {
		return errors.New("the journal holds no desired state")
	}
	at := r.effects[len(r.effects)-1].At
	in := plan.Input{Spec: *r.state.Spec, Revision: r.state.Revision, Observed: world.Observe(at), Restarts: r.state.Restarts, Now: at}
	if plan.Satisfied(in) {
		return nil
	}
	next, _ := plan.Make(in)
	return fmt.Errorf("the desired state is not reached, still to do:\n%s", next.String())
}
