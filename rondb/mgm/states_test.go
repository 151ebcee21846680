package mgm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rondb-tui/rondb/mgm"
)

// word is a state in a few words.
func word(n mgm.NodeState) string {
	text := n.State.String()
	if n.State == mgm.Starting {
		text = fmt.Sprintf("%s %d", text, n.Phase)
	}
	switch n.Failure {
	case mgm.FailureNone:
	case mgm.FailureSeen:
		text += ", failed"
	case mgm.FailureHandled:
		text += ", handled"
	}
	if n.Exit.Told {
		text += fmt.Sprintf(", action %d", n.Exit.Action)
	}
	if n.Exit.Forced {
		text += fmt.Sprintf(", error %d", n.Exit.Error)
	}
	return text
}

// steps are a start from its first phase on.
func steps() []string {
	var all []string
	for _, phase := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101} {
		all = append(all, fmt.Sprintf("STARTING %d", phase))
	}
	return append(all, "STARTED")
}

// TestRecordedStreamReplaysToTheStatesOfTheNodes: a kill and a restart of node 2,
// a restart of node 1 through the server, a stop of node 2 and its initial restart.
func TestRecordedStreamReplaysToTheStatesOfTheNodes(t *testing.T) {
	before, err := mgm.NewReader(readFixture(t, "get_status").reply).Status()
	if err != nil {
		t.Fatal(err)
	}
	states := mgm.NewStates()
	states.Observe(before)
	r := readRecording(t)
	got := map[mgm.NodeID][]string{1: {"STARTED"}, 2: {"STARTED"}}
	presidents := []mgm.NodeID{states.President()}
	var arbitration, types []string
	for i, e := range r.events {
		for _, change := range states.Fold(e) {
			got[change.To.ID] = append(got[change.To.ID], word(change.To))
			if change.To.ID == 2 && change.To.Phase == 100 && change.From.Phase != 100 {
				types = append(types, change.To.Start.String())
			}
		}
		if p := states.President(); p != presidents[len(presidents)-1] {
			presidents = append(presidents, p)
		}
		if ready := fmt.Sprint(states.Arbitrator().Ready); len(arbitration) == 0 || arbitration[len(arbitration)-1] != ready {
			arbitration = append(arbitration, ready)
		}
		if i == 1 && (states.Backup().Done == nil || states.Backup().ID != 7 || states.Backup().Running) {
			t.Errorf("after the backup: %+v", states.Backup())
		}
	}
	killed := []string{"NO_CONTACT", "NO_CONTACT, failed", "NO_CONTACT, handled", "UNKNOWN, handled"}
	restarted := []string{
		"SHUTTING_DOWN", "NO_CONTACT", "NO_CONTACT, action 3", "NO_CONTACT, failed, action 3",
		"NO_CONTACT, handled, action 3", "UNKNOWN, handled, action 3",
	}
	stopped := []string{
		"SHUTTING_DOWN", "NO_CONTACT, action 0", "NO_CONTACT, failed, action 0", "NO_CONTACT, handled, action 0", "UNKNOWN, handled, action 0",
	}
	want := map[mgm.NodeID][]string{
		1: slices.Concat([]string{"STARTED"}, restarted, steps()),
		2: slices.Concat([]string{"STARTED"}, killed, steps(), stopped, steps()),
	}
	for id, steps := range want {
		if !slices.Equal(got[id], steps) {
			t.Errorf("node %d:\n got %s\nwant %s", id, strings.Join(got[id], " | "), strings.Join(steps, " | "))
		}
	}
	for _, id := range []mgm.NodeID{65, 67, 68, 69} {
		if len(got[id]) > 0 {
			t.Errorf("node %d did not move, and is said to have: %s", id, strings.Join(got[id], " | "))
		}
	}
	if !slices.Equal(presidents, []mgm.NodeID{1, 2, 1}) {
		t.Errorf("presidents %v, want 1, then 2 as 1 restarts, then 1 as 2 stops", presidents)
	}
	if want := "false true false true false true"; strings.Join(arbitration, " ") != want {
		t.Errorf("arbitration is ready %v, want %s", arbitration, want)
	}
	if want := "node restart, initial node restart"; strings.Join(types, ", ") != want {
		t.Errorf("node 2 started by %v, want %s", types, want)
	}
}

// TestStatesAreWhatTheServerShowedThen: the recording says what was seen when.
func TestStatesAreWhatTheServerShowedThen(t *testing.T) {
	r := readRecording(t)
	for mark, want := range map[string]string{
		"status after kill": "STARTED / NO_CONTACT, handled",
		"tried graceful stop of the last node of the group": "STARTED / NO_CONTACT, handled",
		"node 2 STARTED again":                              "STARTED / STARTED",
		"node 1 STARTED again":                              "STARTED / STARTED",
		"node 2 STARTED after initial node restart":         "STARTED / STARTED",
	} {
		before, err := mgm.NewReader(readFixture(t, "get_status").reply).Status()
		if err != nil {
			t.Fatal(err)
		}
		states := mgm.NewStates()
		states.Observe(before)
		count, ok := r.marks[mark]
		if !ok {
			t.Fatalf("no mark %q", mark)
		}
		for _, e := range r.events[:count] {
			states.Fold(e)
		}
		one, _ := states.Node(1)
		two, _ := states.Node(2)
		if got := word(one) + " / " + word(two); got != want {
			t.Errorf("%s: %s, want %s", mark, got, want)
		}
	}
}

func running(t *testing.T) *mgm.States {
	t.Helper()
	states := mgm.NewStates()
	states.Observe([]mgm.NodeStatus{
		dataNode(1, mgm.Started, 0, -1, 0), dataNode(2, mgm.Started, 0, 2, 0),
		other(65, mgm.ManagementServer), other(67, mgm.APINode),
	})
	return states
}

func TestAnAPINodeIsConnectedAsLongAsOneDataNodeSaysSo(t *testing.T) {
	states := running(t)
	gone := func(source mgm.NodeID) []mgm.Change {
		return states.Fold(mgm.Event{Type: mgm.EventDisconnected, Source: source, Body: &mgm.Connection{Node: 67}})
	}
	if changes := gone(1); len(changes) != 0 {
		t.Errorf("one of two lost it: %+v", changes)
	}
	if changes := gone(2); len(changes) != 1 || changes[0].To.State != mgm.NoContact {
		t.Errorf("both lost it: %+v", changes)
	}
	changes := states.Fold(mgm.Event{Type: mgm.EventConnected, Source: 2, Body: &mgm.Connection{Node: 67}})
	if len(changes) != 1 || changes[0].To.State != mgm.Connected {
		t.Errorf("one found it: %+v", changes)
	}
	changes = states.Fold(mgm.Event{Type: mgm.EventDisconnected, Source: 65, Body: &mgm.Connection{Node: 2}})
	if len(changes) != 2 || changes[1].To.ID != 67 || changes[1].To.State != mgm.NoContact {
		t.Errorf("who found it left: %+v", changes)
	}
}

func TestWhatDataNodesLoseOfEachOtherIsNoStateOfTheServer(t *testing.T) {
	states := running(t)
	states.Fold(mgm.Event{Type: mgm.EventArbitrationState, Source: 1, Body: &mgm.Arbitration{Code: uint32(mgm.ArbitratorStarted), Arbiter: 65}})
	if a := states.Arbitrator(); a != (mgm.Arbitrator{Node: 65, Ready: true}) {
		t.Errorf("arbitrator %+v", a)
	}
	if changes := states.Fold(mgm.Event{Type: mgm.EventDisconnected, Source: 1, Body: &mgm.Connection{Node: 2}}); len(changes) > 0 {
		t.Errorf("node 1 lost node 2, the server did not: %+v", changes)
	}
	changes := states.Fold(mgm.Event{Type: mgm.EventNodeFailed, Source: 1, Body: &mgm.NodeFailed{Node: 2}})
	if len(changes) != 1 || word(changes[0].To) != "STARTED, failed" || states.Arbitrator().Ready {
		t.Errorf("found dead: %+v, arbitrator %+v", changes, states.Arbitrator())
	}
}

func TestACrashTellsItsError(t *testing.T) {
	states := running(t)
	changes := states.Fold(mgm.Event{Type: mgm.EventStopForced, Source: 2, Body: &mgm.StopForced{Error: 2305, Phase: mgm.NotStarting}})
	if len(changes) != 1 || word(changes[0].To) != "NO_CONTACT, action 0, error 2305" || changes[0].To.Group != 0 {
		t.Errorf("got %+v", changes)
	}
	// The next status shows less, and does not forget.
	states.Observe([]mgm.NodeStatus{away(2, mgm.DataNode)})
	if n, _ := states.Node(2); n.Exit.Error != 2305 || n.Group != 0 {
		t.Errorf("after a status: %+v", n)
	}
}

func TestARefusedStopAndTheSingleUserMode(t *testing.T) {
	states := running(t)
	states.Fold(mgm.Event{Type: mgm.EventStopStarted, Source: 1, Body: &mgm.StopStarted{}})
	if n, _ := states.Node(1); n.State != mgm.ShuttingDown {
		t.Errorf("stopping: %v", n.State)
	}
	states.Fold(mgm.Event{Type: mgm.EventStopAborted, Source: 1, Body: &mgm.Words{}})
	if n, _ := states.Node(1); n.State != mgm.Started || n.Phase != 0 {
		t.Errorf("stop given up: %v", n.State)
	}
	for _, step := range []struct {
		step mgm.SingleUserStep
		want mgm.State
	}{
		{mgm.SingleUserEntering, mgm.Started},
		{mgm.SingleUserEntered, mgm.SingleUserMode},
		{mgm.SingleUserExiting, mgm.Started},
	} {
		states.Fold(mgm.Event{Type: mgm.EventSingleUser, Source: 1, Body: &mgm.SingleUser{Step: step.step, Node: 67}})
		if n, _ := states.Node(2); n.State != step.want {
			t.Errorf("after step %d: %v, want %v", step.step, n.State, step.want)
		}
	}
}

func TestEventsOfUnknownNodesMoveNothing(t *testing.T) {
	states := running(t)
	for _, kind := range mgm.EventTypes() {
		if changes := states.Fold(mgm.Event{Type: kind, Source: 99, Body: mgm.NewBody(kind)}); len(changes) > 0 {
			t.Errorf("%v moved %+v", kind, changes)
		}
	}
	if n := len(states.Nodes()); n != 4 {
		t.Errorf("%d nodes, want 4", n)
	}
}
