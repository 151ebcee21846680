package drivertest

import (
	"slices"

	"rondb-tui/engine"
)

// manyCallers is how many goroutines call at once where one would do.
const manyCallers = 8

// manyCases call the driver from many goroutines.
func manyCases() []testCase {
	return []testCase{
		{name: "independent steps are done at once", run: manySteps},
		{name: "one step from many callers is one step", run: manyTimesTheSame},
		{name: "each event is told to one look", run: manyLooks},
		{name: "there is one bell", run: oneBell},
	}
}

// together performs steps at the same moment; all must succeed.
func (r *rig) together(actions ...engine.Action) {
	r.t.Helper()
	ctx, cancel := r.patiently()
	defer cancel()
	ended := make([]<-chan error, len(actions))
	for i, action := range actions {
		ended[i] = r.background(ctx, action)
	}
	for i, action := range actions {
		if err := r.result(action.String(), ended[i]); err != nil {
			r.t.Errorf("%s: %v", action, err)
		}
	}
	if r.t.Failed() {
		r.t.Fatal(describe(r.look()))
	}
}

// forEach makes an action of each slot.
func forEach(slots []engine.Slot, action func(engine.Slot) engine.Action) []engine.Action {
	actions := make([]engine.Action, len(slots))
	for i, slot := range slots {
		actions[i] = action(slot)
	}
	return actions
}

func createOf(slot engine.Slot) engine.Action { return engine.CreateNode{Slot: slot} }
func startOf(slot engine.Slot) engine.Action  { return engine.StartNode{Slot: slot} }
func awaitOf(slot engine.Slot) engine.Action  { return engine.AwaitStarted{Slot: slot} }

// manySteps: the starts find their own order.
func manySteps(r *rig) {
	slots := append(r.oneOfEach(), r.data(1), r.mysql(1))
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	r.together(forEach(slots, createOf)...)
	r.together(forEach(slots, startOf)...)
	r.together(forEach(slots, awaitOf)...)
	for _, slot := range slots {
		r.wantStatus(slot, engine.StatusStarted)
	}
	r.do(engine.AwaitArbitration{})
	stop := func(slot engine.Slot) engine.Action { return engine.StopNode{Slot: slot} }
	down := func(slot engine.Slot) engine.Action { return engine.AwaitDown{Slot: slot} }
	servers := []engine.Slot{r.mysql(0), r.mysql(1), r.slot(engine.KindAPI, 0)}
	r.together(forEach(servers, stop)...)
	r.together(forEach(servers, down)...)
	for _, slot := range servers {
		r.wantStatus(slot, engine.StatusStopped)
	}
	if o := r.look(); !o.Serving || len(o.Members()) != 2 {
		r.t.Errorf("the data nodes went on: %s", describe(o))
	}
}

func manyTimesTheSame(r *rig) {
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	for _, slot := range []engine.Slot{r.management(0), r.management(1)} {
		same := slices.Repeat([]engine.Slot{slot}, manyCallers)
		r.together(forEach(same, createOf)...)
		r.together(forEach(same, startOf)...)
		r.together(forEach(same, awaitOf)...)
		if n := r.wantStatus(slot, engine.StatusStarted); n.Incarnation != 1 {
			r.t.Errorf("%d callers started it %d times", manyCallers, n.Incarnation)
		}
	}
}

// manyLooks: whoever looks takes the news with him, and none is lost.
func manyLooks(r *rig) {
	var told []uint64
	lookTogether := func() {
		r.t.Helper()
		ctx, cancel := r.patiently()
		defer cancel()
		looks := make(chan engine.Observed, manyCallers)
		for range manyCallers {
			go func() {
				o, err := r.Driver.Observe(ctx)
				if err != nil {
					r.t.Errorf("observe: %v", err)
				}
				looks <- o
			}()
		}
		for range manyCallers {
			for _, e := range (<-looks).Events {
				told = append(told, e.Seq)
			}
		}
	}
	slots := []engine.Slot{r.management(0), r.data(0), r.data(1)}
	r.do(engine.WriteConfig{Config: r.spec.Config()})
	lookTogether()
	for _, slot := range slots {
		r.do(createOf(slot), startOf(slot))
		lookTogether()
	}
	for _, slot := range slots {
		r.do(awaitOf(slot))
		lookTogether()
	}
	if len(told) == 0 {
		r.t.Fatal("a cluster came up without an event")
	}
	slices.Sort(told)
	for i := 1; i < len(told); i++ {
		if told[i] != told[i-1]+1 {
			r.t.Errorf("after event %d comes %d", told[i-1], told[i])
		}
	}
	ctx, cancel := r.patiently()
	defer cancel()
	o, err := r.Driver.Observe(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range o.Events {
		if e.Seq <= told[len(told)-1] {
			r.t.Errorf("event %d is told again: %q", e.Seq, e.Text)
		}
	}
}

// oneBell: it is the same for every caller, and rings once for many changes.
func oneBell(r *rig) {
	bell := r.Driver.Wake()
	if bell == nil || bell != r.Driver.Wake() {
		r.t.Fatal("the bell is not always the same")
	}
	if cap(bell) != 1 {
		r.t.Errorf("the bell has room for %d rings", cap(bell))
	}
	r.serve()
	select {
	case <-bell:
	default:
		r.t.Error("a whole cluster came up without a ring")
	}
}
