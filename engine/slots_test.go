package engine

import (
	"slices"
	"testing"
)

func TestSlotIDsAreManagedRonDBs(t *testing.T) {
	s := DefaultSpec()
	s.NumMysqldSlotsPerVm, s.NumApiSlotsPerVm, s.NumTotalMysqldSlots = 4, 4, 12
	for _, tc := range []struct {
		what      string
		got, want NodeID
	}{
		{"first data node", s.DataNodeID(0, 0), 1},
		{"second group, second replica", s.DataNodeID(1, 1), 5},
		{"management server", s.ManagementID(0), 65},
		{"second management server", s.ManagementID(1), 66},
		{"MySQL server", s.MySQLID(0), 67},
		{"second MySQL server takes the next four", s.MySQLID(1), 71},
		{"API node", s.APIID(0), 195},
		{"second API node", s.APIID(1), 199},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.what, tc.got, tc.want)
		}
	}
}

func TestSlotsNeverShareAnID(t *testing.T) {
	for groups := 1; groups <= 48; groups++ {
		s := DefaultSpec()
		s.NumNodeGroups, s.NumTotalMysqldSlots, s.NumTotalApiSlots = groups, 90, 8
		slots := s.Slots()
		ids := make([]NodeID, len(slots))
		for i, slot := range slots {
			ids[i] = slot.ID
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Fatalf("%d groups: ids are not distinct and in order: %v", groups, ids)
		}
		if last := ids[len(ids)-1]; last > MaxNodeID {
			t.Fatalf("%d groups: id %d is above the limit", groups, last)
		}
	}
}

func TestApplyChangesOneCount(t *testing.T) {
	base := DefaultSpec()
	for target, count := range map[ScaleTarget]func(Spec) int{
		ScaleReplicas:   func(s Spec) int { return s.ActiveReplicationFactor },
		ScaleMySQL:      func(s Spec) int { return s.NumManagedMysqldVms },
		ScaleManagement: func(s Spec) int { return s.NumManagedMgmdVms },
		ScaleAPI:        func(s Spec) int { return s.NumManagedApiVms },
		ScaleGroups:     func(s Spec) int { return s.NumNodeGroups },
	} {
		if got, want := count(base.Apply(Scale{Target: target, Delta: 1})), count(base)+1; got != want {
			t.Errorf("%s: got %d, want %d", target, got, want)
		}
	}
}
