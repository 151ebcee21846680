package validate_test

import (
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/engine"
	"rondb-tui/engine/validate"
)

// count draws numbers that are mostly sensible and sometimes absurd.
func count(t *rapid.T, label string, high int) int {
	return rapid.OneOf(rapid.IntRange(0, high), rapid.IntRange(0, high), rapid.IntRange(0, high), rapid.Int()).Draw(t, label)
}

func drawSpec(t *rapid.T, label string) engine.Spec {
	s := engine.DefaultSpec()
	s.ID = engine.Revision(count(t, label+" Id", 9))
	s.RonDBRunningSince = engine.Revision(count(t, label+" RonDBRunningSince", 3))
	s.RonDBVersion = rapid.SampledFrom([]string{"24.10.0", "22.10.5", "", "x"}).Draw(t, label+" version")
	s.TotalMemoryConfig = rapid.OneOf(rapid.Just("3G"), rapid.String()).Draw(t, label+" memory")
	s.ActiveReplicationFactor = count(t, label+" replicas", 3)
	s.MaxReplicationFactor = count(t, label+" slots of a group", 3)
	s.NumNodeGroups = count(t, label+" groups", 60)
	s.NumTotalMysqldSlots = count(t, label+" MySQL slots", 120)
	s.NumTotalApiSlots = count(t, label+" API slots", 80)
	s.NumMysqldSlotsPerVm = count(t, label+" slots of a MySQL server", 5)
	s.NumApiSlotsPerVm = count(t, label+" slots of an API node", 5)
	s.NumManagedMgmdVms = count(t, label+" management servers", 2)
	s.NumManagedMysqldVms = count(t, label+" MySQL servers", 4)
	s.NumManagedApiVms = count(t, label+" API nodes", 4)
	s.DefaultMgmdPort = count(t, label+" port", 65535)
	s.VmTypeNdbds = rapid.OneOf(rapid.SampledFrom([]string{"", "medium", "xlarge"}), rapid.String()).Draw(t, label+" VM type")
	s.Parameters = rapid.MapOf(rapid.String(), rapid.String()).Draw(t, label+" parameters")
	s.AvailabilityZones = rapid.SliceOf(rapid.String()).Draw(t, label+" zones")
	return s
}

// Whatever comes in, an answer comes out, and the same one twice.
func TestTotalAndDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, next := drawSpec(t, "old"), drawSpec(t, "next")
		facts := validate.Facts{EverRan: rapid.Bool().Draw(t, "ran"), PlainNDB: rapid.Bool().Draw(t, "plain")}
		if a, b := validate.Spec(next).Error(), validate.Spec(next).Error(); a != b {
			t.Fatalf("two answers:\n%s\n%s", a, b)
		}
		problems, notices := validate.Change(old, next, facts)
		again, _ := validate.Change(old, next, facts)
		if problems.Error() != again.Error() {
			t.Fatalf("two answers:\n%v\n%v", problems, again)
		}
		if len(notices) > engine.MaxNotices {
			t.Fatalf("%d notices", len(notices))
		}
	})
}

// drawTopology draws only what decides about slots, all else being legal.
func drawTopology(t *rapid.T) engine.Spec {
	s := engine.DefaultSpec()
	s.MaxReplicationFactor = rapid.IntRange(1, 3).Draw(t, "slots of a group")
	s.ActiveReplicationFactor = rapid.IntRange(1, s.MaxReplicationFactor).Draw(t, "replicas")
	s.NumNodeGroups = rapid.IntRange(1, 150).Draw(t, "groups")
	s.NumTotalMysqldSlots = rapid.IntRange(0, 150).Draw(t, "MySQL slots")
	s.NumTotalApiSlots = rapid.IntRange(0, 80).Draw(t, "API slots")
	s.NumMysqldSlotsPerVm = rapid.IntRange(1, 5).Draw(t, "slots of a MySQL server")
	s.NumApiSlotsPerVm = rapid.IntRange(1, 5).Draw(t, "slots of an API node")
	s.NumManagedMysqldVms = rapid.IntRange(0, 3).Draw(t, "MySQL servers")
	return s
}

// What is accepted numbers every slot once, up to 255, in rising order, and every
// wanted server has a slot.
func TestAcceptedStatesHaveSlots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawTopology(t)
		if validate.Spec(s) != nil {
			t.Skip("refused")
		}
		last := engine.NodeID(0)
		filled := make(map[engine.NodeKind]int)
		for _, slot := range s.Slots() {
			if slot.ID <= last || slot.ID > engine.MaxNodeID {
				t.Fatalf("slot %d after slot %d", slot.ID, last)
			}
			last = slot.ID
			if s.Fills(slot) {
				filled[slot.Kind]++
			}
		}
		if filled[engine.KindMySQL] != s.NumManagedMysqldVms || filled[engine.KindManagement] != s.NumManagedMgmdVms ||
			filled[engine.KindData] != s.NumNodeGroups*s.ActiveReplicationFactor {
			t.Fatalf("slots filled: %v", filled)
		}
	})
}

// A change that is accepted on a cluster that ran leaves every slot its id.
func TestAcceptedChangesKeepIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := drawTopology(t)
		next := old
		next.NumNodeGroups += rapid.IntRange(-2, 20).Draw(t, "more groups")
		if problems, _ := validate.Change(old, next, ran); validate.Spec(old) != nil || validate.Spec(next) != nil || problems != nil {
			t.Skip("refused")
		}
		is := map[engine.NodeID]engine.Slot{}
		for _, slot := range next.Slots() {
			is[slot.ID] = slot
		}
		for _, slot := range old.Slots() {
			if is[slot.ID] != slot {
				t.Fatalf("slot %+v became %+v", slot, is[slot.ID])
			}
		}
	})
}
